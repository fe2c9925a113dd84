/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.device.key.CipherSuite;
import org.lepcnn.device.state.DeviceState;
import org.lepcnn.device.state.StateDescription;
import org.lepcnn.device.table.TableId;
import org.lepcnn.gateway.Meter;
import org.lepcnn.gateway.PassesLeft;
import org.lepcnn.gateway.ProvisionedDevice;

/** What {@code lepcnn inspect} says of a device's state, without any key. */
class InspectStateTest {
  private static final Fingerprint MODEL = Fingerprint.of(new byte[32]);
  private static final ChainId CHAIN = new ChainId(1, 2);

  @TempDir private Path folder;

  @Test
  void stateWithItsTables_showsPassesLeft() throws Exception {
    ProvisionedDevice device = ProvisionedDevice.create(folder, Meter.importBundle(), "meter-1", 5);
    try (DeviceState state = DeviceState.open(device.state())) {
      var reserved = state.reserve(2);
      reserved.take().finish();
      reserved.take().finish();
    }
    String state = device.state().toString();
    CommandRun ran =
        CommandRun.of("inspect", state, "--tables", device.tables().toString(), "--json");
    assertThat(ran.status()).isZero();
    assertThat(ran.out()).contains("\"nextPass\":2").contains("\"passesLeft\":3");
    assertThat(CommandRun.of("inspect", state, "--tables", device.tables().toString()).out())
        .contains("next pass 2")
        .contains("passes left 3");
    assertThat(CommandRun.of("inspect", state).out())
        .contains("--tables")
        .doesNotContain("passes left 3");
    Path empty = Files.createDirectories(folder.resolve("empty"));
    assertThat(CommandRun.of("inspect", state, "--tables", empty.toString()).out())
        .contains("passes left 0");
    assertThat(CommandRun.of("inspect", state, "--tables", "absent").status()).isEqualTo(2);
  }

  @Test
  void gapsAndOtherChains_doNotCount() {
    PassesLeft left =
        new PassesLeft(
            List.of(
                table(CHAIN, 0, 9),
                table(CHAIN, 10, 19),
                table(CHAIN, 30, 39),
                table(new ChainId(9, 9), 20, 29)));
    assertThat(left.of(at(0))).isEqualTo(20);
    assertThat(left.of(at(15))).isEqualTo(5);
    assertThat(left.of(at(20))).isZero();
    assertThat(left.of(at(35))).isEqualTo(5);
    assertThat(left.of(at(40))).isZero();
  }

  private static StateDescription at(long nextPass) {
    return new StateDescription("meter-1", CHAIN, MODEL, CipherSuite.AES, "digits", nextPass, 0, 3);
  }

  private static TableId table(ChainId chain, long first, long last) {
    return new TableId("meter-1", chain, MODEL, 0, first, last);
  }
}
