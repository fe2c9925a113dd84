/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.work;

import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.lepcnn.onnx.graph.Node;
import org.lepcnn.onnx.graph.Tensors;
import org.lepcnn.onnx.graph.ValueType;

/**
 * Multiplications of operators whose work is products summed up: convolutions, matrix products,
 * recurrent layers, attention, sums of products, linear models. From the shapes alone, padding
 * included; multiplications element by element, as those of Mul or of a normalization, are not
 * counted.
 *
 * <ul>
 *   <li>A recurrent layer multiplies both its weight matrices in every step of every sequence.
 *   <li>Attention of queries Q to S keys multiplies every element of Q and of its result S times;
 *       the forms that project their input as well multiply the weights with every row of it.
 * </ul>
 */
public final class Multiplications {
  /** Exact in JSON, and sums of a thousand fit a {@code long}. */
  private static final long MOST = 1L << 53;

  private static final Map<String, ToLongFunction<Operands>> STANDARD =
      Map.ofEntries(
          Map.entry("Conv", o -> convolution(o, 1)),
          Map.entry("ConvInteger", o -> convolution(o, 1)),
          Map.entry("QLinearConv", o -> convolution(o, 3)),
          Map.entry("DeformConv", o -> convolution(o, 1)),
          Map.entry("ConvTranspose", Multiplications::transposedConvolution),
          Map.entry("Gemm", Multiplications::product),
          Map.entry("MatMul", Multiplications::product),
          Map.entry("MatMulInteger", Multiplications::product),
          Map.entry("QLinearMatMul", Multiplications::product),
          Map.entry("LSTM", Multiplications::recurrence),
          Map.entry("GRU", Multiplications::recurrence),
          Map.entry("RNN", Multiplications::recurrence),
          Map.entry("Einsum", EinsumWork::of),
          Map.entry("Attention", AttentionWork::standard));

  private static final Map<String, ToLongFunction<Operands>> MICROSOFT =
      Map.ofEntries(
          Map.entry("FusedConv", o -> convolution(o, 1)),
          Map.entry("NhwcConv", o -> convolution(o, 1)),
          Map.entry("NhwcFusedConv", o -> convolution(o, 1)),
          Map.entry("QLinearConv", o -> convolution(o, 3)),
          Map.entry("ConvTransposeWithDynamicPads", Multiplications::transposedConvolution),
          Map.entry("FusedGemm", Multiplications::product),
          Map.entry("GemmFastGelu", Multiplications::product),
          Map.entry("FusedMatMul", Multiplications::product),
          Map.entry("FusedMatMulActivation", Multiplications::product),
          Map.entry("TransposeMatMul", Multiplications::product),
          Map.entry("MatMulInteger16", Multiplications::product),
          Map.entry("MatMulIntegerToFloat", Multiplications::product),
          Map.entry("DynamicQuantizeMatMul", Multiplications::product),
          Map.entry("QGemm", Multiplications::product),
          Map.entry("MatMulNBits", Multiplications::packedProduct),
          Map.entry("MatMulBnb4", Multiplications::packedProduct),
          Map.entry("DynamicQuantizeLSTM", Multiplications::recurrence),
          Map.entry("CDist", Multiplications::product),
          Map.entry("Attention", AttentionWork::projecting),
          Map.entry("QAttention", AttentionWork::projecting),
          Map.entry("MultiHeadAttention", AttentionWork::multiHead),
          Map.entry("DecoderMaskedMultiHeadAttention", AttentionWork::multiHead),
          Map.entry("GroupQueryAttention", AttentionWork::groupQuery));

  private static final Map<String, ToLongFunction<Operands>> CLASSIC =
      Map.of(
          "LinearClassifier", o -> linearModel(o, "coefficients"),
          "LinearRegressor", o -> linearModel(o, "coefficients"),
          "SVMClassifier", o -> linearModel(o, "support_vectors"),
          "SVMRegressor", o -> linearModel(o, "support_vectors"));

  private static final Map<String, Map<String, ToLongFunction<Operands>>> FORMULAS =
      Map.of("", STANDARD, "com.microsoft", MICROSOFT, "ai.onnx.ml", CLASSIC);

  private Multiplications() {}

  /** Whether the multiplications of such a node are counted. */
  public static boolean areCounted(Node node) {
    return FORMULAS.getOrDefault(node.domain(), Map.of()).containsKey(node.op());
  }

  /**
   * How many multiplications a node of a counted kind does.
   *
   * @param types of values by name
   * @return empty when a shape that it takes to know is not known
   */
  public static OptionalLong of(Node node, Function<String, ValueType> types) {
    Operands operands = new Operands(node, types);
    if (!operands.areKnown()) {
      return OptionalLong.empty();
    }
    try {
      return OptionalLong.of(
          Math.min(MOST, FORMULAS.get(node.domain()).get(node.op()).applyAsLong(operands)));
    } catch (IndexOutOfBoundsException e) {
      // fewer axes than the operator's specification has
      return OptionalLong.empty();
    }
  }

  /** So many times as many. */
  static OptionalLong times(OptionalLong multiplications, long times) {
    return multiplications.isEmpty()
        ? multiplications
        : OptionalLong.of(
            Math.min(MOST, Tensors.elements(new long[] {multiplications.getAsLong(), times})));
  }

  private static long convolution(Operands o, int weights) {
    return Tensors.elements(new long[] {o.outputSize(), o.sizePerFirst(weights)});
  }

  private static long transposedConvolution(Operands o) {
    return Tensors.elements(new long[] {o.size(0), o.sizePerFirst(1)});
  }

  /** The first operand's columns, or its rows where it is transposed, for every output. */
  private static long product(Operands o) {
    boolean transposed = o.node().integer("transA", 0) != 0 && o.dims(0).length > 1;
    return Tensors.elements(new long[] {o.outputSize(), o.dim(0, transposed ? -2 : -1)});
  }

  private static long packedProduct(Operands o) {
    return Tensors.elements(new long[] {o.outputSize(), o.node().integer("K", 0)});
  }

  private static long recurrence(Operands o) {
    long steps = o.dim(0, 0) * o.dim(0, 1);
    return Tensors.elements(new long[] {steps, o.size(1) + o.size(2)});
  }

  private static long linearModel(Operands o, String numbers) {
    long rows = o.dims(0).length > 1 ? o.dim(0, 0) : 1;
    return Tensors.elements(new long[] {rows, o.node().reals(numbers).size()});
  }
}
