/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.plan;

import java.util.Arrays;
import org.lepcnn.onnx.graph.Node;
import org.lepcnn.onnx.graph.Tensors;
import org.lepcnn.onnx.layer.Recognizer;
import org.lepcnn.onnx.run.InstrumentedRun;

/** Multiplications of nodes, from the shapes alone, padding included. */
final class Macs {
  private Macs() {}

  static long of(Node node, InstrumentedRun run) {
    long[] first = run.type(node.input(0)).dims();
    long[] second = run.type(node.input(Recognizer.secondOperand(node))).dims();
    long output = Tensors.elements(run.type(node.output()).dims());
    return switch (node.op()) {
      case "Conv", "ConvInteger", "QLinearConv" -> output * from(second, 1);
      case "ConvTranspose" -> Tensors.elements(first) * from(second, 1);
      case "Gemm", "QGemm" -> output * first[node.integer("transA", 0) != 0 ? 0 : 1];
      case "MatMul", "MatMulInteger", "QLinearMatMul" -> output * first[first.length - 1];
      default -> throw new IllegalArgumentException("Not a linear operator: " + node);
    };
  }

  private static long from(long[] dims, int first) {
    return Tensors.elements(Arrays.copyOfRange(dims, first, dims.length));
  }
}
