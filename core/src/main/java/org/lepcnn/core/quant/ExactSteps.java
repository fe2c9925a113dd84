/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.quant;

/**
 * Finds the step s of which all weights of a channel are multiples m·s with small integers m: of
 * weights that were quantized before, whatever their scale.
 *
 * <p>A power of two is preferred, since products with it are exact. Any other s shows itself in
 * float32 weights that are m·s rounded: the largest of them, W, is some M·s, and for the right M
 * every weight is within its rounding of a multiple of W/M. Each wrong M is refuted by the first
 * weights, with a chance of some 10⁻⁴ to pass for one that is no multiple; and what passes is as
 * good as exact, since each weight is then m·s but for two units in the last place.
 */
final class ExactSteps {
  private static final int FRACTION_BITS = 23;

  /** How far a weight may be from m·s, relative to itself: rounding of its own, and of W. */
  private static final double TOLERANCE = 0x1p-22;

  /** The smallest W: all weights of at least a hundredth of it are normal numbers. */
  private static final float MIN_LARGEST = 0x1p-110f;

  private ExactSteps() {}

  /**
   * The step of {@code count} weights from {@code from} on.
   *
   * @param limit the largest |m|, at most 2047
   * @return 0 where there is none, and for zeros alone
   * @throws org.lepcnn.core.error.BadInputException when a weight is NaN or infinite
   */
  static double of(float[] weights, int from, int count, int limit) {
    float largest = WeightQuantizer.maxMagnitude(weights, from, count);
    double power = powerOfTwo(weights, from, count, limit);
    if (power > 0 || largest < MIN_LARGEST) {
      return power;
    }
    for (int multiple = 1; multiple <= limit; multiple++) {
      double step = (double) largest / multiple;
      if (areMultiples(weights, from, count, step)) {
        return refined(weights, from, count, step);
      }
    }
    return 0;
  }

  private static boolean areMultiples(float[] weights, int from, int count, double step) {
    double inverse = 1 / step;
    for (int i = from; i < from + count; i++) {
      double steps = Math.abs(weights[i] * inverse);
      if (Math.abs(steps - Math.rint(steps)) > TOLERANCE * steps) {
        return false;
      }
    }
    return true;
  }

  /** The float32 number, or else the number, whose multiples are rounded to these weights. */
  private static double refined(float[] weights, int from, int count, double step) {
    double least = 0;
    double most = Double.POSITIVE_INFINITY;
    for (int i = from; i < from + count; i++) {
      float magnitude = Math.abs(weights[i]);
      if (magnitude > 0) {
        double multiple = Math.rint(magnitude / step);
        double rounding = Math.ulp(magnitude) / 2.0;
        least = Math.max(least, (magnitude - rounding) / multiple);
        most = Math.min(most, (magnitude + rounding) / multiple);
      }
    }
    if (least > most) {
      return step;
    }
    double middle = (least + most) / 2;
    float single = (float) middle;
    return least <= single && single <= most ? single : middle;
  }

  /** The largest power of two of which all weights are multiples up to the limit; else 0. */
  static float powerOfTwo(float[] weights, int from, int count, int limit) {
    int exponent = Integer.MAX_VALUE;
    float max = 0;
    for (int i = from; i < from + count; i++) {
      float magnitude = Math.abs(weights[i]);
      if (magnitude != 0) {
        if (!(magnitude >= Float.MIN_NORMAL && magnitude <= Float.MAX_VALUE)) {
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
