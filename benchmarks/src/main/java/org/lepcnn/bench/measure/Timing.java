/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.bench.measure;

import java.util.Arrays;
import java.util.List;

/** Order statistics. */
public final class Timing {
  public static final double NANOS_PER_MILLI = 1e6;
  public static final double NANOS_PER_SECOND = 1e9;

  private Timing() {}

  public static double median(double[] values) {
    return percentile(values, 50);
  }

  public static double median(List<Double> values) {
    return median(values.stream().mapToDouble(Double::doubleValue).toArray());
  }

  /** The smallest value that at least {@code percent} % of the values do not exceed. */
  public static double percentile(double[] values, double percent) {
    if (values.length == 0) {
      return Double.NaN;
    }
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int rank = (int) Math.ceil(percent / 100 * sorted.length);
    return sorted[Math.max(0, rank - 1)];
  }
}
