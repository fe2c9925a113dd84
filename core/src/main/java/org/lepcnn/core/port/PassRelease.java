/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.port;

import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.model.Fingerprint;

/**
 * The end of an instance's claim: of the passes that it claimed, those from {@code firstFree} on
 * were not used and never will be by this instance. It carries no tensor.
 *
 * @param instance the instance that claimed, and that claims nothing more
 */
public record PassRelease(
    String device, ChainId chain, Fingerprint model, long firstFree, InstanceId instance)
    implements EdgeCall {
  public PassRelease {
    PassId.checkDevice(device);
    if (firstFree < 0) {
      throw BadInputException.about("Release")
          .expected("a first free pass from 0")
          .found(firstFree);
    }
  }

  @Override
  public long highestPass() {
    return firstFree;
  }

  @Override
  public CallId id() {
    return new CallId.OfRelease(new PassId(device, chain, model, firstFree));
  }
}
