/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.run;

import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import org.lepcnn.onnx.graph.Graph;
import org.lepcnn.onnx.graph.Node;
import org.lepcnn.onnx.graph.Tensors;

/**
 * The one axis of a value whose size depends on the data, as that of the places that a {@code
 * NonZero} finds: all other sizes are fixed. Known where every operator from there on is known to
 * keep or to move it.
 *
 * @param rank of the value
 * @param axis from 0 on
 */
record DynamicAxis(int rank, int axis) {
  /** Operators of one input whose output has its shape. */
  static final Set<String> KEEPING =
      Set.of(
          "Abs",
          "Cast",
          "Ceil",
          "Clip",
          "Exp",
          "Floor",
          "Identity",
          "LeakyRelu",
          "Log",
          "Neg",
          "Not",
          "Reciprocal",
          "Relu",
          "Round",
          "Sigmoid",
          "Sign",
          "Sqrt",
          "Tanh");

  /** That of what a node gives whose own inputs have fixed shapes; empty when not known. */
  static Optional<DynamicAxis> from(Node node) {
    if (node.is("NonZero")) {
      return Optional.of(new DynamicAxis(2, 1));
    }
    if (node.is("NonMaxSuppression")) {
      return Optional.of(new DynamicAxis(2, 0));
    }
    boolean flattens = node.is("Compress") || node.is("Unique");
    return flattens && !node.has("axis") ? Optional.of(new DynamicAxis(1, 0)) : Optional.empty();
  }

  /** That of what a node gives which reads such a value first, and no other one. */
  Optional<DynamicAxis> behind(Graph graph, Node node) {
    if (node.domain().isEmpty() && KEEPING.contains(node.op())) {
      return Optional.of(this);
    }
    if (node.is("Transpose")) {
      long[] order = node.integers("perm");
      for (int i = 0; order != null && i < order.length; i++) {
        if (order[i] == axis) {
          return Optional.of(new DynamicAxis(rank, i));
        }
      }
      return order == null ? Optional.of(new DynamicAxis(rank, rank - 1 - axis)) : Optional.empty();
    }
    TensorProto indices = node.is("Gather") ? graph.constants().get(node.input(1)) : null;
    return indices == null
        ? Optional.empty()
        : Optional.of(behindGather(axisOf(node), indices.getDimsCount()));
  }

  private DynamicAxis behindGather(long gathered, int indexRank) {
    int newRank = rank - 1 + indexRank;
    return new DynamicAxis(newRank, gathered < axis ? axis - 1 + indexRank : axis);
  }

  /** Whether a node takes, along this axis, as many elements as its indices say. */
  boolean isTakenBy(Node node) {
    return node.is("Gather") && axisOf(node) == axis;
  }

  private long axisOf(Node gather) {
    long stated = gather.integer("axis", 0);
    return stated < 0 ? stated + rank : stated;
  }

  /** Whether a node gives its output a shape that it states in full. */
  static boolean isReplacedBy(Graph graph, Node node) {
    TensorProto sizes = node.is("Reshape") ? graph.constants().get(node.input(1)) : null;
    return sizes != null
        && sizes.getDataType() == TensorProto.DataType.INT64_VALUE
        && Arrays.stream(Tensors.longs(sizes)).allMatch(size -> size > 0);
  }
}
