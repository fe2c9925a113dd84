/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.layer;

import java.util.Map;
import org.lepcnn.onnx.graph.Node;

/**
 * Where an operator on integers has its operands; −1 for one that it does not have.
 *
 * @param operator the operator of floats that does the same with what its zero points leave
 * @param inputScale to {@code addend}: inputs by their place
 * @param bias of integers, added to the sums
 * @param addend of floats, added to the scaled sums
 */
record IntegerForm(
    String operator,
    int inputScale,
    int inputZero,
    int weights,
    int weightScale,
    int weightZero,
    int bias,
    int outputScale,
    int outputZero,
    int addend) {
  private static final Map<String, IntegerForm> STANDARD =
      Map.of(
          "ConvInteger", new IntegerForm("Conv", -1, 2, 1, -1, 3, -1, -1, -1, -1),
          "MatMulInteger", new IntegerForm("MatMul", -1, 2, 1, -1, 3, -1, -1, -1, -1),
          "QLinearConv", new IntegerForm("Conv", 1, 2, 3, 4, 5, 8, 6, 7, -1),
          "QLinearMatMul", new IntegerForm("MatMul", 1, 2, 3, 4, 5, -1, 6, 7, -1));

  private static final Map<String, IntegerForm> MICROSOFT =
      Map.of(
          "QGemm", new IntegerForm("Gemm", 1, 2, 3, 4, 5, 6, 7, 8, -1),
          "MatMulIntegerToFloat", new IntegerForm("MatMul", 2, 4, 1, 3, 5, -1, -1, -1, 6),
          "DynamicQuantizeMatMul", new IntegerForm("MatMul", -1, -1, 1, 2, 3, -1, -1, -1, 4));

  /** The form of a node's operator; null for operators of floats, and unknown ones. */
  static IntegerForm of(String domain, String op) {
    return switch (domain) {
      case "", "ai.onnx" -> STANDARD.get(op);
      case "com.microsoft" -> MICROSOFT.get(op);
      default -> null;
    };
  }

  /** The input at a place; empty when it is left out or the form has none. */
  static String at(Node node, int place) {
    return place < 0 ? "" : node.input(place);
  }

  /** Whether results are sums of integers, without scale and zero point. */
  boolean givesSums() {
    return weightScale < 0;
  }

  /** Whether it quantizes its input itself, as DynamicQuantizeLinear does. */
  boolean quantizesInput() {
    return inputScale < 0 && !givesSums();
  }
}
