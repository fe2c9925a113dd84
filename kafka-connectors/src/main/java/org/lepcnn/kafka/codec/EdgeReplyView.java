/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.codec;

import java.util.Optional;
import org.lepcnn.core.port.EdgeErrorCode;
import org.lepcnn.core.port.InstanceId;
import org.lepcnn.core.port.PassId;
import org.lepcnn.core.text.Printable;

/**
 * A reply without a tensor.
 *
 * @param passId device, chain, model and pass; for the reply to a claim or release its first pass
 * @param round the round, {@link #CLAIM_ROUND} or {@link #RELEASE_ROUND}
 * @param instance the instance that asked
 * @param error why the edge refuses; empty means that the claim or release was accepted
 * @param message for people, a printable line, cut after {@link #MAX_MESSAGE} characters; empty for
 *     an acceptance
 */
public record EdgeReplyView(
    PassId passId, int round, InstanceId instance, Optional<EdgeErrorCode> error, String message)
    implements EdgeAnswer {
  /** Stands for the round in the reply to a claim. */
  public static final int CLAIM_ROUND = -1;

  /** Stands for the round in the reply to a release. */
  public static final int RELEASE_ROUND = -2;

  /** Longer messages are cut. */
  public static final int MAX_MESSAGE = 1_000;

  public EdgeReplyView {
    if (round < RELEASE_ROUND) {
      throw new MalformedRecordException(
          "EdgeReply, field round: expected -2 or more; found " + round + ".");
    }
    if (error.isEmpty() && round >= 0) {
      throw new MalformedRecordException(
          "EdgeReply: expected an acceptance for a claim or release only; found one for round "
              + round
              + ".");
    }
    message = Printable.line(message, MAX_MESSAGE);
  }

  /** The acceptance of a claim. */
  public static EdgeReplyView accepted(PassId firstPass, InstanceId instance) {
    return new EdgeReplyView(firstPass, CLAIM_ROUND, instance, Optional.empty(), "");
  }

  /** The acceptance of a release. */
  public static EdgeReplyView released(PassId firstFree, InstanceId instance) {
    return new EdgeReplyView(firstFree, RELEASE_ROUND, instance, Optional.empty(), "");
  }

  /** The typed answer to a request that the edge refuses. */
  public static EdgeReplyView refused(EdgeRequest request, EdgeErrorCode code, String message) {
    PassId pass = new PassId(request.device(), request.chain(), request.model(), request.pass());
    return new EdgeReplyView(pass, request.round(), request.instance(), Optional.of(code), message);
  }
}
