/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.pass;

/** Adds up the time of a pass's phases. Used by one thread at a time. */
final class Stopwatch {
  /** What takes time. */
  enum Phase {
    STAGE,
    MASK,
    WAIT,
    CHECK,
    TABLE,
    UNMASK
  }

  private final long started = System.nanoTime();
  private final long[] nanos = new long[Phase.values().length];

  void add(Phase phase, long duration) {
    nanos[phase.ordinal()] += duration;
  }

  void time(Phase phase, Runnable work) {
    long before = System.nanoTime();
    work.run();
    add(phase, System.nanoTime() - before);
  }

  PassTimings timings() {
    return new PassTimings(
        nanos[Phase.STAGE.ordinal()],
        nanos[Phase.MASK.ordinal()],
        nanos[Phase.WAIT.ordinal()],
        nanos[Phase.CHECK.ordinal()],
        nanos[Phase.TABLE.ordinal()],
        nanos[Phase.UNMASK.ordinal()],
        System.nanoTime() - started);
  }
}
