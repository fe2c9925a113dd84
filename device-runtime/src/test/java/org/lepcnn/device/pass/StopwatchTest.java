/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.pass;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.lepcnn.device.pass.Stopwatch.Lap;

class StopwatchTest {
  @Test
  void everyPhase_isAddedUpByItself() {
    Stopwatch stopwatch = new Stopwatch();
    for (Lap lap : Lap.values()) {
      stopwatch.add(lap, 100 + lap.ordinal());
      stopwatch.add(lap, 1000);
    }
    PassTimings timings = stopwatch.timings();
    assertThat(timings.stageNanos()).isEqualTo(1100);
    assertThat(timings.maskNanos()).isEqualTo(1101);
    assertThat(timings.waitNanos()).isEqualTo(1102);
    assertThat(timings.checkNanos()).isEqualTo(1103);
    assertThat(timings.tableNanos()).isEqualTo(1104);
    assertThat(timings.unmaskNanos()).isEqualTo(1105);
  }

  @Test
  void timedWork_isDone_andTakesNoMoreThanWhatIsAroundIt() {
    boolean[] done = {false};
    long before = System.nanoTime();
    Stopwatch stopwatch = new Stopwatch();
    stopwatch.time(Lap.MASK, () -> done[0] = true);
    PassTimings timings = stopwatch.timings();
    long around = System.nanoTime() - before;
    assertThat(done[0]).isTrue();
    assertThat(timings.totalNanos()).isBetween(timings.maskNanos(), around);
    assertThat(timings.maskNanos()).isBetween(0L, around);
    assertThat(timings.stageNanos()).isZero();
  }
}
