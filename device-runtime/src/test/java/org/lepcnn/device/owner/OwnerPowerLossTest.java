/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.owner;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.io.CorruptFileException;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.device.SmallModel;
import org.lepcnn.device.key.Passphrase;
import org.lepcnn.device.state.Grant;
import org.lepcnn.device.state.PowerLossStore;

/**
 * The owner's process is killed at any step, another one goes on, and the power goes at any step of
 * either: the ledger knows every chain that was granted and every pass that was issued.
 */
@Tag("slow")
class OwnerPowerLossTest {
  private static final String DEVICE = "meter-1";
  private static final String CHAINS = "chains granted";
  private static final String ISSUED = "passes issued of chain ";
  private static final ModelBundle MODEL = SmallModel.bundle("a");

  @TempDir Path folder;
  private int restored;

  @Test
  void noCutOfThePower_makesTheLedgerForget() throws IOException {
    int kills = 0;
    int cuts = 0;
    for (boolean killed = true; killed; kills++) {
      Path here = Files.createDirectory(folder.resolve("killed-" + kills));
      OwnerFile.create(here.resolve("owner")).close();
      PowerLossStore store = new PowerLossStore(here);
      store.killAfter(kills);
      killed = diesWhileItRuns(here, store);
      store.killAfter(Integer.MAX_VALUE);
      goOn(here, store);
      for (PowerLossStore.Outcome outcome : store.outcomes()) {
        assertSafe(outcome);
        cuts++;
      }
    }
    assertThat(kills).isGreaterThan(14);
    assertThat(cuts).isGreaterThan(200);
  }

  /**
   * The simulation would notice a sync of the folder that is left out: the name goes back to a file
   * that was overwritten.
   */
  @Test
  void withoutSyncedNames_someCutLosesTheLedger() throws IOException {
    OwnerFile.create(folder.resolve("owner")).close();
    PowerLossStore store = new PowerLossStore(folder).droppingFolderSyncs();
    try (OwnerFile owner = OwnerFile.open(folder.resolve("owner"), Passphrase.none(), store)) {
      provision(owner, store);
    }
    int lost = 0;
    for (PowerLossStore.Outcome outcome : store.outcomes()) {
      Path here = outcome.restore(folder.resolve("cut-" + restored++));
      try (OwnerFile owner = OwnerFile.open(here.resolve("owner"))) {
        assertThat(owner.ledger().size()).isGreaterThanOrEqualTo((int) outcome.promised(CHAINS));
      } catch (CorruptFileException e) {
        lost++;
      }
    }
    assertThat(lost).isPositive();
  }

  @Test
  void create_isDurableWhenItReturns() throws IOException {
    PowerLossStore store = new PowerLossStore(folder);
    OwnerFile.create(folder.resolve("owner"), Passphrase.none(), store).close();
    store.promise(CHAINS, 1);
    int promised = 0;
    for (PowerLossStore.Outcome outcome : store.outcomes()) {
      if (outcome.promised(CHAINS) == 1) {
        Path here = outcome.restore(folder.resolve("cut-" + restored++));
        OwnerFile.open(here.resolve("owner")).close();
        promised++;
      }
    }
    assertThat(promised).isPositive();
  }

  /** Two chains and a range of passes of each; returns whether it was killed. */
  private static boolean diesWhileItRuns(Path here, PowerLossStore store) {
    try (OwnerFile owner = OwnerFile.open(here.resolve("owner"), Passphrase.none(), store)) {
      provision(owner, store);
      issue(owner, store, 5);
      provision(owner, store);
      issue(owner, store, 2);
      return false;
    } catch (EnvironmentException e) {
      return true;
    }
  }

  /** The next process relies on what it reads. */
  private static void goOn(Path here, PowerLossStore store) {
    try (OwnerFile owner = OwnerFile.open(here.resolve("owner"), Passphrase.none(), store)) {
      int chains = owner.ledger().size();
      store.promise(CHAINS, chains);
      if (chains > 0) {
        owner.issued(DEVICE, MODEL.fingerprint()).ifPresent(range -> promise(range, store));
      }
      provision(owner, store);
    }
  }

  private void assertSafe(PowerLossStore.Outcome outcome) throws IOException {
    Path here = outcome.restore(folder.resolve("cut-" + restored++));
    PowerLossStore store = new PowerLossStore(here);
    try (OwnerFile owner = OwnerFile.open(here.resolve("owner"), Passphrase.none(), store)) {
      assertThat(owner.ledger().size()).isGreaterThanOrEqualTo((int) outcome.promised(CHAINS));
      assertThat(here.resolve("owner.tmp")).doesNotExist();
      assertThat(here.resolve("owner.old")).doesNotExist();
      for (LedgerEntry entry : owner.ledger()) {
        assertThat(entry.issuedPasses())
            .isGreaterThanOrEqualTo(outcome.promised(ISSUED + entry.chain()));
      }
    }
  }

  private static void provision(OwnerFile owner, PowerLossStore store) {
    try (Grant grant = owner.provision(DEVICE, MODEL)) {
      store.promise(CHAINS, owner.ledger().size());
      store.promise(ISSUED + grant.chain(), 0);
    }
  }

  private static void issue(OwnerFile owner, PowerLossStore store, int passes) {
    promise(owner.issue(DEVICE, MODEL.fingerprint(), passes), store);
  }

  private static void promise(IssuedRange range, PowerLossStore store) {
    store.promise(ISSUED + range.chain(), range.lastPass() + 1);
  }
}
