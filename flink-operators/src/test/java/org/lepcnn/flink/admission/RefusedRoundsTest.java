/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.admission;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.flink.record.RoundKey;
import org.lepcnn.flink.testkit.Requests;

class RefusedRoundsTest {
  private static final RoundKey ROUND =
      new RoundKey(
          Requests.TOPIC,
          Requests.roundCall(
              "d", Fingerprint.combine(new byte[32], new byte[32]), Requests.INSTANCE, 4, 0));

  private final RefusedRounds refused = new RefusedRounds();

  @BeforeEach
  void refuseAtTheSecondChunk() {
    refused.refuse(ROUND, 0, 1);
  }

  @Test
  void laterChunks_areOfTheRefusedAttempt() {
    assertThat(refused.drop(ROUND, 0, 2)).isTrue();
    assertThat(refused.drop(ROUND, 1, 0)).isTrue();
  }

  @Test
  void theSameChunkAgain_orOneBeforeIt_beginsANewAttempt() {
    assertThat(refused.drop(ROUND, 0, 1)).isFalse();
    assertThat(refused.drop(ROUND, 0, 0)).isFalse();
    assertThat(refused.drop(ROUND, 0, 2)).isTrue();
    assertThat(refused.drop(ROUND, 0, 2)).as("moved on with the attempt").isFalse();
  }

  @Test
  void anAttemptThatWasLetIn_isForgotten() {
    refused.forget(ROUND);
    assertThat(refused.drop(ROUND, 0, 2)).isFalse();
  }
}
