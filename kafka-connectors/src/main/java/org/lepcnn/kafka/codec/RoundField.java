/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.codec;

import org.lepcnn.core.port.CallId;
import org.lepcnn.core.port.PassId;
import org.lepcnn.kafka.chunk.MalformedRecordException;

/**
 * The field {@code round} of replies and rejections, which tells what kind of call they are about:
 * a round's number, or one of two values below 0. No other code knows these.
 */
final class RoundField {
  private static final int CLAIM = -1;
  private static final int RELEASE = -2;

  private RoundField() {}

  static int of(CallId call) {
    if (call instanceof CallId.OfRound round) {
      return round.round();
    }
    return call instanceof CallId.OfClaim ? CLAIM : RELEASE;
  }

  /** The call that a reply of that pass and round is about. */
  static CallId call(PassId pass, int round) {
    return switch (round) {
      case CLAIM -> new CallId.OfClaim(pass);
      case RELEASE -> new CallId.OfRelease(pass);
      default -> {
        if (round < RELEASE) {
          throw MalformedRecordException.about("EdgeReply, field round")
              .expected("-2 or more")
              .found(round);
        }
        yield new CallId.OfRound(pass, round);
      }
    };
  }
}
