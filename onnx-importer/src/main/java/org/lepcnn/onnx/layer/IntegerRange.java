/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.layer;

import ai.onnx.proto.OnnxMl.TensorProto;
import org.lepcnn.onnx.graph.Graph;
import org.lepcnn.onnx.graph.Tensors;
import org.lepcnn.onnx.graph.ValueType;

/**
 * The numbers of an integer type.
 *
 * @param least the smallest; −∞ for types of more than 16 bits, which count as unbounded
 * @param most the largest; ∞ likewise
 */
record IntegerRange(double least, double most) {
  private static final double OPEN = Double.POSITIVE_INFINITY;

  /** Null for numbers that are not integers. */
  static IntegerRange of(ValueType type) {
    TensorProto.DataType known = TensorProto.DataType.forNumber(type.onnxType());
    return switch (known == null ? TensorProto.DataType.UNDEFINED : known) {
      case BOOL -> new IntegerRange(0, 1);
      case UINT8 -> new IntegerRange(0, 255);
      case INT8 -> new IntegerRange(-128, 127);
      case UINT16 -> new IntegerRange(0, 65_535);
      case INT16 -> new IntegerRange(-32_768, 32_767);
      case INT32, INT64, UINT32, UINT64 -> new IntegerRange(-OPEN, OPEN);
      default -> null;
    };
  }

  /**
   * The largest distance of a number from a zero point.
   *
   * @param zeroPoint a value of the graph; empty stands for 0
   */
  double limitAround(Graph graph, String zeroPoint) {
    if (zeroPoint.isEmpty()) {
      return Math.max(-least, most);
    }
    TensorProto constant = graph.constants().get(zeroPoint);
    if (constant == null) {
      return most - least;
    }
    double limit = 0;
    for (int zero : Tensors.integers(constant)) {
      limit = Math.max(limit, Math.max(zero - least, most - zero));
    }
    return limit;
  }
}
