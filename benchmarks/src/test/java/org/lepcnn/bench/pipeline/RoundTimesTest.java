/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.bench.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RoundTimesTest {
  @Test
  void medians_areTakenRoundByRound() {
    RoundTimes times = new RoundTimes();
    times.add(new double[] {3, 10});
    times.add(new double[] {1, 30});
    times.add(new double[] {2, 20});

    assertThat(times.median(0)).isEqualTo(2);
    assertThat(times.median(1)).isEqualTo(20);
    assertThat(times.sumOfMedians()).isEqualTo(22);
    assertThat(times.sums()).containsExactly(13.0, 31.0, 22.0);
  }

  @Test
  void withoutAPass_thereIsNothing() {
    RoundTimes times = new RoundTimes();
    assertThat(times.isEmpty()).isTrue();
    assertThat(times.median(0)).isNaN();
    assertThat(times.sumOfMedians()).isNaN();
  }

  @Test
  void passesAreCopied() {
    RoundTimes times = new RoundTimes();
    double[] pass = {1};
    times.add(pass);
    pass[0] = 7;
    assertThat(times.median(0)).isEqualTo(1);
  }
}
