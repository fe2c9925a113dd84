/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.error.RefusedException;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.device.SmallModel;
import org.lepcnn.device.integrity.GroupChallenges;
import org.lepcnn.device.key.CipherSuite;
import org.lepcnn.device.key.GroupKey;
import org.lepcnn.device.key.PassKey;
import org.lepcnn.device.key.TestSecrets;
import org.lepcnn.device.supply.PassSupply;
import org.lepcnn.device.supply.PassTables;
import org.lepcnn.device.supply.ResidueBuffer;
import org.lepcnn.device.table.VectorSealer.Address;
import org.lepcnn.device.testkit.HeldNumbers;

/**
 * What a folder does around its reads: keys are forgotten, files in use stay, new ones are found.
 */
class TableFolderTest {
  private static final TableId FIRST = TestTables.id(0, 0);

  private static final GroupChallenges GROUP = TestTables.group(CipherSuite.AES, 0, 1);

  @TempDir Path folder;

  @Test
  void aPassThatIsClosed_leavesNoKeyInItsCiphers() throws Exception {
    TestTables.write(folder, FIRST, 1);
    int[] u = TestTables.u(0, 1);
    int[] sides = GROUP.factorSides(TestTables.factors(0), TestSecrets.ACCESS);
    byte[] sealed = segment(new TableLayout(TestTables.PLAN, 1).sectionOffset(0), sides.length);
    byte[] data =
        SegmentFormat.associatedData(
            FIRST, new Address(0, 0, VectorSealer.KIND_SIDES), 0, 1, sides.length);
    try (TableFolder tables = TestTables.open(folder);
        PassKey key = TestTables.passKey(0);
        PassTables.PassFactors warm = tables.openPass(0, key, GROUP)) {
      warm.close();
      TableFolder.Ciphers ciphers = tables.freeCiphers.peek();
      PassTables.PassFactors table = tables.openPass(0, key, GROUP);
      assertThat(tables.freeCiphers).as("the ciphers are used again").isEmpty();
      table.readLayer(1, new ResidueBuffer(u.length));
      assertThat(SegmentFormat.opensAgain(ciphers.sealer(), data, sealed, sides)).isTrue();
      assertThat(HeldNumbers.of(ciphers.stream())).anyMatch(number -> number != 0);
      table.close();
      assertThat(tables.freeCiphers).containsExactly(ciphers);
      assertThat(SegmentFormat.opensAgain(ciphers.sealer(), data, sealed, sides)).isFalse();
      assertThat(HeldNumbers.of(ciphers.stream())).allMatch(number -> number == 0);
    }
  }

  @Test
  void aPassThatIsClosed_isNotReadAnyMore() {
    TestTables.write(folder, FIRST, 1);
    try (TableFolder tables = TestTables.open(folder);
        PassKey key = TestTables.passKey(0);
        PassTables.PassFactors table = tables.openPass(0, key, GROUP)) {
      table.close();
      assertThatThrownBy(() -> table.readLayer(1, new ResidueBuffer(TestTables.u(0, 1).length)))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("closed");
    }
  }

  @Test
  void tablesOfASupply_areThoseOfItsChain() {
    TestTables.write(folder, FIRST, 1);
    try (TableFolder tables = TableFolder.open(folder, supply(TestTables.CHAIN, CipherSuite.AES))) {
      assertThat(tables.tables()).containsExactly(FIRST);
    }
    assertThatThrownBy(() -> TableFolder.open(folder, supply(new ChainId(3, 4), CipherSuite.AES)))
        .isInstanceOf(RefusedException.class);
    assertThatThrownBy(() -> TableFolder.open(folder, supply(TestTables.CHAIN, CipherSuite.CHACHA)))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("cipher suite chacha");
  }

  /** Of the device and model of the test tables; it hands out nothing. */
  private static PassSupply supply(ChainId chain, CipherSuite suite) {
    Map<String, Object> answers =
        Map.of(
            "device",
            TestTables.DEVICE,
            "chain",
            chain,
            "suite",
            suite,
            "model",
            TestTables.MODEL,
            "deviceHalf",
            SmallModel.bundle("any").device());
    return (PassSupply)
        Proxy.newProxyInstance(
            PassSupply.class.getClassLoader(),
            new Class<?>[] {PassSupply.class},
            (proxy, method, arguments) -> answers.get(method.getName()));
  }

  @Test
  void aPassThatIsClosedTwice_givesItsCipherBackOnce_soThatNoTwoPassesShareOne() {
    TestTables.write(folder, FIRST, 1);
    try (TableFolder tables = TestTables.open(folder);
        PassKey key = TestTables.passKey(0)) {
      PassTables.PassFactors table = tables.openPass(0, key, GROUP);
      table.close();
      table.close();
      assertThat(tables.freeCiphers).hasSize(1);
    }
  }

  @Test
  void aClosedFolder_hasForgottenTheKeyOfTheChallenges() throws Exception {
    TestTables.write(folder, FIRST, 1);
    List<int[]> challenges = TestTables.challenges(0, 1);
    int last = challenges.size() - 1;
    int[] c = challenges.get(last);
    byte[] sealed = challengeSegment(last);
    byte[] data = SegmentFormat.associatedData(FIRST, new Address(0, last, 1), 0, 1, c.length);
    TableFolder tables = TestTables.open(folder);
    try (GroupKey key = TestTables.groupKey(0)) {
      tables.challenges(0, key);
    }
    assertThat(SegmentFormat.opensAgain(tables.challengeSealer, data, sealed, c)).isTrue();
    tables.close();
    assertThat(SegmentFormat.opensAgain(tables.challengeSealer, data, sealed, c)).isFalse();
  }

  @Test
  void aFileStaysOpen_whileAnyThreadReadsIt_andNoLonger() {
    writeOneMoreThanStaysOpen();
    try (TableFolder tables = TestTables.open(folder)) {
      TableFile read = tables.startReading(FIRST);
      tables.startReading(FIRST);
      tables.endReading(FIRST);
      readTheOthers(tables);
      assertThat(tables.startReading(FIRST)).isSameAs(read);
      tables.endReading(FIRST);
      tables.endReading(FIRST);
      readTheOthers(tables);
      assertThat(tables.startReading(FIRST)).isNotSameAs(read);
    }
  }

  @Test
  void aFileIsNotErased_whileAThreadReadsIt() {
    Path file = TestTables.write(folder, FIRST, 1);
    try (TableFolder tables = TestTables.open(folder)) {
      tables.startReading(FIRST);
      tables.discardBefore(1);
      assertThat(file).exists();
      tables.endReading(FIRST);
      tables.discardBefore(1);
      assertThat(file).doesNotExist();
    }
  }

  @Test
  void aFileThatNobodyRead_isErasedLikeOthers() {
    Path file = TestTables.write(folder, FIRST, 1);
    try (TableFolder tables = TestTables.open(folder)) {
      tables.discardBefore(1);
      assertThat(file).doesNotExist();
    }
  }

  @Test
  void aPassAddedLater_isFoundByTheFirstQuestion() {
    TestTables.write(folder, FIRST, 1);
    try (TableFolder tables = TestTables.open(folder)) {
      TestTables.write(folder, TestTables.id(1, 1), 1);
      assertThat(tables.contains(1)).isTrue();
    }
  }

  @Test
  void aGroupAddedLater_isFoundByTheFirstQuestion_amongOthers() {
    TestTables.write(folder, FIRST, 1);
    TestTables.write(folder, TestTables.id(128, 128), 1);
    try (TableFolder tables = TestTables.open(folder);
        GroupKey key = TestTables.groupKey(1)) {
      assertThatThrownBy(() -> tables.challenges(1, key))
          .isInstanceOf(EnvironmentException.class)
          .hasMessageContaining("none is left for group 1");
      TestTables.write(folder, TestTables.id(70, 71), 1);
      assertThat(tables.challenges(1, key).vectors(TestSecrets.ACCESS).get(0))
          .isEqualTo(TestTables.challenges(1, 1).get(0));
    }
  }

  @Test
  void otherFilesOfTheFolder_areNoTables() throws IOException {
    TestTables.write(folder, FIRST, 1);
    Files.writeString(folder.resolve("README"), "nothing");
    Files.writeString(folder.resolve("0-1-1.lept.12345678.tmp"), "half");
    try (TableFolder tables = TestTables.open(folder)) {
      assertThat(tables.tables()).containsExactly(FIRST);
    }
  }

  @Test
  void aTableThatCannotBeRead_isAFaultOfTheEnvironment() throws IOException {
    Files.createDirectory(folder.resolve(FIRST.fileName()));
    assertThatThrownBy(() -> TestTables.open(folder))
        .isInstanceOf(EnvironmentException.class)
        .hasMessageContaining("expected a readable file");
  }

  @Test
  void afterAWarmUp_tablesReadAsBefore() {
    TestTables.write(folder, FIRST, 1);
    try (TableFolder tables = TestTables.open(folder)) {
      tables.warmUp();
      assertThat(TestTables.read(tables, 0, 2)).isEqualTo(TestTables.u(0, 2));
    }
  }

  private void writeOneMoreThanStaysOpen() {
    for (int group = 0; group <= TableFolder.MAX_OPEN_FILES; group++) {
      TestTables.write(folder, TestTables.id(group * 64L, group * 64L), 1);
    }
  }

  private static void readTheOthers(TableFolder tables) {
    for (int group = 1; group <= TableFolder.MAX_OPEN_FILES; group++) {
      TestTables.read(tables, group * 64L, 1);
    }
  }

  /** The sealed vector of a layer, which is one segment, from the first table. */
  private byte[] challengeSegment(int layer) throws IOException {
    TableLayout layout = new TableLayout(TestTables.PLAN, 1);
    return segment(layout.challengeOffset(layer, 0), TestTables.geometry(layer).inputSize());
  }

  private byte[] segment(long offset, int residues) throws IOException {
    byte[] file = Files.readAllBytes(folder.resolve(FIRST.fileName()));
    long header = file.length - new TableLayout(TestTables.PLAN, 1).bytes(FIRST.passes());
    int at = (int) (header + offset);
    return Arrays.copyOfRange(file, at, at + 4 * residues + 16);
  }
}
