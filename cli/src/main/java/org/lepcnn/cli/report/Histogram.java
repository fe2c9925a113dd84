/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli.report;

import java.util.Collection;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/**
 * How often numbers come, by equal intervals.
 *
 * @param low where the first interval begins
 * @param high where the last one ends; not below {@code low}
 * @param counts of each interval
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier, not a value to compare
public record Histogram(double low, double high, int[] counts) {
  private static final int INTERVALS = 32;

  /**
   * The histogram of numbers between their least and their greatest; what is not finite is left
   * out.
   *
   * @param size how many numbers
   * @param number each of them, by its index
   */
  public static Histogram of(int size, IntToDoubleFunction number) {
    double low = Double.POSITIVE_INFINITY;
    double high = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < size; i++) {
      double value = number.applyAsDouble(i);
      if (Double.isFinite(value)) {
        low = Math.min(low, value);
        high = Math.max(high, value);
      }
    }
    return low > high ? new Histogram(0, 0, new int[INTERVALS]) : of(size, number, low, high);
  }

  /** As {@link #of(int, IntToDoubleFunction)}, between bounds that hold all numbers. */
  public static Histogram of(int size, IntToDoubleFunction number, double low, double high) {
    Histogram histogram = new Histogram(low, high, new int[INTERVALS]);
    for (int i = 0; i < size; i++) {
      histogram.add(number.applyAsDouble(i), 1);
    }
    return histogram;
  }

  /** All numbers of several; each interval's are taken for its middle. */
  static Histogram merged(Collection<Histogram> several) {
    double low = several.stream().mapToDouble(Histogram::low).min().orElse(0);
    double high = several.stream().mapToDouble(Histogram::high).max().orElse(0);
    Histogram all = new Histogram(low, high, new int[INTERVALS]);
    for (Histogram one : several) {
      double width = (one.high - one.low) / one.counts.length;
      for (int i = 0; i < one.counts.length; i++) {
        all.add(one.low + (i + 0.5) * width, one.counts[i]);
      }
    }
    return all;
  }

  private void add(double value, int count) {
    if (Double.isFinite(value)) {
      double part = high > low ? (value - low) / (high - low) : 0;
      counts[Math.max(0, Math.min(INTERVALS - 1, (int) (part * INTERVALS)))] += count;
    }
  }

  /** The largest count. */
  int most() {
    return IntStream.of(counts).max().orElse(0);
  }

  /** All numbers. */
  int size() {
    return IntStream.of(counts).sum();
  }
}
