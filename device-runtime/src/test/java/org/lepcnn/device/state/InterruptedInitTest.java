/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.device.file.FailingStore;

/** A process that is killed at any step of init leaves a grant or a state, never half of one. */
class InterruptedInitTest {
  @TempDir Path folder;

  @Test
  void afterEveryStep_initOrOpenGoesOn_andTheGrantIsGoneInTheEnd() throws IOException {
    int total = stepsOfInit(folder.resolve("whole"));
    assertThat(total).isGreaterThan(8);
    int resumed = 0;
    for (int steps = 0; steps < total; steps++) {
      Path here = Files.createDirectory(folder.resolve("after-" + steps));
      Path grant = here.resolve("grant.lep");
      Grants.grant(Grants.CHAIN).write(grant);
      FailingStore store = new FailingStore();
      store.failFrom(steps);
      assertThatThrownBy(() -> DeviceState.init(grant, here.resolve("state"), store))
          .isInstanceOf(EnvironmentException.class);
      resumed += resume(here, grant);
    }
    assertThat(resumed).isBetween(1, total - 1);
  }

  /** Returns 1 when init went on, 0 when the chain was there and opened. */
  private static int resume(Path here, Path grant) {
    Path stateFolder = here.resolve("state");
    boolean there = Files.exists(Grants.chainFolder(here));
    if (there) {
      if (Files.exists(grant)) {
        assertThatThrownBy(() -> DeviceState.init(grant, stateFolder))
            .isInstanceOf(BadInputException.class);
      }
      DeviceState.open(stateFolder).close();
    } else {
      DeviceState.init(grant, stateFolder).close();
    }
    assertThat(grant).doesNotExist();
    try (DeviceState state = DeviceState.open(stateFolder)) {
      assertThat(state.reserve(1).take().key()).isEqualTo(Grants.passKey(0));
    }
    return there ? 0 : 1;
  }

  private static int stepsOfInit(Path here) throws IOException {
    Files.createDirectory(here);
    Path grant = here.resolve("grant.lep");
    Grants.grant(Grants.CHAIN).write(grant);
    FailingStore store = new FailingStore();
    try (DeviceState state = DeviceState.init(grant, here.resolve("state"), store)) {
      assertThat(state.nextPass()).isZero();
      return store.steps();
    }
  }
}
