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
import org.lepcnn.device.file.HeldFile;
import org.lepcnn.device.file.SecretFiles;

/**
 * The steps of every durable change, in their order: contents before the name that leads to them,
 * names before what they replace is overwritten. {@link PowerLossTest} shows what the order is for.
 */
class DurableOrderTest {
  @TempDir Path folder;
  private RecordingStore store;
  private Path file;

  @BeforeEach
  void names() {
    store = new RecordingStore(folder.toAbsolutePath());
    file = folder.resolve("keys");
  }

  @Test
  void replacing_makesContentsAndBothNamesDurable_beforeItOverwritesTheFormer() throws IOException {
    Files.write(file, new byte[] {1});
    try (HeldFile held = HeldFile.acquire(file, "the test's file")) {
      held.replace(store, new byte[] {2});
    }
    assertThat(store.steps())
        .containsExactly(
            "link keys as keys.old",
            "write keys.tmp",
            "sync keys.tmp",
            "sync folder .",
            "rename keys.tmp to keys",
            "sync folder .",
            "erase keys.old");
  }

  /** Nothing but the rename changes a name. */
  @Test
  void replacingWithoutSecondNames_syncsTheFolderOnce_afterTheRename() throws IOException {
    Files.write(file, new byte[] {1});
    try (HeldFile held = HeldFile.acquire(file, "the test's file")) {
      held.replace(store.withoutSecondNames(), new byte[] {2});
    }
    assertThat(store.steps())
        .containsExactly(
            "link keys as keys.old",
            "write keys.tmp",
            "sync keys.tmp",
            "rename keys.tmp to keys",
            "sync folder .");
  }

  @Test
  void creating_makesTheContentsDurableBeforeTheName_andErasesWhatACrashLeftFirst()
      throws IOException {
    Files.write(SecretFiles.temporary(file), new byte[] {1});
    SecretFiles.create(store, file, new byte[] {2});
    assertThat(store.steps())
        .containsExactly(
            "sync folder .",
            "erase keys.tmp",
            "sync folder .",
            "write keys.tmp",
            "sync keys.tmp",
            "rename keys.tmp to keys",
            "sync folder .");
  }

  @Test
  void aSecondNameOfTheFileItself_isTakenAway_andTheFileIsNotOverwritten() throws IOException {
    Files.write(file, new byte[] {1});
    Files.createLink(SecretFiles.former(file), file);
    SecretFiles.eraseLeftovers(store, file);
    assertThat(store.steps()).containsExactly("unlink keys.old", "sync folder .", "sync folder .");
    assertThat(file).hasBinaryContent(new byte[] {1});
    assertThat(SecretFiles.hasLeftovers(file)).isFalse();
  }

  @Test
  void theFormerFile_isErased_onceTheNamesAreDurable_evenWhenNoOtherIsThere() throws IOException {
    Files.write(SecretFiles.former(file), new byte[] {1});
    SecretFiles.eraseLeftovers(store, file);
    assertThat(store.steps()).containsExactly("sync folder .", "erase keys.old", "sync folder .");
    assertThat(SecretFiles.hasLeftovers(file)).isFalse();
  }

  @Test
  void init_makesTheWholeChainDurable_beforeItErasesTheGrant() {
    Path grant = folder.resolve("grant.lep");
    Grants.grant(Grants.CHAIN).write(grant);
    DeviceState.init(grant, folder.resolve("made").resolve("state"), store).close();
    assertThat(store.steps())
        .startsWith(
            "create folder made",
            "sync folder .",
            "create folder made/state",
            "sync folder made",
            "create folder made/state/CHAIN.tmp",
            "write made/state/CHAIN.tmp/lock",
            "sync made/state/CHAIN.tmp/lock",
            "write made/state/CHAIN.tmp/device.lep",
            "sync made/state/CHAIN.tmp/device.lep",
            "write made/state/CHAIN.tmp/state.lep",
            "sync made/state/CHAIN.tmp/state.lep",
            "sync folder made/state/CHAIN.tmp",
            "rename made/state/CHAIN.tmp to made/state/CHAIN",
            "sync folder made/state",
            "erase grant.lep",
            "sync folder .");
  }

  /** A process that was killed may have renamed the chain's folder and not come to the sync. */
  @Test
  void initOfAChainThatIsThere_makesItsNameDurable_beforeItErasesTheGrant() {
    Grants.init(folder).close();
    Path grant = folder.resolve("grant.lep");
    Grants.grant(Grants.CHAIN).write(grant);
    assertThatThrownBy(() -> DeviceState.init(grant, folder.resolve("state"), store))
        .isInstanceOf(BadInputException.class);
    assertThat(store.steps())
        .containsExactly(
            "create folder state",
            "sync folder .",
            "sync folder state",
            "erase grant.lep",
            "sync folder .");
  }

  @Test
  void erasingAGrant_erasesWhatACrashLeftOfWritingIt() throws IOException {
    Path grant = folder.resolve("grant.lep");
    Grants.grant(Grants.CHAIN).write(grant);
    Files.write(SecretFiles.temporary(grant), new byte[] {1});
    Grant.erase(store, grant);
    assertThat(store.steps())
        .containsExactly(
            "sync folder .",
            "erase grant.lep.tmp",
            "sync folder .",
            "erase grant.lep",
            "sync folder .");
  }

  /** What the state says is relied on from then on. */
  @Test
  void opening_makesTheNamesDurable_inTheChainsFolderAndAboveIt() {
    Grants.init(folder).close();
    DeviceState.open(Grants.chainFolder(folder), store).close();
    assertThat(store.steps()).containsExactly("sync folder state/CHAIN", "sync folder state");
  }

  @Test
  void retiring_makesTheMarkDurable_beforeItErasesTheChain() {
    Grants.init(folder).close();
    RetiredChains.retire(store, folder.resolve("state"), Grants.CHAIN.toString());
    assertThat(store.steps())
        .containsExactly(
            "write state/CHAIN.retired",
            "sync state/CHAIN.retired",
            "sync folder state",
            "erase state/CHAIN/state.lep",
            "erase state/CHAIN/lock",
            "erase state/CHAIN/device.lep",
            "erase state/CHAIN",
            "sync folder state");
  }

  @Test
  void whatIsWritten_isErasedInMemory() throws IOException {
    byte[] first = {1, 2, 3};
    SecretFiles.create(store, file, first);
    byte[] second = {4, 5, 6};
    try (HeldFile held = HeldFile.acquire(file, "the test's file")) {
      held.replace(store, second);
    }
    assertThat(first).containsOnly(0);
    assertThat(second).containsOnly(0);
    assertThat(file).hasBinaryContent(new byte[] {4, 5, 6});
  }
}
