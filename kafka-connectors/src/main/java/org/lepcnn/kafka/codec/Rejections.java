/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.codec;

import org.lepcnn.core.port.CallId;
import org.lepcnn.core.port.EdgeCall;
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

  /** A rejection of a call that could be read. */
  public static Rejection of(
      String topic, int partition, long offset, EdgeCall call, EdgeErrorCode code, String message) {
    Rejection rejection = of(topic, partition, offset, code, message);
    CallId id = call.id();
    rejection.setDevice(call.device());
    rejection.setChain(WireIds.wire(call.chain()));
    rejection.setModel(WireIds.wire(call.model()));
    rejection.setPass(id.pass().pass());
    rejection.setRound(RoundField.of(id));
    return rejection;
  }
}
