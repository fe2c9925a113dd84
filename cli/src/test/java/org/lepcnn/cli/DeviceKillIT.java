/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.campaign.device.DeviceKill;
import org.lepcnn.campaign.device.DeviceKillReport;
import org.lepcnn.campaign.device.DeviceKills;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.deployments.LocalLayout;
import org.lepcnn.device.key.CipherSuite;
import org.lepcnn.device.state.DeviceState;
import org.lepcnn.gateway.Meter;
import org.lepcnn.gateway.ProvisionedDevice;
import org.lepcnn.process.ManagedProcess;
import org.lepcnn.process.ProcessSpec;

/** The short form of {@code lepcnn campaign device}, and what else a second process may not do. */
class DeviceKillIT {
  private static final int KILLS = 16;

  /** Its sixteen kills aim at everything; only one aims at closing, when nothing is unanswered. */
  private static final long SEED = 22;

  @TempDir private Path folder;

  @Test
  void killedDevice_neverSendsTwoPayloadsUnderOneIdAndGoesOnByItself() {
    DeviceKillReport report =
        DeviceKills.run(
            new DeviceKills.Settings(KILLS, CipherSuite.AES, SEED), folder, System.out::println);
    assertThat(report.holds()).as(report.text()).isTrue();
    assertThat(report.kills()).isEqualTo(KILLS);
    assertThat(report.audit().reuses()).isZero();
    assertThat(report.audit().ids()).isGreaterThanOrEqualTo(10 * KILLS);
    assertThat(report.wrong()).isZero();
    assertThat(report.answered()).isPositive();
    assertThat(report.lives()).extracting(DeviceKill::pid).doesNotHaveDuplicates();
    assertThat(report.highestCost()).isLessThanOrEqualTo(report.reservation());
    assertThat(report.costOfOrderlyEnds()).isZero();
  }

  @Test
  void stateFolder_isLockedAgainstASecondProcess() throws IOException {
    ModelBundle bundle = Meter.importBundle();
    ProvisionedDevice locked = ProvisionedDevice.create(folder, bundle, "meter-2", 1);
    try (DeviceState first = DeviceState.open(locked.state())) {
      LocalLayout layout = LocalLayout.find();
      Path target = layout.home().resolve("cli").resolve("target");
      List<String> arguments =
          List.of(
              "infer",
              "--state",
              locked.state().toString(),
              "--tables",
              locked.tables().toString(),
              "--gateway",
              "g",
              "--bootstrap-server",
              "127.0.0.1:9",
              Meter.pictures().get(0).toString());
      List<String> classPath =
          List.of(
              target.resolve("lepcnn-cli.jar").toString(),
              target.resolve("libs").resolve("*").toString());
      try (ManagedProcess second =
          ManagedProcess.start(
              new ProcessSpec(
                  "second",
                  classPath,
                  "org.lepcnn.cli.Main",
                  arguments,
                  folder.resolve("second.log")))) {
        assertThat(second.awaitExit(Duration.ofSeconds(300))).isEqualTo(3);
        assertThat(Files.readString(second.log())).contains(locked.state().toString());
      }
      assertThat(first.device()).isEqualTo("meter-2");
    }
  }
}
