/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.codec;

import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.core.port.InstanceId;

/** What a device sends to the edge: a claim, a release, or a chunk of a masked tensor. */
public sealed interface EdgeRequest permits ClaimView, ReleaseView, TensorChunkView {
  String device();

  ChainId chain();

  Fingerprint model();

  InstanceId instance();

  /** The pass; for a claim its first pass, for a release the first free one. */
  long pass();

  /**
   * The round; {@link EdgeReplyView#CLAIM_ROUND} for a claim, {@link EdgeReplyView#RELEASE_ROUND}
   * for a release.
   */
  int round();

  /** How long after the broker's append time the request may still be served; at least 1. */
  long lifetimeMillis();
}
