/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.model;

import java.io.Serializable;
import org.lepcnn.core.api.PublicApi;
import org.lepcnn.core.error.BadInputException;

/**
 * Bounds of the models that a process holds.
 *
 * @param models the most at a time
 * @param totalBytes the most bytes of edge halves at a time; packed weights take about as much
 * @param modelBytes the most bytes of one edge half
 */
@PublicApi
public record ModelLimits(int models, long totalBytes, long modelBytes) implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final long MIB = 1L << 20;

  /** Sixteen models, 2 GiB in all, 1 GiB each. */
  public static final ModelLimits DEFAULT = new ModelLimits(16, 2_048 * MIB, 1_024 * MIB);

  public ModelLimits {
    if (models < 1 || totalBytes < 1 || modelBytes < 1 || modelBytes > Integer.MAX_VALUE - MIB) {
      throw BadInputException.about("Model limits")
          .expected("positive numbers, and at most 2047 MiB for one model")
          .found(
              models + " models, " + totalBytes + " bytes in all, " + modelBytes + " bytes each");
    }
  }
}
