/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.cut;

import java.util.OptionalInt;
import java.util.OptionalLong;
import org.lepcnn.core.api.PublicApi;
import org.lepcnn.core.error.BadInputException;

/**
 * What a cut must keep to.
 *
 * @param maxRounds rounds of a pass at most
 * @param deviceMemory bytes at most that the weights take, in float, of layers that could go to the
 *     edge and stay on the device
 */
@PublicApi
public record CutLimits(OptionalInt maxRounds, OptionalLong deviceMemory) {
  /** No bounds. */
  public static final CutLimits NONE = new CutLimits(OptionalInt.empty(), OptionalLong.empty());

  public CutLimits {
    if (maxRounds.isPresent() && maxRounds.getAsInt() < 0) {
      throw BadInputException.about("Reading the option --max-rounds")
          .expected("a number of rounds, at least 0")
          .found(maxRounds.getAsInt());
    }
    if (deviceMemory.isPresent() && deviceMemory.getAsLong() < 0) {
      throw BadInputException.about("Reading the option --device-memory")
          .expected("a number of bytes, at least 0")
          .found(deviceMemory.getAsLong());
    }
  }

  boolean hold(int rounds, long keptBytes) {
    return rounds <= maxRounds.orElse(Integer.MAX_VALUE)
        && keptBytes <= deviceMemory.orElse(Long.MAX_VALUE);
  }

  boolean areNone() {
    return maxRounds.isEmpty() && deviceMemory.isEmpty();
  }
}
