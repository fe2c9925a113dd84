/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.device.state.DeviceState;
import org.lepcnn.gateway.Meter;
import org.lepcnn.gateway.ProvisionedDevice;

/** The remedy that a quarantined session names. */
class LiftQuarantineTest {
  @TempDir private Path folder;

  @Test
  void liftedQuarantine_staysLifted_andTakesNoPassBack() {
    ProvisionedDevice device = ProvisionedDevice.create(folder, Meter.importBundle(), "meter-1", 5);
    try (DeviceState state = DeviceState.open(device.state())) {
      state.reserve(1).take().finish();
      state.recordIntegrityFailure();
      assertThat(state.integrityFailures()).isEqualTo(1);
    }
    assertThat(Main.execute("device", "lift-quarantine", "--state", device.state().toString()))
        .isZero();
    try (DeviceState state = DeviceState.open(device.state())) {
      assertThat(state.integrityFailures()).isZero();
      assertThat(state.nextPass()).isEqualTo(1);
    }
  }
}
