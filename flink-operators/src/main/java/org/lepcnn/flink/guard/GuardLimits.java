/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.guard;

import java.io.Serializable;
import org.lepcnn.core.api.PublicApi;
import org.lepcnn.core.error.BadInputException;

/**
 * Bounds of the guard. No chain is ever forgotten to stay within them: a further one is refused.
 *
 * @param chainsPerModel chains remembered per device and model, 1 to {@code chainsPerDevice}
 * @param chainsPerDevice chains remembered per device, up to {@value #MOST_CHAINS}
 * @param jumpBound the most passes that a claim may cover or skip, at least 1
 */
@PublicApi
public record GuardLimits(int chainsPerModel, int chainsPerDevice, long jumpBound)
    implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final int MOST_CHAINS = 10_000;

  /** Eight chains of a model, twice as many as a device may have models, about a million passes. */
  public static final GuardLimits DEFAULT = new GuardLimits(8, 2_000, 1L << 20);

  public GuardLimits {
    if (chainsPerModel < 1
        || chainsPerDevice < chainsPerModel
        || chainsPerDevice > MOST_CHAINS
        || jumpBound < 1) {
      throw BadInputException.about("Guard limits")
          .expected(
              "1 or more chains of a model, as many or more of a device, at most "
                  + MOST_CHAINS
                  + ", and a jump bound of at least 1")
          .found("%d, %d and %d".formatted(chainsPerModel, chainsPerDevice, jumpBound));
    }
  }
}
