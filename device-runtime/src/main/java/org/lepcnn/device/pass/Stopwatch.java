/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.pass;

/** Adds up the time of a pass's laps. Used by one thread at a time. */
final class Stopwatch {
  /** What takes time. */
  enum Lap {
    STAGE,
    MASK,
    WAIT,
    CHECK,
    TABLE,
    UNMASK
  }

  private final long started = System.nanoTime();
  private final long[] nanos = new long[Lap.values().length];

  void add(Lap lap, long duration) {
    nanos[lap.ordinal()] += duration;
  }

  void time(Lap lap, Runnable work) {
    long before = System.nanoTime();
    work.run();
    add(lap, System.nanoTime() - before);
  }

  PassTimings timings() {
    return new PassTimings(
        nanos[Lap.STAGE.ordinal()],
        nanos[Lap.MASK.ordinal()],
        nanos[Lap.WAIT.ordinal()],
        nanos[Lap.CHECK.ordinal()],
        nanos[Lap.TABLE.ordinal()],
        nanos[Lap.UNMASK.ordinal()],
        System.nanoTime() - started);
  }
}
