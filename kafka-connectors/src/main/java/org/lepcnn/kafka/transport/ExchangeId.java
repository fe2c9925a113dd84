/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.transport;

import org.lepcnn.core.port.PassId;
import org.lepcnn.kafka.codec.EdgeReplyView;

/**
 * What an answer is matched by: the pass (of a claim or release its first one) and the round, -1 or
 * -2.
 */
record ExchangeId(PassId pass, int round) {
  /** For messages. */
  @Override
  public String toString() {
    String what =
        switch (round) {
          case EdgeReplyView.CLAIM_ROUND -> "the claim from pass ";
          case EdgeReplyView.RELEASE_ROUND -> "the release from pass ";
          default -> "round " + round + " of pass ";
        };
    return what
        + pass.pass()
        + " of device "
        + pass.device()
        + " (chain "
        + pass.chain()
        + ", model "
        + pass.model().shortName()
        + ")";
  }
}
