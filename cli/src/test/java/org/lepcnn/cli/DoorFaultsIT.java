/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.campaign.door.DoorFaults;
import org.lepcnn.campaign.door.DoorReport;

/**
 * The short form of {@code lepcnn campaign door}; it takes minutes, so that only {@code
 * -Pacceptance} runs it.
 */
@Tag("acceptance")
class DoorFaultsIT {
  private static final int REQUESTS = 400;

  @TempDir private Path folder;

  @Test
  void manyClients_areAnsweredOnceAndRight_whileEdgeAndBrokerDie() {
    DoorReport report =
        DoorFaults.run(new DoorFaults.Settings(REQUESTS, 50), folder, System.out::println);
    assertThat(report.holds()).as(report.text()).isTrue();
    assertThat(report.exact()).isEqualTo(REQUESTS);
    assertThat(report.refusals()).isPositive();
  }
}
