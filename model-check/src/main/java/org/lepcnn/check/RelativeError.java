/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.check;

/**
 * How far values are from those of float.
 *
 * @param maxError the largest difference; infinite when the numbers of elements differ, or with a
 *     NaN
 * @param maxFloat the largest finite magnitude in float
 */
public record RelativeError(double maxError, double maxFloat) {
  public static RelativeError of(float[] actual, float[] expected) {
    double error = actual.length == expected.length ? 0 : Double.POSITIVE_INFINITY;
    double max = 0;
    for (int i = 0; i < expected.length; i++) {
      max = Float.isFinite(expected[i]) ? Math.max(max, Math.abs(expected[i])) : max;
      if (i < actual.length) {
        error = Math.max(error, difference(actual[i], expected[i]));
      }
    }
    return new RelativeError(error, max);
  }

  /** The largest error over the largest magnitude; the error itself where float is zero. */
  public double value() {
    return maxFloat == 0 ? maxError : maxError / maxFloat;
  }

  /** Infinite where either is NaN, which agrees with nothing. */
  private static double difference(float actual, float expected) {
    double difference = actual == expected ? 0 : Math.abs((double) actual - expected);
    return Double.isNaN(difference) ? Double.POSITIVE_INFINITY : difference;
  }
}
