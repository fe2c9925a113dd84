/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.codec;

import java.util.Optional;
import org.lepcnn.core.port.CallId;
import org.lepcnn.core.port.EdgeCall;
import org.lepcnn.core.port.EdgeErrorCode;
import org.lepcnn.core.port.InstanceId;
import org.lepcnn.core.text.Printable;
import org.lepcnn.kafka.chunk.MalformedRecordException;

/**
 * A reply without a tensor.
 *
 * @param call which call it answers
 * @param instance the instance that asked
 * @param error why the edge refuses; empty means that the claim or release was accepted
 * @param message for people, a printable line, cut after {@link #MAX_MESSAGE} characters; empty for
 *     an acceptance
 */
public record EdgeReplyView(
    CallId call, InstanceId instance, Optional<EdgeErrorCode> error, String message)
    implements EdgeAnswer {
  /** Longer messages are cut. */
  public static final int MAX_MESSAGE = 1_000;

  public EdgeReplyView {
    if (error.isEmpty() && call instanceof CallId.OfRound round) {
      throw MalformedRecordException.about("EdgeReply")
          .expected("an acceptance for a claim or release only")
          .found("one for round " + round.round());
    }
    message = Printable.line(message, MAX_MESSAGE);
  }

  /** The acceptance of a claim or release. */
  public static EdgeReplyView accepted(EdgeCall call) {
    return new EdgeReplyView(call.id(), call.instance(), Optional.empty(), "");
  }

  /** The typed answer to a call that the edge refuses. */
  public static EdgeReplyView refused(EdgeCall call, EdgeErrorCode code, String message) {
    return new EdgeReplyView(call.id(), call.instance(), Optional.of(code), message);
  }
}
