/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.bench.pipeline;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.lepcnn.bench.measure.Timing;

/** What the rounds of several passes took, in milliseconds. */
final class RoundTimes {
  private final List<double[]> passes = new ArrayList<>();

  /** Adds a pass: the time of each of its rounds, of as many as the passes before it had. */
  void add(double[] rounds) {
    passes.add(rounds.clone());
  }

  boolean isEmpty() {
    return passes.isEmpty();
  }

  /** The median of a round; NaN without a pass. */
  double median(int round) {
    return Timing.median(passes.stream().mapToDouble(pass -> pass[round]).toArray());
  }

  /** The sum of the rounds' medians; NaN without a pass. */
  double sumOfMedians() {
    if (passes.isEmpty()) {
      return Double.NaN;
    }
    double sum = 0;
    for (int round = 0; round < passes.get(0).length; round++) {
      sum += median(round);
    }
    return sum;
  }

  /** The sum of the rounds of each pass. */
  List<Double> sums() {
    return passes.stream().map(pass -> Arrays.stream(pass).sum()).toList();
  }
}
