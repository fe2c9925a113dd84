/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.codec;

import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.core.port.InstanceId;
import org.lepcnn.core.port.PassClaim;

/**
 * A claim as it was read.
 *
 * @param claim the claim
 * @param lifetimeMillis see {@link EdgeRequest#lifetimeMillis}
 */
public record ClaimView(PassClaim claim, long lifetimeMillis) implements EdgeRequest {
  public ClaimView {
    if (lifetimeMillis < 1) {
      throw new MalformedRecordException(
          "ClaimRequest: expected a lifetime of at least 1 ms; found " + lifetimeMillis + ".");
    }
  }

  @Override
  public String device() {
    return claim.device();
  }

  @Override
  public ChainId chain() {
    return claim.chain();
  }

  @Override
  public Fingerprint model() {
    return claim.model();
  }

  @Override
  public InstanceId instance() {
    return claim.instance();
  }

  @Override
  public long pass() {
    return claim.firstPass();
  }

  @Override
  public int round() {
    return EdgeReplyView.CLAIM_ROUND;
  }
}
