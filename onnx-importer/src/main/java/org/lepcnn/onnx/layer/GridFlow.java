/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.layer;

import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.lepcnn.onnx.graph.Graph;
import org.lepcnn.onnx.graph.Node;
import org.lepcnn.onnx.graph.Tensors;
import org.lepcnn.onnx.run.InstrumentedRun;

/**
 * Which values lie on a {@link Grid}, whatever the model's inputs are.
 *
 * <p>Elements of integer types do, and what DequantizeLinear, Floor, Ceil, Round and Sign give.
 * Products with a number, clipping to multiples of the step, ReLU, maxima and whatever only moves
 * elements keep a grid.
 */
final class GridFlow {
  /** Operators whose outputs hold elements of their first input, or zeros. */
  private static final Set<String> KEEPING =
      Set.of(
          "Abs",
          "Neg",
          "Relu",
          "MaxPool",
          "GlobalMaxPool",
          "ReduceMax",
          "ReduceMin",
          "Reshape",
          "Flatten",
          "Squeeze",
          "Unsqueeze",
          "Transpose",
          "Slice",
          "Split",
          "Gather",
          "Expand",
          "Tile",
          "Identity",
          "DepthToSpace",
          "SpaceToDepth");

  /** Operators whose output holds elements of any input. */
  private static final Set<String> CHOOSING = Set.of("Concat", "Max", "Min");

  private final Graph graph;
  private final InstrumentedRun run;
  private final Map<String, Grid> grids = new HashMap<>();

  GridFlow(Graph graph, InstrumentedRun run) {
    this.graph = graph;
    this.run = run;
    graph.inputNames().forEach(this::putType);
    for (Node node : graph.nodes()) {
      Grid grid = isQuantization(node) || node.domain().isEmpty() ? result(node) : null;
      for (String output : node.outputs()) {
        if (grid != null && run.type(output).isFloat()) {
          grids.put(output, grid);
        } else {
          putType(output);
        }
      }
    }
  }

  /** A value's grid; null when it has none that is known. */
  Grid of(String value) {
    return grids.get(value);
  }

  /** Whether the node is a QuantizeLinear or DequantizeLinear, of ONNX or of ONNX Runtime. */
  static boolean isQuantization(Node node) {
    boolean known = node.domain().isEmpty() || node.domain().equals("com.microsoft");
    return known && (node.op().equals("QuantizeLinear") || node.op().equals("DequantizeLinear"));
  }

  private void putType(String value) {
    IntegerRange range = IntegerRange.of(run.type(value));
    if (range != null) {
      grids.put(value, Grid.integers(Math.max(-range.least(), range.most())));
    }
  }

  private Grid result(Node node) {
    Grid first = node.inputCount() > 0 ? of(node.input(0)) : null;
    return switch (node.op()) {
      case "DequantizeLinear" -> dequantized(node);
      case "Floor", "Ceil", "Round" -> first != null && first.step() == 1 ? first : Grid.INTEGERS;
      case "Sign" -> Grid.integers(1);
      case "Cast" -> first;
      case "Clip" -> first == null ? null : clipped(node, first);
      case "Pad" -> padsWithZeros(node) ? first : null;
      case "Mul" -> multiplied(node);
      case "Div" -> divided(node, first);
      case "Add", "Sub" -> added(node);
      default -> moved(node, first);
    };
  }

  private Grid moved(Node node, Grid first) {
    if (KEEPING.contains(node.op())) {
      return first;
    }
    if (!CHOOSING.contains(node.op())) {
      return null;
    }
    Grid[] all = new Grid[node.inputCount()];
    for (int i = 0; i < all.length; i++) {
      all[i] = of(node.input(i));
    }
    return Grid.union(all);
  }

  private Grid dequantized(Node node) {
    Double scale = number(node.input(1));
    IntegerRange range = IntegerRange.of(run.type(node.input(0)));
    if (scale == null || scale <= 0 || range == null) {
      return null;
    }
    return new Grid(scale, range.limitAround(graph, node.input(2)));
  }

  private Grid clipped(Node node, Grid grid) {
    float[] bounds = new float[2];
    for (int i = 0; i < bounds.length; i++) {
      boolean stated = node.hasInput(i + 1);
      Double bound = stated ? number(node.input(i + 1)) : null;
      if (bound == null && stated) {
        return null;
      }
      float open = i == 0 ? Float.NEGATIVE_INFINITY : Float.POSITIVE_INFINITY;
      bounds[i] = bound == null ? node.real(i == 0 ? "min" : "max", open) : bound.floatValue();
    }
    boolean closed = Float.isFinite(bounds[0]) && Float.isFinite(bounds[1]);
    if (!closed || !grid.contains(bounds)) {
      return null;
    }
    return grid.within(Math.min(grid.limit(), grid.largest(bounds)));
  }

  private boolean padsWithZeros(Node node) {
    Double stated = node.hasInput(2) ? number(node.input(2)) : Double.valueOf(0);
    return stated != null && stated == 0 && node.real("value", 0) == 0;
  }

  private Grid multiplied(Node node) {
    for (int i = 0; i < 2; i++) {
      Grid grid = of(node.input(i));
      Double factor = number(node.input(1 - i));
      if (grid != null && factor != null) {
        return grid.times(factor);
      }
    }
    return null;
  }

  private Grid divided(Node node, Grid first) {
    Double divisor = number(node.input(1));
    return first == null || divisor == null || divisor == 0 ? null : first.times(1 / divisor);
  }

  private Grid added(Node node) {
    Grid[] terms = new Grid[2];
    for (int i = 0; i < terms.length; i++) {
      terms[i] = of(node.input(i));
      Grid other = of(node.input(1 - i));
      Double constant = number(node.input(i));
      if (constant != null && other != null) {
        float[] numbers = {constant.floatValue()};
        terms[i] = other.contains(numbers) ? other.within(other.largest(numbers)) : null;
      }
    }
    Grid union = Grid.union(terms);
    return union == null ? null : union.within(terms[0].limit() + terms[1].limit());
  }

  /** The value of a constant of one finite float32 element, or null. */
  Double number(String value) {
    TensorProto constant = graph.constants().get(value);
    if (constant == null
        || !Tensors.isFloat(constant)
        || Tensors.elements(Tensors.dims(constant)) != 1) {
      return null;
    }
    double number = Tensors.floats(constant)[0];
    return Double.isFinite(number) ? number : null;
  }
}
