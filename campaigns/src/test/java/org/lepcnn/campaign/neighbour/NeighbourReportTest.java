/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.campaign.neighbour;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.lepcnn.campaign.neighbour.NeighbourReport.Phase;

class NeighbourReportTest {
  private static final int QUOTA = 50;
  private static final Phase QUIET = new Phase("quiet", millis(1), 100, 0, 0);

  /** 1 to 100 ms times a factor: p50 is 50 times it, p95 is 95 times it. */
  private static double[] millis(double factor) {
    return IntStream.rangeClosed(1, 100).mapToDouble(i -> factor * (101 - i)).toArray();
  }

  private static NeighbourReport report(double factor, int exact, long floodRounds) {
    return new NeighbourReport(
        QUOTA, List.of(QUIET, new Phase("flood", millis(factor), exact, floodRounds, 2)));
  }

  @Test
  void figures_areThoseOfThePasses() {
    NeighbourReport report = report(2, 100, 1_000);
    Phase flood = report.phases().get(1);
    assertThat(flood.p50()).isEqualTo(100);
    assertThat(flood.p95()).isEqualTo(190);
    assertThat(flood.floodRate()).isEqualTo(500);
    assertThat(report.ratio(flood)).isEqualTo(2);
    assertThat(report.text()).contains("190.0").endsWith("\nheld");
    assertThat(report.json()).contains("\"holds\":true");
  }

  @Test
  void upToThreeTimes_holds_andNotBeyond() {
    assertThat(report(3, 100, 1_000).holds()).isTrue();
    assertThat(report(3.01, 100, 1_000).holds()).isFalse();
    assertThat(report(3.01, 100, 1_000).text()).endsWith("DID NOT HOLD");
  }

  @Test
  void wrongAnswer_orAFloodThatWasNone_doesNotHold() {
    assertThat(report(1, 99, 1_000).holds()).isFalse();
    assertThat(report(1, 100, 899).holds()).isFalse();
    assertThat(report(1, 100, 900).holds()).isTrue();
  }
}
