/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.io.CorruptFileException;

/**
 * The power goes between any two steps, of a process that was killed before at any step or not: the
 * state opens, no pass that was handed out comes again, and no failure that was counted is
 * forgotten.
 */
@Tag("slow")
class PowerLossTest {
  private static final String PASSES = "passes handed out";
  private static final String FAILURES = "failures counted";

  @TempDir Path folder;
  private int restored;

  @BeforeEach
  void init() {
    Grants.init(folder).close();
  }

  @Test
  void noCutOfThePower_bringsAPassBackOrForgetsAFailure() throws IOException {
    Path root = folder.resolve("state");
    PowerLossStore store = new PowerLossStore(root);
    try (DeviceState state = open(root, store)) {
      DurableReservation first = state.reserve(5);
      use(first, store).finish();
      use(first, store).burn();
      count(state, store);
      DurableReservation second = state.reserve(3);
      use(first, store).finish();
      use(second, store).finish();
      state.released();
    }
    try (DeviceState state = open(root, store)) {
      DurableReservation third = state.reserve(4);
      use(third, store).finish();
      use(third, store);
      count(state, store);
    }
    List<PowerLossStore.Outcome> outcomes = store.outcomes();
    assertThat(outcomes).hasSizeGreaterThan(25);
    for (PowerLossStore.Outcome outcome : outcomes) {
      assertSafe(outcome);
    }
  }

  @Test
  void afterAKillAtAnyStep_noCutBringsAPassBackOrForgetsAFailure() throws IOException {
    int kills = 0;
    Set<String> seen = new HashSet<>();
    for (boolean killed = true; killed; kills++) {
      Path here = Files.createDirectory(folder.resolve("killed-" + kills));
      Grants.init(here).close();
      Path root = here.resolve("state");
      PowerLossStore store = new PowerLossStore(root);
      store.killAfter(kills);
      killed = diesWhileItRuns(root, store);
      store.killAfter(Integer.MAX_VALUE);
      goOn(root, store);
      for (PowerLossStore.Outcome outcome : store.outcomes()) {
        if (seen.add(outcome.key())) {
          assertSafe(outcome);
        }
      }
    }
    assertThat(kills).isGreaterThan(12);
  }

  /** A state that was not synced is corrupt, never a state in which nothing was used. */
  @Test
  void withoutSyncedContents_someCutLosesTheState_andThatIsCorruption() throws IOException {
    Path root = folder.resolve("state");
    PowerLossStore store = new PowerLossStore(root).droppingFileSyncs();
    diesWhileItRuns(root, store);
    int corrupt = 0;
    for (PowerLossStore.Outcome outcome : store.outcomes()) {
      try (DeviceState state = DeviceState.open(restore(outcome))) {
        assertThat(state.nextPass()).isGreaterThanOrEqualTo(outcome.promised(PASSES));
      } catch (CorruptFileException e) {
        corrupt++;
      }
    }
    assertThat(corrupt).isPositive();
  }

  /**
   * The simulation would notice a sync of the folder that is left out: the name goes back to a file
   * that was overwritten.
   */
  @Test
  void withoutSyncedNames_someCutLosesTheState() throws IOException {
    Path root = folder.resolve("state");
    PowerLossStore store = new PowerLossStore(root).droppingFolderSyncs();
    try (DeviceState state = open(root, store)) {
      use(state.reserve(2), store).finish();
    }
    int lost = 0;
    for (PowerLossStore.Outcome outcome : store.outcomes()) {
      try (DeviceState state = DeviceState.open(restore(outcome))) {
        assertThat(state.nextPass()).isGreaterThanOrEqualTo(outcome.promised(PASSES));
      } catch (CorruptFileException e) {
        lost++;
      }
    }
    assertThat(lost).isPositive();
  }

  @Test
  void theRecordedFolder_isLockedWhileItRuns() throws IOException {
    Path root = folder.resolve("state");
    try (DeviceState state = open(root, new PowerLossStore(root))) {
      assertThat(state.nextPass()).isZero();
      assertThatThrownBy(() -> DeviceState.open(root)).hasMessageContaining("another process");
    }
  }

  /** A reservation, a failure and a clean close with a release; returns whether it was killed. */
  private static boolean diesWhileItRuns(Path root, PowerLossStore store) {
    try (DeviceState state = open(root, store)) {
      DurableReservation passes = state.reserve(3);
      use(passes, store).finish();
      count(state, store);
      use(passes, store).finish();
      state.released();
    } catch (EnvironmentException e) {
      return true;
    }
    return false;
  }

  /** The next process relies on what it reads, and uses a pass. */
  private static void goOn(Path root, PowerLossStore store) {
    try (DeviceState state = open(root, store)) {
      store.promise(FAILURES, state.integrityFailures());
      use(state.reserve(2), store).finish();
    }
  }

  private void assertSafe(PowerLossStore.Outcome outcome) throws IOException {
    Path here = restore(outcome);
    try (DeviceState state = open(here, new PowerLossStore(here))) {
      assertThat(state.nextPass()).isGreaterThanOrEqualTo(outcome.promised(PASSES));
      assertThat(state.integrityFailures()).isGreaterThanOrEqualTo(outcome.promised(FAILURES));
      DurablePass taken = state.reserve(1).take();
      assertThat(taken.key()).isEqualTo(Grants.passKey(taken.number()));
    }
  }

  private static DeviceState open(Path root, PowerLossStore store) {
    return DeviceState.open(root.resolve(Grants.CHAIN.toString()), store);
  }

  private static DurablePass use(DurableReservation reservation, PowerLossStore store) {
    DurablePass taken = reservation.take();
    store.promise(PASSES, taken.number() + 1);
    return taken;
  }

  private static void count(DeviceState state, PowerLossStore store) {
    state.recordIntegrityFailure();
    store.promise(FAILURES, state.integrityFailures());
  }

  private Path restore(PowerLossStore.Outcome outcome) throws IOException {
    return outcome.restore(folder.resolve("cut-" + restored++));
  }
}
