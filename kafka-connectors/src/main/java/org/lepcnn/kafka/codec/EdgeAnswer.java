/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.codec;

import org.lepcnn.core.port.CallId;

/** What the edge sends to a device: a chunk of a layer's result, or a reply without a tensor. */
public sealed interface EdgeAnswer permits LayerChunkView, EdgeReplyView {
  /** Which call it answers. */
  CallId call();
}
