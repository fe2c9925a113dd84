/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.quant;

/** Finds the power of two whose multiples the weights of a channel are. */
final class ExactSteps {
  private static final int FRACTION_BITS = 23;

  private ExactSteps() {}

  /**
   * The largest power of two of which all weights are multiples.
   *
   * @param limit the largest multiple that counts
   * @return 0 where there is none, or only one with larger multiples, and for zeros alone
   */
  static float of(float[] weights, int from, int count, int limit) {
    int exponent = Integer.MAX_VALUE;
    float max = 0;
    for (int i = from; i < from + count; i++) {
      float magnitude = Math.abs(weights[i]);
      if (magnitude != 0) {
        if (magnitude < Float.MIN_NORMAL) {
          return 0;
        }
        int fraction = Float.floatToRawIntBits(magnitude) | 1 << FRACTION_BITS;
        int lowest = Integer.numberOfTrailingZeros(fraction) - FRACTION_BITS;
        exponent = Math.min(exponent, Math.getExponent(magnitude) + lowest);
        max = Math.max(max, magnitude);
        if (max > Math.scalb((double) limit, exponent)) {
          return 0;
        }
      }
    }
    return max == 0 || exponent < Float.MIN_EXPONENT ? 0 : Math.scalb(1f, exponent);
  }
}
