/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.campaign.neighbour.Neighbour;
import org.lepcnn.campaign.neighbour.NeighbourReport;

/** The short form of {@code lepcnn campaign neighbour}, without a judgement of its times. */
class NeighbourIT {
  @TempDir private Path folder;

  @Test
  void floodsOverQuota_costTheVictimNoAnswer() {
    NeighbourReport report =
        Neighbour.run(new Neighbour.Settings(20, 5, 1), folder, System.out::println);
    assertThat(report.phases()).hasSize(3);
    assertThat(report.phases())
        .allSatisfy(phase -> assertThat(phase.exact()).as(report.text()).isEqualTo(5));
    assertThat(report.phases().get(0).floodRounds()).isZero();
    assertThat(report.phases().subList(1, 3))
        .allSatisfy(phase -> assertThat(phase.floodRounds()).as(report.text()).isPositive());
  }
}
