/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.guard;

import java.io.Serializable;
import org.lepcnn.core.error.BadInputException;

/**
 * Bounds of the guard.
 *
 * @param chainsPerDevice chains remembered per device, 1 to 100; the least recently claimed is
 *     forgotten first
 * @param jumpBound the most passes that a claim may cover or skip, at least 1
 */
public record GuardLimits(int chainsPerDevice, long jumpBound) implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Four chains, about a million passes. */
  public static final GuardLimits DEFAULT = new GuardLimits(4, 1L << 20);

  public GuardLimits {
    if (chainsPerDevice < 1 || chainsPerDevice > 100 || jumpBound < 1) {
      throw new BadInputException(
          "Guard limits: expected 1 to 100 chains per device and a jump bound of at least 1; found "
              + chainsPerDevice
              + " and "
              + jumpBound
              + ".");
    }
  }
}
