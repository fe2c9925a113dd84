/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.channel;

import java.util.function.IntToDoubleFunction;
import java.util.function.IntUnaryOperator;
import java.util.function.Supplier;

/**
 * A constant whose elements are multiplied with the factor of one class, and divided by that of
 * another.
 *
 * @param name what it is, for the new constant's name
 * @param values gives the elements in row-major order
 * @param times from an element to the class whose factor it is multiplied with
 * @param over from an element to the class whose factor it is divided by
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
record ScaledConstant(
    String name,
    Supplier<float[]> values,
    long[] dims,
    IntUnaryOperator times,
    IntUnaryOperator over) {
  private static final IntUnaryOperator NOTHING = element -> ChannelClasses.PINNED;

  static ScaledConstant multiplied(
      String name, Supplier<float[]> values, long[] dims, IntUnaryOperator times) {
    return new ScaledConstant(name, values, dims, times, NOTHING);
  }

  /**
   * The elements with powers of two as factors.
   *
   * @param factor of a class
   * @return null when one is no ordinary number then, so that its bits would change
   */
  float[] scaled(IntToDoubleFunction factor) {
    float[] scaled = values.get();
    for (int i = 0; i < scaled.length; i++) {
      double ratio =
          factor.applyAsDouble(times.applyAsInt(i)) / factor.applyAsDouble(over.applyAsInt(i));
      float result = (float) (scaled[i] * ratio);
      boolean ordinary = Float.isFinite(result) && Math.abs(result) >= Float.MIN_NORMAL;
      if (!ordinary && ratio != 1 && scaled[i] != 0) {
        return null;
      }
      scaled[i] = result;
    }
    return scaled;
  }
}
