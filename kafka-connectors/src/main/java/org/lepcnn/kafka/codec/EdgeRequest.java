/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.codec;

import org.lepcnn.core.port.EdgeCall;

/** A record from a device to the edge: a claim or release, or a chunk of a masked tensor. */
public sealed interface EdgeRequest permits AnnouncementView, TensorChunkView {
  /** What is asked for; of a chunk its round. */
  EdgeCall call();

  /** How long after the broker's append time the request may still be served; at least 1. */
  long lifetimeMillis();
}
