/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.read;

import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.lepcnn.onnx.graph.Graph;
import org.lepcnn.onnx.graph.Node;
import org.lepcnn.onnx.graph.Tensors;

/**
 * A shape that an input of open dimensions may well have, to show how shapes are stated: the
 * channels from the weights of the first layer that reads it, pictures of 224×224, a batch of 1.
 */
final class LikelyShape {
  private static final long PICTURE = 224;
  private static final long SEQUENCE = 128;
  private static final int PICTURE_RANK = 4;

  /** Operators between an input and the first layer that leave its channels alone. */
  private static final Set<String> KEEPS_CHANNELS =
      Set.of(
          "Add",
          "BatchNormalization",
          "Cast",
          "Clip",
          "DequantizeLinear",
          "Div",
          "Identity",
          "Mul",
          "Pad",
          "QuantizeLinear",
          "Relu",
          "Sub");

  private LikelyShape() {}

  /** A layer that reads an input: its depth, and the input's axis that has it. */
  private record Depth(int axis, long size, int rank) {}

  /**
   * The example.
   *
   * @return dimensions of at least 1; those that the model fixes are as they are
   */
  static long[] of(Graph graph, ValueInfoProto input) {
    Depth depth = depth(graph, input.getName(), true);
    TensorShapeProto shape = input.getType().getTensorType().getShape();
    boolean known = input.getType().getTensorType().hasShape();
    int rank = known ? shape.getDimCount() : depth != null ? depth.rank() : PICTURE_RANK;
    long[] dims = new long[rank];
    for (int i = 0; i < rank; i++) {
      boolean fixed = known && shape.getDim(i).getDimValue() > 0;
      dims[i] = fixed ? shape.getDim(i).getDimValue() : usual(i, rank);
      if (!fixed && depth != null && Math.floorMod(depth.axis(), rank) == i) {
        dims[i] = depth.size();
      }
    }
    return dims;
  }

  private static long usual(int axis, int rank) {
    if (axis == 0 && rank > 1) {
      return 1;
    }
    return rank != PICTURE_RANK ? SEQUENCE : axis == 1 ? 3 : PICTURE;
  }

  /** Looks behind one Transpose at most. */
  private static Depth depth(Graph graph, String input, boolean transpose) {
    Map<String, List<Node>> readers = graph.readers();
    Deque<String> values = new ArrayDeque<>(List.of(input));
    Set<String> seen = new HashSet<>(values);
    while (!values.isEmpty()) {
      String value = values.remove();
      for (Node node : readers.getOrDefault(value, List.of())) {
        Depth depth =
            transpose && node.is("Transpose") ? transposed(graph, node) : layer(graph, node, value);
        if (depth != null) {
          return depth;
        }
        if (KEEPS_CHANNELS.contains(node.op()) && seen.add(node.output())) {
          values.add(node.output());
        }
      }
    }
    return null;
  }

  private static Depth layer(Graph graph, Node node, String value) {
    TensorProto weights = graph.constants().get(node.input(1));
    if (weights == null || !node.input(0).equals(value)) {
      return null;
    }
    long[] dims = Tensors.dims(weights);
    if (node.is("Conv") && dims.length > 2) {
      return new Depth(1, dims[1] * node.integer("group", 1), dims.length);
    }
    if (node.is("MatMul") && dims.length == 2) {
      return new Depth(-1, dims[0], 2);
    }
    return node.is("Gemm") && dims.length == 2
        ? new Depth(1, dims[node.integer("transB", 0) == 0 ? 0 : 1], 2)
        : null;
  }

  /** Of pictures whose channels come last, a Transpose puts them first. */
  private static Depth transposed(Graph graph, Node node) {
    long[] order = node.integers("perm");
    Depth depth = order == null ? null : depth(graph, node.output(), false);
    return depth == null || depth.axis() < 0 || depth.axis() >= order.length
        ? null
        : new Depth(Math.toIntExact(order[depth.axis()]), depth.size(), order.length);
  }
}
