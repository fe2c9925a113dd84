/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.pass;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Lets the rounds of a pass leave only at multiples of an interval after the pass began, so that
 * the edge does not see how long the device computed. With an interval above the longest round trip
 * and stage, all passes look alike; a round that is late shows in which interval it was ready.
 */
final class Pacer {
  private final long intervalNanos;
  private final LongSupplier clock;

  /**
   * @param interval 0 for no pacing
   */
  Pacer(Duration interval) {
    this(interval, System::nanoTime);
  }

  Pacer(Duration interval, LongSupplier clock) {
    this.intervalNanos = interval.toNanos();
    this.clock = clock;
  }

  /** The instant from which a pass counts. */
  long begin() {
    return clock.getAsLong();
  }

  /** Nanoseconds until the next multiple of the interval; 0 without pacing. */
  long delayNanos(long begun) {
    if (intervalNanos == 0) {
      return 0;
    }
    long past = clock.getAsLong() - begun;
    return Math.floorMod(-past, intervalNanos);
  }

  /** Runs an action at the next multiple of the interval. */
  void run(long begun, Executor worker, Runnable action) {
    long delay = delayNanos(begun);
    if (delay == 0) {
      action.run();
      return;
    }
    CompletableFuture.delayedExecutor(delay, TimeUnit.NANOSECONDS, worker).execute(action);
  }
}
