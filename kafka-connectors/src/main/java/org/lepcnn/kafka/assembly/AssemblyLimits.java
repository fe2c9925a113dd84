/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.assembly;

import org.lepcnn.core.error.BadInputException;

/**
 * Bounds of an assembler.
 *
 * @param bytesPerDevice most bytes held for one device
 * @param totalBytes most bytes held for all devices
 * @param timeoutMillis how long a round may stay incomplete, from its first chunk
 */
public record AssemblyLimits(long bytesPerDevice, long totalBytes, long timeoutMillis) {
  /** 192 MiB a device, 512 MiB in total, 60 seconds. */
  public static final AssemblyLimits DEFAULT = new AssemblyLimits(192L << 20, 512L << 20, 60_000);

  public AssemblyLimits {
    if (bytesPerDevice < 1 || totalBytes < bytesPerDevice || timeoutMillis < 1) {
      throw new BadInputException(
          "Assembly limits: expected 1 <= bytes per device <= bytes in total and a time-out of at"
              + " least 1 ms; found "
              + bytesPerDevice
              + ", "
              + totalBytes
              + " and "
              + timeoutMillis
              + " ms.");
    }
  }
}
