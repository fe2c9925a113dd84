/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.admission;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RefusalLimiterTest {
  private static final int BURST = RefusalLimiter.PER_SECOND * RefusalLimiter.BURST_SECONDS;
  private static final int BURST_UNKNOWN =
      RefusalLimiter.PER_SECOND_UNKNOWN * RefusalLimiter.BURST_SECONDS;

  private final RefusalLimiter limiter = new RefusalLimiter();

  private int answered(String topic, String device, int refusals, long nowMillis) {
    int answered = 0;
    for (int i = 0; i < refusals; i++) {
      answered += limiter.allows(topic, device, nowMillis) ? 1 : 0;
    }
    return answered;
  }

  @Test
  void everyDevice_hasABurstOfItsOwn_andThenSoManyASecond() {
    assertThat(answered("t", "a", 1_000, 0)).isEqualTo(BURST);
    assertThat(answered("t", "b", 1_000, 0)).isEqualTo(BURST);
    assertThat(answered("t", "a", 1_000, 500)).isEqualTo(RefusalLimiter.PER_SECOND / 2);
  }

  @Test
  void unknownDevices_shareTheBurstOfTheirTopic_andLeaveOthersAlone() {
    assertThat(answered("t", null, 5_000, 0)).isEqualTo(BURST_UNKNOWN);
    assertThat(answered("u", null, 5_000, 0)).isEqualTo(BURST_UNKNOWN);
    assertThat(answered("t", "t", 1_000, 0)).as("a device of the topic's name").isEqualTo(BURST);
  }
}
