/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.clock;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BrokerClockTest {
  private static final long MINUTE = 60_000;

  private final BrokerClock clock = new BrokerClock();

  @Test
  void nothingSeen_nothingIsLate() {
    assertThat(clock.brokerMillis(1_000_000)).isEqualTo(Long.MIN_VALUE);
    assertThat(clock.aheadMillis()).isZero();
  }

  @ParameterizedTest
  @ValueSource(longs = {-5 * MINUTE, 0, 5 * MINUTE})
  void brokersTime_isKnownWhateverTheClockHereSays(long ahead) {
    clock.observe(1_000, 1_000 + ahead + 40);
    clock.observe(2_000, 2_000 + ahead + 15);
    clock.observe(3_000, 3_000 + ahead + 90);
    assertThat(clock.brokerMillis(5_000 + ahead)).isEqualTo(5_000 - 15);
    assertThat(clock.aheadMillis()).isEqualTo(ahead + 15);
  }

  @Test
  void readerOfABacklog_knowsTheTimeByTheNewestRecord() {
    clock.observeNewest(10 * MINUTE, 10 * MINUTE + 5);
    clock.observe(MINUTE, 10 * MINUTE + 6);
    assertThat(clock.brokerMillis(10 * MINUTE + 6)).isEqualTo(10 * MINUTE + 1);
  }

  @Test
  void idleTopic_leavesNothingKnown_andTheNextRecordIsNotLate() {
    clock.observe(MINUTE, MINUTE + 5);
    assertThat(clock.brokerMillis(5 * MINUTE)).isEqualTo(Long.MIN_VALUE);
    clock.observe(5 * MINUTE, 5 * MINUTE + 8);
    assertThat(clock.brokerMillis(5 * MINUTE + 8)).isEqualTo(5 * MINUTE);
  }

  /** Else an idle night would look like a clock that is hours ahead. */
  @Test
  void newestRecordThatNobodyReads_saysNothingOfTheClockHere() {
    clock.observe(MINUTE, MINUTE + 5);
    clock.observeNewest(MINUTE, 400 * MINUTE);
    assertThat(clock.aheadMillis()).isEqualTo(5);
    assertThat(clock.brokerMillis(400 * MINUTE)).isEqualTo(MINUTE);
  }

  @Test
  void threadsThatComeOutOfOrder_loseNothing() {
    clock.observeNewest(10 * MINUTE, 10 * MINUTE);
    clock.observe(2 * MINUTE, 10 * MINUTE - 3);
    assertThat(clock.brokerMillis(10 * MINUTE)).isEqualTo(10 * MINUTE);
  }

  @Test
  void clockThatIsSet_isFollowed() {
    clock.observe(MINUTE, MINUTE + 5);
    long forward = 7 * MINUTE;
    clock.observe(MINUTE + 100, MINUTE + 100 + forward);
    assertThat(clock.brokerMillis(MINUTE + 100 + forward)).isEqualTo(MINUTE + 100);
    clock.observe(MINUTE + 200, MINUTE + 200);
    assertThat(clock.brokerMillis(MINUTE + 200)).as("and back").isEqualTo(MINUTE + 200);
  }

  @Test
  void clockThatIsSetBySeconds_isFollowedAfterTwoWindows() {
    long forward = 20_000;
    clock.observe(MINUTE, MINUTE);
    for (long t = MINUTE + 1_000; t <= 3 * MINUTE; t += 1_000) {
      clock.observe(t, t + forward);
    }
    assertThat(clock.brokerMillis(3 * MINUTE + forward)).isEqualTo(3 * MINUTE);
  }
}
