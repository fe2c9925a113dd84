/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.function.LongSupplier;

/**
 * What work allocates once its code is compiled. When that is, the JVM decides: on a busy machine
 * late. So work is repeated until it allocates as little as it should, or has had every chance.
 */
public final class SteadyState {
  private static final int CHANCES = 500;

  private SteadyState() {}

  /** The bytes that this thread allocates in one run of the work. */
  public static long bytes(long enough, Runnable work) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    return least(
        enough,
        CHANCES,
        () -> {
          long before = threads.getCurrentThreadAllocatedBytes();
          work.run();
          return threads.getCurrentThreadAllocatedBytes() - before;
        });
  }

  /**
   * The first measurement that is small enough, or the least of all.
   *
   * @param chances how often to measure at most
   */
  public static long least(long enough, int chances, LongSupplier measurement) {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < chances && least > enough; i++) {
      least = Math.min(least, measurement.getAsLong());
    }
    return least;
  }
}
