/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.campaign.neighbour.HostileNeighbours;
import org.lepcnn.campaign.neighbour.HostileReport;

/**
 * The short form of {@code lepcnn campaign neighbour --hostile}: who is refused and who is served,
 * and no judgement of times.
 */
class HostileNeighboursIT {
  @TempDir private Path folder;

  @Test
  void roundsThatAreNeverFinished_costTheirSendersAndNobodyElse() {
    HostileReport report =
        HostileNeighbours.run(
            new HostileNeighbours.Settings(2, 8, 3, 12, 0), folder, System.out::println);
    assertThat(report.servedInFull()).as(report.text()).isTrue();
  }
}
