/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.EnvironmentException;

/**
 * A grant is consumed once: init is killed at any step, the device goes on by whatever works, and
 * then the power goes. A grant that is still there never starts the chain again.
 */
@Tag("slow")
class PowerLossInitTest {
  private static final String PASSES = "passes handed out";

  @TempDir Path folder;
  private int restored;

  @Test
  void noCutOfThePower_makesAGrantStartItsChainTwice() throws IOException {
    int kills = 0;
    int again = 0;
    Set<String> seen = new HashSet<>();
    for (boolean killed = true; killed; kills++) {
      Path here = provision(kills);
      PowerLossStore store = new PowerLossStore(here);
      store.killAfter(kills);
      killed = !initialises(here, store);
      store.killAfter(Integer.MAX_VALUE);
      useAPass(here, store);
      for (PowerLossStore.Outcome outcome : store.outcomes()) {
        if (seen.add(outcome.key())) {
          again += assertSafe(outcome) ? 1 : 0;
        }
      }
    }
    assertThat(kills).isGreaterThan(12);
    assertThat(again).as("cuts after which the grant starts the chain").isGreaterThan(10);
  }

  /** The operator opens the state when it is there, and needs the grant only when it is not. */
  private static void useAPass(Path here, PowerLossStore store) {
    Path chain = Grants.chainFolder(here);
    try (DeviceState state =
        Files.exists(chain)
            ? DeviceState.open(chain, store)
            : DeviceState.init(here.resolve("grant.lep"), here.resolve("state"), store)) {
      state.reserve(3).take().finish();
      store.promise(PASSES, 1);
    }
  }

  /** Now the operator tries the grant first; returns whether the chain started at pass 0. */
  private boolean assertSafe(PowerLossStore.Outcome outcome) throws IOException {
    Path here = outcome.restore(folder.resolve("cut-" + restored++));
    Path grant = here.resolve("grant.lep");
    PowerLossStore store = new PowerLossStore(here);
    if (Files.exists(grant)) {
      try {
        DeviceState.init(grant, here.resolve("state"), store).close();
      } catch (BadInputException e) {
        // consumed: the chain is there, whole
        assertThat(Grants.chainFolder(here)).exists();
      }
    }
    try (DeviceState state = DeviceState.open(Grants.chainFolder(here), store)) {
      assertThat(state.nextPass()).isGreaterThanOrEqualTo(outcome.promised(PASSES));
      assertThat(state.reserve(1).take().key()).isEqualTo(Grants.passKey(state.nextPass() - 1));
      return state.nextPass() == 1;
    }
  }

  private static boolean initialises(Path here, PowerLossStore store) {
    try {
      DeviceState.init(here.resolve("grant.lep"), here.resolve("state"), store).close();
      return true;
    } catch (EnvironmentException e) {
      return false;
    }
  }

  /** A grant, and beside it what a crash left of writing it. */
  private Path provision(int number) throws IOException {
    Path here = Files.createDirectory(folder.resolve("killed-" + number));
    Grants.grant(Grants.CHAIN).write(here.resolve("grant.lep"));
    Files.write(here.resolve("grant.lep.tmp"), new byte[] {1, 2, 3});
    return here;
  }
}
