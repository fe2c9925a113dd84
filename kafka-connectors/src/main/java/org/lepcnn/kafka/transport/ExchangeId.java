/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.transport;

import org.lepcnn.core.port.PassId;
import org.lepcnn.kafka.codec.EdgeReplyView;

/** What an answer is matched by: the pass (of a claim, its first one) and the round or -1. */
record ExchangeId(PassId pass, int round) {
  boolean isClaim() {
    return round == EdgeReplyView.CLAIM_ROUND;
  }

  /** For messages. */
  @Override
  public String toString() {
    String what = isClaim() ? "the claim from pass " : "round " + round + " of pass ";
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
