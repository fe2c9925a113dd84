/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.error.BadInputException;

class RetryScheduleTest {
  private static final long MILLI = 1_000_000;
  private static final long START = Long.MAX_VALUE - 500 * MILLI; // the clock wraps around
  private final RetrySchedule schedule = new RetrySchedule(config().build(), START, () -> 0);

  @Test
  void silence_isMetWithPausesThatDoubleUpToTheLongestUntilThePatienceEnds() {
    List<Long> attempts = new ArrayList<>();
    long now = 0;
    for (RetrySchedule.Action action = due(0, false);
        action != RetrySchedule.Action.GIVE_UP;
        action = due(now, false)) {
      if (action == RetrySchedule.Action.SEND_AGAIN) {
        attempts.add(now);
      }
      now++;
    }
    assertThat(now).isEqualTo(1000);
    assertThat(attempts).containsExactly(100L, 300L, 600L, 900L);
    assertThat(schedule.attempts()).isEqualTo(5);
  }

  @Test
  void pauses_areShortenedAtRandomByAQuarterAtMost() {
    SplittableRandom random = new SplittableRandom(1);
    Set<Long> first = new HashSet<>();
    for (int request = 0; request < 200; request++) {
      RetrySchedule one = new RetrySchedule(config().build(), START, random::nextDouble);
      long now = 0;
      while (one.due(START + now * MILLI, false) == RetrySchedule.Action.WAIT) {
        now++;
      }
      first.add(now);
    }
    assertThat(first).allMatch(pause -> pause >= 75 && pause <= 100);
    assertThat(first).as("requests that one outage stopped come back apart").hasSizeGreaterThan(15);
  }

  @Test
  void refusals_setTheirOwnGrowingPauses() {
    refusedAt(5);
    assertThat(nextAttempt(5)).isEqualTo(15);
    refusedAt(20);
    assertThat(nextAttempt(20)).isEqualTo(40);
  }

  @Test
  void severalRefusalsOfOneAttempt_countOnce() {
    refusedAt(5);
    refusedAt(6);
    refusedAt(14);
    assertThat(nextAttempt(14)).isEqualTo(15);
  }

  @Test
  void producerStillAtWork_isNotGivenMore() {
    assertThat(due(500, true)).isEqualTo(RetrySchedule.Action.WAIT);
    assertThat(due(500, false)).isEqualTo(RetrySchedule.Action.SEND_AGAIN);
    assertThat(due(1000, true)).isEqualTo(RetrySchedule.Action.GIVE_UP);
  }

  @Test
  void senselessSettings_areBadInput() {
    assertThatThrownBy(() -> config().patience(Duration.ZERO).build())
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("patience");
    assertThatThrownBy(() -> config().maxBackoff(Duration.ofMillis(99)).build())
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("back-off");
    assertThatThrownBy(() -> TransportConfig.builder("b:1", "a.b").build())
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("Gateway name");
  }

  private static TransportConfig.Builder config() {
    return TransportConfig.builder("b:1", "g")
        .retryTimeout(Duration.ofMillis(100))
        .maxBackoff(Duration.ofMillis(300))
        .refusalBackoff(Duration.ofMillis(10))
        .patience(Duration.ofMillis(1000));
  }

  private long nextAttempt(long fromMillis) {
    long now = fromMillis;
    while (due(now, false) == RetrySchedule.Action.WAIT) {
      now++;
    }
    return now;
  }

  private RetrySchedule.Action due(long millis, boolean stillSending) {
    return schedule.due(START + millis * MILLI, stillSending);
  }

  private void refusedAt(long millis) {
    schedule.refused(START + millis * MILLI);
  }
}
