/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.port;

import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.model.Fingerprint;

/**
 * The announcement that passes {@code firstPass} to {@code lastPass} belong to one instance. It
 * carries no tensor.
 */
public record PassClaim(
    String device,
    ChainId chain,
    Fingerprint model,
    long firstPass,
    long lastPass,
    InstanceId instance)
    implements EdgeCall {
  public PassClaim {
    PassId.checkDevice(device);
    if (firstPass < 0 || lastPass < firstPass) {
      throw BadInputException.about("Claim")
          .expected("0 <= first <= last")
          .found(firstPass + " to " + lastPass);
    }
  }

  @Override
  public long highestPass() {
    return lastPass;
  }

  @Override
  public CallId id() {
    return new CallId.OfClaim(new PassId(device, chain, model, firstPass));
  }
}
