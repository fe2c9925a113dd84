/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.lepcnn.bench.SmallCoreModel;

class TimingTest {
  @Test
  void percentiles_areValuesThatWereMeasured() {
    double[] values = {9, 1, 5, 3, 7};

    assertThat(Timing.median(values)).isEqualTo(5);
    assertThat(Timing.percentile(values, 95)).isEqualTo(9);
    assertThat(Timing.percentile(values, 20)).isEqualTo(1);
    assertThat(Timing.percentile(new double[0], 50)).isNaN();
  }

  @Test
  void aCoreWithAesInstructions_gainsWhereLittleStays_oneWithoutGainsLittle() {
    SmallCoreModel.Work alexNet =
        new SmallCoreModel.Work(714_188_480, 0, 355_000, 494_000, 61_000_000);

    assertThat(ratio(SmallCoreModel.PI_5, alexNet)).isBetween(0.1, 0.2);
    assertThat(ratio(SmallCoreModel.PI_4, alexNet)).isBetween(0.6, 0.7);
  }

  private static double ratio(SmallCoreModel core, SmallCoreModel.Work work) {
    return core.privateMillis(work) / core.plainMillis(work);
  }
}
