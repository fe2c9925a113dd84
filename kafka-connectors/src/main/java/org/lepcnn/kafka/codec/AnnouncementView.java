/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.codec;

import org.lepcnn.core.port.EdgeCall;
import org.lepcnn.core.port.PassClaim;
import org.lepcnn.core.port.PassRound;
import org.lepcnn.kafka.chunk.MalformedRecordException;

/**
 * A claim or a release as it was read: a call without a tensor, whole in one record.
 *
 * @param call the claim or release
 * @param lifetimeMillis see {@link EdgeRequest#lifetimeMillis}
 */
public record AnnouncementView(EdgeCall call, long lifetimeMillis) implements EdgeRequest {
  public AnnouncementView {
    if (call instanceof PassRound) {
      throw new IllegalArgumentException("A round is announced by its tensors alone");
    }
    if (lifetimeMillis < 1) {
      throw MalformedRecordException.about(
              call instanceof PassClaim ? "ClaimRequest" : "ReleaseRequest")
          .expected("a lifetime of at least 1 ms")
          .found(lifetimeMillis);
    }
  }
}
