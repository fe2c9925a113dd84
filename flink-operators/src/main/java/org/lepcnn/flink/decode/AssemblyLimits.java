/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.decode;

import java.io.Serializable;
import org.lepcnn.core.api.PublicApi;
import org.lepcnn.core.error.BadInputException;

/**
 * Bounds of what incomplete requests may hold: memory for the chunks that have arrived, and time.
 *
 * @param bytesPerDevice when a device would hold more, its oldest incomplete request is dropped; a
 *     request that is larger itself is refused as TOO_LARGE
 * @param bytesPerSubtask when all devices of a subtask would hold more, the largest holder yields,
 *     see {@link MemoryShares}; never more than a quarter of the heap for all subtasks of a process
 * @param timeoutMillis without a new chunk, after which an incomplete request is dropped
 * @param roundMillis since its first chunk, after which an incomplete request is dropped, however
 *     it goes on; not below the time-out
 */
@PublicApi
public record AssemblyLimits(
    long bytesPerDevice, long bytesPerSubtask, long timeoutMillis, long roundMillis)
    implements Serializable {
  private static final long serialVersionUID = 2L;
  private static final long MIB = 1L << 20;
  private static final int TIMEOUTS_PER_ROUND = 3;
  private static final int SHELTERS_PER_TIMEOUT = 5;

  /** 128 MiB a device, 256 MiB a subtask, ten seconds without a chunk, thirty in all. */
  public static final AssemblyLimits DEFAULT = new AssemblyLimits(128 * MIB, 256 * MIB, 10_000);

  public AssemblyLimits {
    if (bytesPerDevice < 1
        || bytesPerSubtask < 1
        || timeoutMillis < 1
        || roundMillis < timeoutMillis) {
      throw BadInputException.about("Assembly limits")
          .expected("positive numbers, and no less time for a whole round than for a chunk")
          .found(
              "%s bytes per device, %s bytes per subtask, %s ms and %s ms"
                  .formatted(bytesPerDevice, bytesPerSubtask, timeoutMillis, roundMillis));
    }
  }

  /** Limits that give a round three time-outs in all. */
  public AssemblyLimits(long bytesPerDevice, long bytesPerSubtask, long timeoutMillis) {
    this(bytesPerDevice, bytesPerSubtask, timeoutMillis, thrice(timeoutMillis));
  }

  /**
   * These limits, with the subtask's lowered to its part of a quarter of the heap of this process.
   *
   * @param subtasks that this process may run, from 1
   */
  AssemblyLimits withinHeap(int subtasks) {
    long part = Runtime.getRuntime().maxMemory() / 4 / subtasks;
    return new AssemblyLimits(
        bytesPerDevice, Math.min(bytesPerSubtask, part), timeoutMillis, roundMillis);
  }

  /** How long a round may be sheltered, see {@link MemoryShares}: a fifth of the time-out. */
  long shelterMillis() {
    return timeoutMillis / SHELTERS_PER_TIMEOUT;
  }

  private static long thrice(long timeoutMillis) {
    return timeoutMillis > Long.MAX_VALUE / TIMEOUTS_PER_ROUND
        ? Long.MAX_VALUE
        : TIMEOUTS_PER_ROUND * timeoutMillis;
  }
}
