/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.field.Field31;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.device.key.CipherSuite;
import org.lepcnn.device.key.GroupKey;
import org.lepcnn.device.key.TestSecrets;

class TableRoundTripTest {
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void whatWasSealed_isRead_inAnyOrder(int perLayer) {
    TestTables.write(folder, TestTables.id(5, 7), perLayer);
    try (TableFolder tables = TestTables.open(folder)) {
      assertThat(tables.challengesPerLayer()).isEqualTo(perLayer);
      for (long pass : new long[] {7, 5, 6}) {
        for (int layer = 2; layer >= 0; layer--) {
          assertThat(TestTables.read(tables, pass, layer)).isEqualTo(TestTables.u(pass, layer));
        }
      }
      List<int[]> expected = TestTables.challenges(0, perLayer);
      List<int[]> found = tables.challenges(0, TestTables.groupKey(0)).vectors(TestSecrets.ACCESS);
      assertThat(found).hasSameSizeAs(expected);
      for (int i = 0; i < expected.size(); i++) {
        assertThat(found.get(i)).isEqualTo(expected.get(i));
      }
    }
  }

  @Test
  void passesLeft_countsAcrossFilesUpToTheFirstGap() {
    TestTables.write(folder, TestTables.id(60, 63), 1);
    TestTables.write(folder, TestTables.id(64, 65), 1);
    TestTables.write(folder, TestTables.id(70, 71), 1);
    try (TableFolder tables = TestTables.open(folder)) {
      assertThat(tables.passesLeftFrom(59)).isZero();
      assertThat(tables.passesLeftFrom(61)).isEqualTo(5);
      assertThat(tables.passesLeftFrom(66)).isZero();
      assertThat(tables.passesLeftFrom(70)).isEqualTo(2);
      assertThat(tables.contains(65)).isTrue();
      assertThat(tables.contains(66)).isFalse();
      assertThat(tables.tables()).hasSize(3);
    }
  }

  @Test
  void overlappingFiles_serveEveryPass() {
    TestTables.write(folder, TestTables.id(0, 1), 1);
    TestTables.write(folder, TestTables.id(0, 3), 1);
    TestTables.write(folder, TestTables.id(2, 2), 1);
    try (TableFolder tables = TestTables.open(folder)) {
      assertThat(tables.passesLeftFrom(0)).isEqualTo(4);
      assertThat(TestTables.read(tables, 3, 0)).isEqualTo(TestTables.u(3, 0));
    }
  }

  @Test
  void filesAddedLater_areFoundWhenTheyAreNeeded() {
    TestTables.write(folder, TestTables.id(0, 1), 1);
    try (TableFolder tables = TestTables.open(folder)) {
      assertThat(tables.passesLeftFrom(0)).isEqualTo(2);
      TestTables.write(folder, TestTables.id(2, 4), 1);
      TestTables.write(folder, TestTables.id(64, 64), 1);
      assertThat(tables.passesLeftFrom(0)).isEqualTo(5);
      assertThat(tables.challenges(1, TestTables.groupKey(1)).vectors(TestSecrets.ACCESS))
          .hasSize(3);
    }
  }

  @Test
  void aFileThatIsStillArriving_isLeftForLater() throws IOException {
    TestTables.write(folder, TestTables.id(0, 1), 1);
    try (TableFolder tables = TestTables.open(folder)) {
      Path late = TestTables.write(folder, TestTables.id(2, 2), 1);
      byte[] whole = Files.readAllBytes(late);
      Files.write(late, Arrays.copyOf(whole, whole.length / 2));
      assertThat(tables.passesLeftFrom(0)).isEqualTo(2);
      Files.write(late, whole);
      assertThat(tables.passesLeftFrom(0)).isEqualTo(3);
    }
  }

  @Test
  void dryTables_sayWhatToDo() {
    assertThatThrownBy(() -> TestTables.open(folder))
        .isInstanceOf(EnvironmentException.class)
        .hasMessageContaining("lepcnn precompute");
    assertThatThrownBy(() -> TestTables.open(folder.resolve("absent")))
        .isInstanceOf(EnvironmentException.class);
    TestTables.write(folder, TestTables.id(0, 1), 1);
    try (TableFolder tables = TestTables.open(folder)) {
      assertThatThrownBy(() -> TestTables.read(tables, 2, 0))
          .isInstanceOf(EnvironmentException.class)
          .hasMessageContaining("lepcnn precompute");
      assertThatThrownBy(() -> tables.challenges(1, TestTables.groupKey(1)))
          .isInstanceOf(EnvironmentException.class);
    }
  }

  @Test
  void erase_removesOnlyFilesThatAreUsedUp() {
    Path used = TestTables.write(folder, TestTables.id(0, 3), 1);
    Path partly = TestTables.write(folder, TestTables.id(4, 7), 1);
    try (TableFolder tables = TestTables.open(folder)) {
      TestTables.read(tables, 0, 0);
      tables.discardBefore(3);
      assertThat(used).exists();
      tables.discardBefore(5);
      assertThat(used).doesNotExist();
      assertThat(partly).exists();
      assertThat(tables.contains(3)).isFalse();
      assertThat(TestTables.read(tables, 5, 1)).isEqualTo(TestTables.u(5, 1));
    }
  }

  @Test
  void manyFiles_areReadThroughFewOpenOnes() {
    for (int group = 0; group < 12; group++) {
      TestTables.write(folder, TestTables.id(group * 64L, group * 64L), 1);
    }
    try (TableFolder tables = TestTables.open(folder)) {
      int read = 0;
      for (int round = 0; round < 2; round++) {
        for (long pass = 0; pass < 12 * 64; pass += 64) {
          assertThat(TestTables.read(tables, pass, 1)).isEqualTo(TestTables.u(pass, 1));
          read++;
          assertThat(tables.openFiles()).isEqualTo(Math.min(read, TableFolder.MAX_OPEN_FILES));
        }
      }
    }
  }

  @Test
  void aClosedFolder_holdsNoFileOpen_andReadsNothing() {
    TestTables.write(folder, TestTables.id(0, 1), 1);
    TableFolder tables = TestTables.open(folder);
    TestTables.read(tables, 0, 0);
    tables.close();
    assertThat(tables.openFiles()).isZero();
    assertThatThrownBy(() -> TestTables.read(tables, 0, 0))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> tables.challenges(0, TestTables.groupKey(0)))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void twoWritersOfTheSamePasses_shareNeitherSaltNorCiphertext() throws IOException {
    byte[] one = Files.readAllBytes(TestTables.write(folder, TestTables.id(0, 0), 1));
    byte[] two = Files.readAllBytes(TestTables.write(folder, TestTables.id(0, 0), 1));
    assertThat(two).hasSameSizeAs(one);
    int header = one.length - sectionBytes();
    int blocks = 0;
    for (int at = header; at + 16 <= one.length; at += 16) {
      assertThat(Arrays.equals(one, at, at + 16, two, at, at + 16)).isFalse();
      blocks++;
    }
    assertThat(blocks).isGreaterThan(4000);
    assertThat(Arrays.mismatch(one, two)).as("the salt stands in the header").isLessThan(header);
  }

  @Test
  void aWriterThatIsNotCommitted_leavesNothing() throws IOException {
    try (TableWriter writer = writer(TestTables.id(0, 1))) {
      writer.writeChallenges(TestTables.group(0, 1));
      TestTables.writePass(writer, 0);
      assertThat(fileNames()).singleElement().asString().endsWith(".tmp");
      assertThatThrownBy(writer::commit).isInstanceOf(IllegalStateException.class);
    }
    assertThat(fileNames()).isEmpty();
  }

  @Test
  void ofTwoWritersAtOnce_theLaterOneWins_andNothingIncompleteAppears() throws IOException {
    TableWriter early = writer(TestTables.id(0, 0));
    early.writeChallenges(TestTables.group(0, 1));
    TestTables.writePass(early, 0);
    TableWriter late = writer(TestTables.id(0, 0));
    assertThatThrownBy(early::commit).isInstanceOf(EnvironmentException.class);
    early.close();
    assertThat(folder.resolve("0-0-0.lept")).doesNotExist();
    late.writeChallenges(TestTables.group(0, 1));
    TestTables.writePass(late, 0);
    late.commit();
    late.close();
    assertThat(fileNames()).containsExactly("0-0-0.lept");
    try (TableFolder tables = TestTables.open(folder)) {
      assertThat(TestTables.read(tables, 0, 2)).isEqualTo(TestTables.u(0, 2));
    }
  }

  @Test
  void theOrderOfWriting_isEnforced() {
    try (TableWriter writer = writer(TestTables.id(3, 4))) {
      assertThatThrownBy(() -> TestTables.writePass(writer, 3))
          .isInstanceOf(IllegalStateException.class);
      writer.writeChallenges(TestTables.group(0, 1));
      assertThatThrownBy(() -> writer.writeChallenges(TestTables.group(0, 1)))
          .isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> TestTables.writePass(writer, 4))
          .isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(
              () ->
                  writer.writePass(
                      3,
                      TestTables.passKey(3),
                      List.of(new int[75], new int[100], new int[] {Field31.P})))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void aNameTakenByAnotherChain_isNotOverwritten() throws IOException {
    Path file = TestTables.write(folder, TestTables.id(0, 0), 1);
    byte[] before = Files.readAllBytes(file);
    TableId other = new TableId(TestTables.DEVICE, new ChainId(8, 8), TestTables.MODEL, 0, 0, 0);
    try (GroupKey key = TestTables.groupKey(0)) {
      assertThatThrownBy(() -> TableWriter.create(folder, other, TestTables.PLAN, 1, key))
          .isInstanceOf(BadInputException.class);
    }
    assertThat(file).hasBinaryContent(before);
  }

  @Test
  void theHeader_tellsWhatTheTableIs_withoutAnyKey() throws IOException {
    Path file = TestTables.write(folder, TestTables.id(66, 67), 2);
    assertThat(TableDescription.read(file))
        .isEqualTo(
            new TableDescription(TestTables.id(66, 67), 3, CipherSuite.AES, 2, Files.size(file)));
  }

  @Test
  void ranges_areCutAtTheBordersOfGroups() {
    Fingerprint model = TestTables.MODEL;
    assertThat(TableId.split(TestTables.DEVICE, TestTables.CHAIN, model, 10, 130))
        .extracting(TableId::fileName)
        .containsExactly("0-10-63.lept", "1-64-127.lept", "2-128-130.lept");
    assertThat(TableId.split(TestTables.DEVICE, TestTables.CHAIN, model, 63, 64))
        .extracting(TableId::fileName)
        .containsExactly("0-63-63.lept", "1-64-64.lept");
    assertThatThrownBy(() -> TestTables.id(63, 64)).isInstanceOf(BadInputException.class);
    assertThatThrownBy(() -> TestTables.id(5, 4)).isInstanceOf(BadInputException.class);
  }

  private static TableWriter writer(TableId id, Path folder) {
    try (GroupKey key = TestTables.groupKey(id.group())) {
      return TableWriter.create(folder, id, TestTables.PLAN, 1, key);
    }
  }

  private TableWriter writer(TableId id) {
    return writer(id, folder);
  }

  private List<String> fileNames() throws IOException {
    try (var files = Files.list(folder)) {
      return files.map(f -> f.getFileName().toString()).toList();
    }
  }

  private static int sectionBytes() {
    return (int) new TableLayout(TestTables.PLAN, 1).bytes(1);
  }
}
