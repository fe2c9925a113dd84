/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.codec;

import org.lepcnn.core.port.EdgeErrorCode;
import org.lepcnn.core.text.Printable;
import org.lepcnn.kafka.wire.Rejection;

/** Builds records for {@code lepcnn.rejected}. */
public final class Rejections {
  private Rejections() {}

  /** A rejection of which only the place of the refused record is known. */
  public static Rejection of(
      String topic, int partition, long offset, EdgeErrorCode code, String message) {
    return Rejection.newBuilder()
        .setTopic(topic)
        .setPartition(partition)
        .setOffset(offset)
        .setCode(code.name())
        .setMessage(Printable.line(message, EdgeReplyView.MAX_MESSAGE))
        .build();
  }

  /** A rejection of a request that could be read. */
  public static Rejection of(
      String topic,
      int partition,
      long offset,
      EdgeRequest request,
      EdgeErrorCode code,
      String message) {
    Rejection rejection = of(topic, partition, offset, code, message);
    rejection.setDevice(request.device());
    rejection.setChain(WireIds.wire(request.chain()));
    rejection.setModel(WireIds.wire(request.model()));
    rejection.setPass(request.pass());
    rejection.setRound(request.round());
    return rejection;
  }
}
