/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.io.CorruptFileException;

/**
 * The power goes between any two steps: the state opens, no pass that was handed out comes again,
 * and no failure that was counted is forgotten.
 */
class PowerLossTest {
  @TempDir Path folder;
  private Path chainFolder;

  @BeforeEach
  void init() {
    Grants.init(folder).close();
    chainFolder = Grants.chainFolder(folder);
  }

  @Test
  void noCutOfThePower_bringsAPassBackOrForgetsAFailure() throws IOException {
    PowerLossStore store = new PowerLossStore(chainFolder);
    run(store);
    List<PowerLossStore.Outcome> outcomes = store.outcomes();
    assertThat(outcomes).hasSizeGreaterThan(100);
    int number = 0;
    for (PowerLossStore.Outcome outcome : outcomes) {
      Path restored = restore(outcome, number++);
      try (DeviceState state = DeviceState.open(restored)) {
        assertThat(state.nextPass()).isGreaterThanOrEqualTo(outcome.passesHandedOut());
        assertThat(state.integrityFailures()).isGreaterThanOrEqualTo(outcome.failuresCounted());
        PassLease lease = state.reserve(1).take();
        assertThat(lease.key()).isEqualTo(Grants.passKey(lease.pass()));
      }
    }
  }

  /** The simulation would notice a step that is left out. */
  @Test
  void withoutSyncedContents_someCutLosesTheState() throws IOException {
    PowerLossStore store = new PowerLossStore(chainFolder).droppingFileSyncs();
    run(store);
    int number = 0;
    int corrupt = 0;
    for (PowerLossStore.Outcome outcome : store.outcomes()) {
      Path restored = restore(outcome, number++);
      try (DeviceState state = DeviceState.open(restored)) {
        assertThat(state.nextPass()).isNotNegative();
      } catch (CorruptFileException e) {
        corrupt++;
      }
    }
    assertThat(corrupt).isPositive();
  }

  @Test
  void theRecordedFolder_isLockedWhileItRuns() throws IOException {
    try (DeviceState state = DeviceState.open(chainFolder, new PowerLossStore(chainFolder))) {
      assertThat(state.nextPass()).isZero();
      assertThatThrownBy(() -> DeviceState.open(folder.resolve("state")))
          .hasMessageContaining("another process");
    }
  }

  /** Two openings with reservations, failures, a clean close, and a close with a pass in flight. */
  private void run(PowerLossStore store) {
    try (DeviceState state = DeviceState.open(chainFolder, store)) {
      Reservation first = state.reserve(5);
      use(first, store).finish();
      use(first, store).burn();
      state.recordIntegrityFailure();
      store.failuresCounted(1);
      Reservation second = state.reserve(3);
      use(first, store).finish();
      use(second, store).finish();
    }
    try (DeviceState state = DeviceState.open(chainFolder, store)) {
      Reservation third = state.reserve(4);
      use(third, store).finish();
      use(third, store);
      state.recordIntegrityFailure();
      store.failuresCounted(2);
    }
  }

  private static PassLease use(Reservation reservation, PowerLossStore store) {
    PassLease lease = reservation.take();
    store.handedOut(lease.pass());
    return lease;
  }

  private Path restore(PowerLossStore.Outcome outcome, int number) throws IOException {
    Path restored = folder.resolve("cut-" + number);
    Path chain = Files.createDirectories(restored.resolve(Grants.CHAIN.toString()));
    for (Map.Entry<String, byte[]> file : outcome.files().entrySet()) {
      Files.write(chain.resolve(file.getKey()), file.getValue());
    }
    return restored;
  }
}
