/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.codec;

import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.core.port.InstanceId;
import org.lepcnn.core.port.PassRelease;

/**
 * A release as it was read.
 *
 * @param release the release
 * @param lifetimeMillis see {@link EdgeRequest#lifetimeMillis}
 */
public record ReleaseView(PassRelease release, long lifetimeMillis) implements EdgeRequest {
  public ReleaseView {
    if (lifetimeMillis < 1) {
      throw new MalformedRecordException(
          "ReleaseRequest: expected a lifetime of at least 1 ms; found " + lifetimeMillis + ".");
    }
  }

  @Override
  public String device() {
    return release.device();
  }

  @Override
  public ChainId chain() {
    return release.chain();
  }

  @Override
  public Fingerprint model() {
    return release.model();
  }

  @Override
  public InstanceId instance() {
    return release.instance();
  }

  @Override
  public long pass() {
    return release.firstFree();
  }

  @Override
  public int round() {
    return EdgeReplyView.RELEASE_ROUND;
  }
}
