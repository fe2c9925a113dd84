/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class DoorFiguresTest {
  private static final long MILLI = 1_000_000;

  private long now = 5 * MILLI;
  private final DoorFigures figures = new DoorFigures(() -> now);

  @Test
  void beforeTheFirstAnswer_thereAreNoTimes() {
    assertThat(figures.snapshot()).isEqualTo(new DoorFigures.Snapshot(0, 0, Map.of(), null));
  }

  @Test
  void refusals_areCountedByStatus_andHaveNoTimes() {
    figures.count(503, now);
    figures.count(429, now);
    figures.count(503, now);
    now += 2_500 * MILLI;
    assertThat(figures.snapshot())
        .isEqualTo(new DoorFigures.Snapshot(2, 0, Map.of(429, 1L, 503, 2L), null));
  }

  @Test
  void times_areThoseOfTheLastAnswers() {
    for (int i = 0; i < 100; i++) {
      answer(1_000);
    }
    for (int i = 1; i <= 1_024; i++) {
      answer(i);
    }
    DoorFigures.Snapshot snapshot = figures.snapshot();
    assertThat(snapshot.answered()).isEqualTo(1_124);
    assertThat(snapshot.millis()).isEqualTo(new DoorFigures.Millis(513, 973, 1_024));
  }

  private void answer(long millis) {
    long since = figures.now();
    now += millis * MILLI;
    figures.count(200, since);
  }
}
