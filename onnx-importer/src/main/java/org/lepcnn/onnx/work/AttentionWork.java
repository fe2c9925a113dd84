/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.work;

import org.lepcnn.onnx.graph.Tensors;

/**
 * Multiplications of attention: every element of the queries and every element of the result takes
 * part in one with each key.
 */
final class AttentionWork {
  private AttentionWork() {}

  /** The standard operator: queries, keys, values, a mask, past keys. */
  static long standard(Operands o) {
    long keys = o.dim(1, -2);
    long past = o.node().hasInput(4) ? o.dim(4, -2) : 0;
    return attend(o.size(0), o.outputSize(), keys + past);
  }

  /** Input and weights of all three projections; earlier keys are the input {@code past}. */
  static long projecting(Operands o) {
    int past = o.node().op().equals("QAttention") ? 8 : 4;
    long rows = o.dim(0, 0) * o.dim(0, 1);
    long keys = o.dim(0, 1) + (o.node().hasInput(past) ? o.dim(past, -2) : 0);
    long[] hidden = o.node().integers("qkv_hidden_sizes");
    long queryWidth = hidden == null ? o.dim(1, -1) / 3 : hidden[0];
    long projections = Tensors.elements(new long[] {rows, o.size(1)});
    return projections + attend(rows * queryWidth, o.outputSize(), keys);
  }

  /** Keys have their own input, or are packed with the queries; of 4 axes the third counts them. */
  static long multiHead(Operands o) {
    int source = o.node().hasInput(1) ? 1 : 0;
    int past = o.node().op().equals("MultiHeadAttention") ? 6 : 5;
    long keys = o.dim(source, o.dims(source).length == 4 ? 2 : 1);
    long earlier = o.node().hasInput(past) ? o.dim(past, -2) : 0;
    return attend(o.outputSize(), o.outputSize(), keys + earlier);
  }

  /** The second output holds all keys, the past ones and the new ones. */
  static long groupQuery(Operands o) {
    long[] present = o.outputDims(1);
    long earlier = o.node().hasInput(3) ? o.dim(3, -2) : 0;
    long keys = present.length == 4 ? present[2] : o.dim(0, 1) + earlier;
    return attend(o.outputSize(), o.outputSize(), keys);
  }

  private static long attend(long queries, long results, long keys) {
    return Tensors.elements(new long[] {queries + results, keys});
  }
}
