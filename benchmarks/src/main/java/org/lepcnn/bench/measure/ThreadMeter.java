/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.bench.measure;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;

/** CPU time and allocation of the threads whose names begin alike. */
public final class ThreadMeter {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /**
   * What the threads used since they began.
   *
   * @param cpuNanos user and system time
   * @param allocatedBytes on the Java heap
   */
  public record Reading(long cpuNanos, long allocatedBytes) {
    public Reading minus(Reading earlier) {
      return new Reading(cpuNanos - earlier.cpuNanos, allocatedBytes - earlier.allocatedBytes);
    }
  }

  private ThreadMeter() {}

  public static Reading named(String prefix) {
    long cpu = 0;
    long allocated = 0;
    long[] ids = THREADS.getAllThreadIds();
    ThreadInfo[] infos = THREADS.getThreadInfo(ids);
    for (ThreadInfo info : infos) {
      if (info != null && info.getThreadName().startsWith(prefix)) {
        cpu += Math.max(0, THREADS.getThreadCpuTime(info.getThreadId()));
        allocated += Math.max(0, THREADS.getThreadAllocatedBytes(info.getThreadId()));
      }
    }
    return new Reading(cpu, allocated);
  }

  public static Reading ofThisThread() {
    return new Reading(
        THREADS.getCurrentThreadCpuTime(),
        THREADS.getThreadAllocatedBytes(Thread.currentThread().getId()));
  }
}
