/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.run;

import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.lepcnn.onnx.graph.Graph;
import org.lepcnn.onnx.graph.Node;
import org.lepcnn.onnx.graph.Tensors;
import org.lepcnn.onnx.graph.ValueType;

/**
 * Which values have no element below 0, whatever the model's inputs are, by the operators that make
 * them. An element may be −0 or no number.
 *
 * <p>The nodes are those that the device runs, told one after the other in an order in which they
 * can run. What nobody told, such as an input of the model or a result of the edge, may be
 * negative, and so may what an operator makes that stands nowhere here.
 */
public final class NeverNegative {
  /** Operators that make no element below 0 of anything. */
  private static final Set<String> MAKING =
      Set.of(
          "Abs",
          "Exp",
          "HardSigmoid",
          "ReduceL1",
          "ReduceL2",
          "ReduceSumSquare",
          "Relu",
          "Sigmoid",
          "Softmax",
          "Softplus",
          "Sqrt");

  /** Operators whose outputs hold elements of their first input, or zeros. */
  private static final Set<String> MOVING =
      Set.of(
          "DepthToSpace",
          "Dropout",
          "Expand",
          "Flatten",
          "Gather",
          "GatherElements",
          "GatherND",
          "Identity",
          "Reshape",
          "Slice",
          "SpaceToDepth",
          "Split",
          "Squeeze",
          "Tile",
          "Transpose",
          "Unsqueeze");

  /** Operators that make no element below 0 of a first input without one. */
  private static final Set<String> KEEPING =
      Set.of(
          "AveragePool",
          "Ceil",
          "Celu",
          "CumSum",
          "Elu",
          "Floor",
          "GlobalAveragePool",
          "GlobalMaxPool",
          "LeakyRelu",
          "PRelu",
          "ReduceMean",
          "ReduceMin",
          "ReduceProd",
          "ReduceSum",
          "Round",
          "Sign");

  /** Operators that make no element below 0 of inputs without one. */
  private static final Set<String> COMBINING =
      Set.of("Add", "Concat", "Div", "Mean", "Min", "Mul", "Sum");

  private static final Set<Integer> NEVER_NEGATIVE_TYPES =
      Set.of(
          TensorProto.DataType.BOOL_VALUE,
          TensorProto.DataType.UINT8_VALUE,
          TensorProto.DataType.UINT16_VALUE,
          TensorProto.DataType.UINT32_VALUE,
          TensorProto.DataType.UINT64_VALUE);

  private final Graph graph;
  private final InstrumentedRun run;
  private final Set<String> values = new HashSet<>();

  /** Quantized values that lie at or above a zero point, and that one. */
  private final Map<String, String> zeroPoints = new HashMap<>();

  public NeverNegative(Graph graph, InstrumentedRun run) {
    this.graph = graph;
    this.run = run;
  }

  /** Whether a value has no element below 0, as far as the nodes tell. */
  public boolean holds(String value) {
    return values.contains(value)
        || NEVER_NEGATIVE_TYPES.contains(run.type(value).onnxType())
        || isConstantWithoutNegatives(value);
  }

  /** Goes through the next nodes of the device. */
  public void follow(List<Node> nodes) {
    nodes.forEach(this::follow);
  }

  private void follow(Node node) {
    if (isQuantization(node, "QuantizeLinear")) {
      if (holds(node.input(0))) {
        zeroPoints.put(node.output(), node.input(2));
      }
    } else if (isQuantization(node, "DequantizeLinear")) {
      if (dequantizes(node)) {
        values.add(node.output());
      }
    } else if (node.domain().isEmpty()) {
      String zeroPoint = MOVING.contains(node.op()) ? zeroPoints.get(node.input(0)) : null;
      if (zeroPoint != null) {
        node.outputs().forEach(output -> zeroPoints.put(output, zeroPoint));
      } else if (makes(node)) {
        values.addAll(node.outputs());
      }
    }
  }

  private static boolean isQuantization(Node node, String op) {
    boolean known = node.domain().isEmpty() || node.domain().equals("com.microsoft");
    return known && node.op().equals(op);
  }

  private boolean makes(Node node) {
    String op = node.op();
    if (MAKING.contains(op)) {
      return isFloat(node);
    }
    if (MOVING.contains(op)) {
      return holds(node.input(0));
    }
    if (KEEPING.contains(op)) {
      return isFloat(node) && holds(node.input(0));
    }
    if (COMBINING.contains(op)) {
      return isFloat(node) && (inputs(node).allMatch(this::holds) || isSquare(node));
    }
    return isFloat(node)
        && switch (op) {
          case "Cast" -> holds(node.input(0));
          case "Max" -> inputs(node).anyMatch(this::holds);
          case "MaxPool" -> holds(node.input(0)) && !isDilated(node);
          case "ReduceMax" -> holds(node.input(0)) && hasElements(node.input(0));
          case "Where" -> holds(node.input(1)) && holds(node.input(2));
          case "Clip" -> clips(node);
          case "Pad" -> holds(node.input(0)) && padsWithNoNegatives(node);
          case "Resize", "Upsample" -> holds(node.input(0)) && interpolates(node);
          case "Pow" -> holds(node.input(0)) || isEven(node.input(1));
          case "ThresholdedRelu" -> node.real("alpha", 1) >= 0;
          case "LRN" ->
              holds(node.input(0)) && node.real("alpha", 0) >= 0 && node.real("bias", 1) >= 0;
          default -> false;
        };
  }

  /** Of integers a result may wrap around. */
  private boolean isFloat(Node node) {
    return node.outputs().stream().map(run::type).allMatch(ValueType::isFloat);
  }

  /** A window of such a pooling may lie in the padding, whose elements are below all others. */
  private static boolean isDilated(Node node) {
    long[] dilations = node.integers("dilations");
    return dilations != null && Arrays.stream(dilations).anyMatch(each -> each != 1);
  }

  private boolean hasElements(String value) {
    return Tensors.elements(run.type(value).dims()) > 0;
  }

  private static Stream<String> inputs(Node node) {
    return IntStream.range(0, node.inputCount()).mapToObj(node::input);
  }

  private static boolean isSquare(Node node) {
    return node.op().equals("Mul") && node.input(0).equals(node.input(1));
  }

  /** min(max(x, least), most), where either bound may be absent. */
  private boolean clips(Node node) {
    boolean least =
        node.hasInput(1) ? holds(node.input(1)) : node.real("min", Float.NEGATIVE_INFINITY) >= 0;
    boolean most =
        node.hasInput(2) ? holds(node.input(2)) : node.real("max", Float.POSITIVE_INFINITY) >= 0;
    return most && (least || holds(node.input(0)));
  }

  private boolean padsWithNoNegatives(Node node) {
    boolean ofElements = !node.string("mode", "constant").equals("constant");
    return ofElements || (node.hasInput(2) ? holds(node.input(2)) : node.real("value", 0) >= 0);
  }

  /** Cubes overshoot, and what lies outside of a cropped input has a value of its own. */
  private static boolean interpolates(Node node) {
    String mode = node.string("mode", "nearest");
    return (mode.equals("nearest") || mode.equals("linear"))
        && !node.string("coordinate_transformation_mode", "").equals("tf_crop_and_resize");
  }

  private boolean isEven(String exponent) {
    TensorProto constant = graph.constants().get(exponent);
    if (constant == null || !Tensors.isFloat(constant)) {
      return false;
    }
    for (float power : Tensors.floats(constant)) {
      if (power % 2 != 0) {
        return false;
      }
    }
    return true;
  }

  private boolean dequantizes(Node node) {
    String zeroPoint = node.input(2);
    String above = zeroPoints.get(node.input(0));
    return isFloat(node)
        && holds(node.input(1))
        && (above == null ? isLeast(node, zeroPoint) : isSame(above, zeroPoint));
  }

  /** Whether no integer of the type lies below the zero point. */
  private boolean isLeast(Node node, String zeroPoint) {
    boolean signed = !NEVER_NEGATIVE_TYPES.contains(run.type(node.input(0)).onnxType());
    if (zeroPoint.isEmpty()) {
      return !signed;
    }
    TensorProto constant = graph.constants().get(zeroPoint);
    if (constant == null) {
      return false;
    }
    return switch (constant.getDataType()) {
      case TensorProto.DataType.UINT8_VALUE, TensorProto.DataType.UINT16_VALUE -> all(constant, 0);
      case TensorProto.DataType.INT8_VALUE -> all(constant, Byte.MIN_VALUE);
      case TensorProto.DataType.INT16_VALUE -> all(constant, Short.MIN_VALUE);
      default -> false;
    };
  }

  private static boolean all(TensorProto constant, int integer) {
    return Arrays.stream(Tensors.integers(constant)).allMatch(each -> each == integer);
  }

  private boolean isSame(String one, String other) {
    TensorProto first = graph.constants().get(one);
    TensorProto second = graph.constants().get(other);
    return one.equals(other)
        || (first != null
            && second != null
            && first.getDataType() == second.getDataType()
            && first.getDimsList().equals(second.getDimsList())
            && Arrays.equals(Tensors.integers(first), Tensors.integers(second)));
  }

  private boolean isConstantWithoutNegatives(String value) {
    TensorProto constant = graph.constants().get(value);
    if (constant == null || !Tensors.isFloat(constant)) {
      return false;
    }
    for (float element : Tensors.floats(constant)) {
      if (!(element >= 0)) {
        return false;
      }
    }
    return true;
  }
}
