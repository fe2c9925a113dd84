/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.codec;

import org.lepcnn.core.port.PassId;

/** What the edge sends to a device: a chunk of a layer's result, or a reply without a tensor. */
public sealed interface EdgeAnswer permits LayerChunkView, EdgeReplyView {
  /** Device, chain, model and pass; for the reply to a claim or release its first pass. */
  PassId passId();

  /** The round; below 0 for a claim or a release, see {@link EdgeReplyView}. */
  int round();
}
