/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.device.file.FailingStore;
import org.lepcnn.device.key.Passphrase;

class RetiredChainsTest {
  private static final ChainId SECOND = new ChainId(0x9999L << 48, 4);

  @TempDir private Path folder;
  private Path states;

  @BeforeEach
  void name() {
    states = folder.resolve("state");
  }

  private void second() {
    Path file = folder.resolve("second.lep");
    Grants.grant(SECOND).write(file);
    DeviceState.init(file, states).close();
  }

  private ChainId opened(long leftOfFirst, long leftOfSecond) {
    try (DeviceState state =
        DeviceState.open(
            states,
            "",
            Passphrase.none(),
            chain -> chain.chain().equals(SECOND) ? leftOfSecond : leftOfFirst)) {
      return state.chain();
    }
  }

  @Test
  void chainInUse_goesOnUntilItsTablesAreDry_thenTheNextTakesOver() {
    try (DeviceState first = Grants.init(folder)) {
      first.reserve(3).take().finish();
    }
    second();
    assertThat(opened(5, 5)).isEqualTo(Grants.CHAIN);
    assertThat(opened(5, 0)).as("its tables are not there yet").isEqualTo(Grants.CHAIN);
    assertThat(opened(0, 5)).isEqualTo(SECOND);
    assertThat(opened(0, 0)).as("whose tables are still to come").isEqualTo(SECOND);
  }

  @Test
  void theOnlyChain_isNoChoice_andNobodyCountsItsTables() {
    Grants.init(folder).close();
    try (DeviceState state =
        DeviceState.open(
            states,
            "",
            Passphrase.none(),
            chain -> {
              throw new AssertionError("asked for the tables of " + chain.chain());
            })) {
      assertThat(state.chain()).isEqualTo(Grants.CHAIN);
    }
  }

  @Test
  void whereThereIsNoStateFolder_nothingIsRetired() {
    assertThatThrownBy(() -> RetiredChains.retire(states, Grants.CHAIN.toString()))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("expected a device's state folder");
    assertThat(states).doesNotExist();
  }

  @Test
  void chainsThatAreBothInUse_haveToBeNamed() {
    Grants.init(folder).close();
    second();
    assertThatThrownBy(() -> opened(5, 5)).as("none is").isInstanceOf(BadInputException.class);
    for (String each : new String[] {Grants.CHAIN.toString(), SECOND.toString()}) {
      try (DeviceState state = DeviceState.open(states, each)) {
        state.reserve(1).take().finish();
      }
    }
    assertThatThrownBy(() -> opened(5, 5))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("found 2")
        .hasMessageContaining("device retire");
  }

  @Test
  void retiredChain_isErased_andIsNotInTheWayOfTheOther() {
    Grants.init(folder).close();
    second();
    assertThat(RetiredChains.retire(states, "9999")).isEqualTo(SECOND.toString());
    assertThat(states.resolve(SECOND.toString())).doesNotExist();
    assertThat(RetiredChains.list(states)).containsExactly(SECOND.toString());
    try (DeviceState state = DeviceState.open(states)) {
      assertThat(state.chain()).isEqualTo(Grants.CHAIN);
    }
    assertThatThrownBy(() -> RetiredChains.retire(states, "9999"))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("retired before: [" + SECOND);
    RetiredChains.retire(states, Grants.CHAIN.toString());
    assertThatThrownBy(() -> DeviceState.open(states))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("not retired");
  }

  /** It would begin at pass 0 again, with the masks that were used. */
  @Test
  void copyOfTheGrantOfARetiredChain_doesNotBeginItAgain() {
    Path copy = folder.resolve("copy.lep");
    Grants.grant(Grants.CHAIN).write(copy);
    try (DeviceState state = Grants.init(folder)) {
      state.reserve(2).take().finish();
    }
    RetiredChains.retire(states, Grants.CHAIN.toString());
    assertThatThrownBy(() -> DeviceState.init(copy, states))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("was retired here");
    assertThat(copy).doesNotExist();
  }

  @Test
  void chainThatIsOpen_isNotRetired() {
    try (DeviceState open = Grants.init(folder)) {
      assertThatThrownBy(() -> RetiredChains.retire(states, open.chain().toString()))
          .isInstanceOf(EnvironmentException.class);
      assertThat(open.reserve(1).take().key()).isEqualTo(Grants.passKey(0));
    }
  }

  @Test
  void interruptedAnywhere_theChainIsWholeOrNeverOpens_andRetiringAgainErasesIt()
      throws IOException {
    boolean interrupted = true;
    for (int steps = 0; interrupted; steps++) {
      Path here = Files.createDirectory(folder.resolve("steps-" + steps));
      Grants.init(here).close();
      FailingStore store = new FailingStore();
      store.failFrom(steps);
      interrupted = isInterrupted(store, here.resolve("state"));
      boolean marked = !RetiredChains.list(here.resolve("state")).isEmpty();
      if (marked) {
        assertThatThrownBy(() -> DeviceState.open(here.resolve("state")))
            .isInstanceOf(BadInputException.class);
      } else {
        DeviceState.open(here.resolve("state")).close();
      }
      if (Files.exists(Grants.chainFolder(here))) {
        RetiredChains.retire(here.resolve("state"), Grants.CHAIN.toString());
      }
      assertThat(Grants.chainFolder(here)).doesNotExist();
    }
  }

  private static boolean isInterrupted(FailingStore store, Path states) {
    try {
      RetiredChains.retire(store, states, Grants.CHAIN.toString());
      return false;
    } catch (EnvironmentException e) {
      return true;
    }
  }
}
