/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.http;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Counts what a door says to requests for passes, and how long it takes. Thread-safe. */
final class DoorFigures {
  private static final int KEPT = 1_024;
  private static final int OK = 200;
  private static final double NANOS_PER_MILLI = 1e6;

  private final LongSupplier nanoTime;
  private final long begin;
  private final Map<Integer, Long> statuses = new TreeMap<>();

  /** Nanoseconds of the last answers, in a ring. */
  private final long[] nanos = new long[KEPT];

  private long answered;

  /**
   * How long answers took.
   *
   * @param of how many, the last ones
   */
  record Millis(double median, double p95, int of) {}

  /**
   * The figures at a time.
   *
   * @param seconds since the door opened
   * @param answered requests
   * @param refused others, by status
   * @param millis null before the first answer
   */
  record Snapshot(
      long seconds, long answered, Map<Integer, Long> refused, @Nullable Millis millis) {}

  /**
   * @param nanoTime a clock
   */
  DoorFigures(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.begin = nanoTime.getAsLong();
  }

  long now() {
    return nanoTime.getAsLong();
  }

  /**
   * Counts a request.
   *
   * @param since when it came, by {@link #now}
   */
  synchronized void count(int status, long since) {
    if (status == OK) {
      nanos[(int) (answered++ % KEPT)] = now() - since;
    } else {
      statuses.merge(status, 1L, Long::sum);
    }
  }

  synchronized Snapshot snapshot() {
    int kept = (int) Math.min(answered, KEPT);
    long[] sorted = Arrays.copyOf(nanos, kept);
    Arrays.sort(sorted);
    Millis millis =
        kept == 0
            ? null
            : new Millis(
                sorted[kept / 2] / NANOS_PER_MILLI,
                sorted[kept * 95 / 100] / NANOS_PER_MILLI,
                kept);
    return new Snapshot(
        TimeUnit.NANOSECONDS.toSeconds(now() - begin), answered, new TreeMap<>(statuses), millis);
  }
}
