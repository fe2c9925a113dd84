/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.decode;

import java.io.Serializable;
import org.lepcnn.core.error.BadInputException;

/**
 * Bounds of the memory that incomplete requests may hold. A request reserves all its bytes when its
 * first chunk arrives.
 *
 * @param bytesPerDevice when a device would hold more, its oldest incomplete request is dropped; a
 *     request that is larger itself is refused as TOO_LARGE
 * @param bytesPerSubtask when all devices of a subtask would hold more, a new request is refused as
 *     NOT_READY; never more than a quarter of the heap
 * @param timeoutMillis without a new chunk, after which an incomplete request is dropped
 */
public record AssemblyLimits(long bytesPerDevice, long bytesPerSubtask, long timeoutMillis)
    implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final long MIB = 1L << 20;

  /** 128 MiB a device, 256 MiB a subtask, ten seconds. */
  public static final AssemblyLimits DEFAULT = new AssemblyLimits(128 * MIB, 256 * MIB, 10_000);

  public AssemblyLimits {
    if (bytesPerDevice < 1 || bytesPerSubtask < 1 || timeoutMillis < 1) {
      throw new BadInputException(
          "Assembly limits: expected positive numbers; found "
              + bytesPerDevice
              + " bytes per device, "
              + bytesPerSubtask
              + " bytes per subtask, "
              + timeoutMillis
              + " ms.");
    }
  }

  /** These limits, with the subtask's lowered to a quarter of the heap of this process. */
  AssemblyLimits withinHeap() {
    long quarter = Runtime.getRuntime().maxMemory() / 4;
    return new AssemblyLimits(bytesPerDevice, Math.min(bytesPerSubtask, quarter), timeoutMillis);
  }
}
