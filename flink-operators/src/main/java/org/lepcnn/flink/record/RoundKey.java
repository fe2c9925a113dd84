/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.record;

import org.lepcnn.core.port.PassRound;

/**
 * What all chunks of one sender's attempt at a round have in common. The model is part of it: a
 * sender that names another model under the same ids begins another round, whose plan is the other
 * model's.
 */
public record RoundKey(String topic, PassRound round) {
  /** The key of a round's chunk. */
  public static RoundKey of(RequestHeader header) {
    return new RoundKey(header.topic(), header.asRound());
  }

  public String device() {
    return round.device();
  }
}
