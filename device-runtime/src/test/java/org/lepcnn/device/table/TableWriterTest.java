/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.model.LinearLayerSpec;
import org.lepcnn.core.model.MaskedTensorSpec;
import org.lepcnn.core.model.Plan;
import org.lepcnn.device.integrity.GroupChallenges;
import org.lepcnn.device.key.CipherSuite;
import org.lepcnn.device.key.GroupKey;
import org.lepcnn.device.key.PassKey;
import org.lepcnn.device.key.SecretKey;
import org.lepcnn.device.key.TestSecrets;

/** A writer takes one whole table in order, and nothing else. */
class TableWriterTest {
  @TempDir Path folder;

  private TableWriter writer(TableId id, int perLayer) {
    try (GroupKey key = TestTables.groupKey(id.group())) {
      return TableWriter.create(folder, id, TestTables.PLAN, perLayer, key);
    }
  }

  private static void assertOutOfOrder(ThrowingCallable step) {
    assertThatThrownBy(step).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aPassBehindTheLastOne_isRefused() {
    try (TableWriter writer = writer(TestTables.id(0, 0), 1)) {
      writer.writeChallenges(TestTables.group(0, 1));
      TestTables.writePass(writer, 0);
      assertOutOfOrder(() -> TestTables.writePass(writer, 1));
      writer.commit();
      assertOutOfOrder(writer::commit);
    }
    assertThat(folder.resolve("0-0-0.lept")).exists();
  }

  @Test
  void challengesForAPartOfALayer_areRefused() {
    try (TableWriter writer = writer(TestTables.id(0, 0), 2)) {
      assertOutOfOrder(() -> writer.writeChallenges(TestTables.group(0, 1)));
    }
  }

  @Test
  void passesOfOtherShapes_areRefused() {
    try (TableWriter writer = writer(TestTables.id(0, 1), 1)) {
      writer.writeChallenges(TestTables.group(0, 1));
      TestTables.writePass(writer, 0);
      List<int[]> longer = layers(1);
      longer.set(0, new int[longer.get(0).length + 1]);
      List<int[]> fewer = layers(1);
      fewer.remove(2);
      try (PassKey key = TestTables.passKey(1)) {
        assertThatThrownBy(() -> writer.writePass(1, key, longer))
            .isInstanceOf(IllegalArgumentException.class);
        assertOutOfOrder(() -> writer.writePass(1, key, fewer));
      }
      TestTables.writePass(writer, 1);
    }
  }

  @Test
  void challengesOfAnotherPlan_areRefused() {
    List<MaskedTensorSpec> tensors = new ArrayList<>();
    List<LinearLayerSpec> layers = new ArrayList<>();
    List<int[]> vectors = new ArrayList<>();
    for (int i = 0; i < TestTables.PLAN.layers().size(); i++) {
      tensors.add(new MaskedTensorSpec(i, i, 1, ResidueField.P31));
      layers.add(new LinearLayerSpec(i, i, ConvGeometry.fullyConnected(1, 1, 1)));
      vectors.add(new int[1]);
    }
    try (TableWriter writer = writer(TestTables.id(0, 1), 1);
        GroupKey groupKey = TestTables.groupKey(0)) {
      GroupChallenges other = GroupChallenges.of(new Plan(tensors, layers), 1, groupKey, vectors);
      assertThatThrownBy(() -> writer.writeChallenges(other))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void oneOrTwoChallengesALayer_andNoOtherNumber() {
    for (int perLayer : new int[] {0, 3}) {
      assertThatThrownBy(() -> writer(TestTables.id(0, 0), perLayer))
          .isInstanceOf(BadInputException.class)
          .hasMessageContaining("found " + perLayer);
    }
    writer(TestTables.id(0, 0), 1).close();
    writer(TestTables.id(0, 0), 2).close();
  }

  @Test
  void whatACrashLeftOfTheSameTable_goes_andNothingElse() throws Exception {
    Path leftover = Files.createFile(folder.resolve("0-0-0.lept.12345678.tmp"));
    Path other = Files.createFile(folder.resolve("0-0-1.lept.12345678.tmp"));
    writer(TestTables.id(0, 0), 1).close();
    assertThat(leftover).doesNotExist();
    assertThat(other).exists();
  }

  @Test
  void aClosedWriter_hasForgottenItsKeysAndWhatItSealed() throws IOException {
    TableWriter writer = writer(TestTables.id(0, 0), 1);
    writer.writeChallenges(TestTables.group(0, 1));
    TestTables.writePass(writer, 0);
    writer.commit();
    SecretKey key = sealKey(folder.resolve("0-0-0.lept"), 0);
    assertThat(writer.sealer.plain).isNotEqualTo(new byte[writer.sealer.plain.length]);
    assertThatThrownBy(() -> sealLastSegmentAgain(writer, key))
        .as("the platform remembers the key")
        .isInstanceOf(IllegalStateException.class);
    writer.close();
    assertThat(writer.sealer.plain).isEqualTo(new byte[writer.sealer.plain.length]);
    sealLastSegmentAgain(writer, key);
  }

  /** Under the key and nonce of the last sides. */
  private static void sealLastSegmentAgain(TableWriter writer, SecretKey key) {
    long end = new TableLayout(TestTables.PLAN, 1).sectionOrdinal(1);
    try {
      VectorSealer.Address address = new VectorSealer.Address(0, 2, 0);
      writer.sealer.seal(
          key.toCipherKey(CipherSuite.AES, TestSecrets.ACCESS),
          end - 1,
          address,
          new int[1],
          OutputStream.nullOutputStream());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static SecretKey sealKey(Path table, long pass) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(table.toFile(), "r");
        PassKey key = TestTables.passKey(pass)) {
      return key.sealKey(TableHeader.read(table, file).header().salt());
    }
  }

  private static List<int[]> layers(long pass) {
    List<int[]> layers = new ArrayList<>();
    for (int layer = 0; layer < 3; layer++) {
      layers.add(TestTables.u(pass, layer));
    }
    return layers;
  }
}
