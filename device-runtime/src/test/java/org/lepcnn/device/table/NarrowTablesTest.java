/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.error.RefusedException;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.model.LinearLayerSpec;
import org.lepcnn.core.model.MaskedTensorSpec;
import org.lepcnn.core.model.Plan;
import org.lepcnn.device.integrity.GroupChallenges;
import org.lepcnn.device.key.CipherSuite;
import org.lepcnn.device.key.GroupKey;
import org.lepcnn.device.key.PassKey;
import org.lepcnn.device.key.TestSecrets;

/** Tables with layers of both fields: packed vectors of every length, two challenges for each. */
class NarrowTablesTest {
  /** Residues of a result: around whole quarters, and more than a segment holds. */
  private static final int[] SIZES = {1, 2, 3, 4, 5, 7, 8, 64, 207, 16_380, 21_840, 21_841, 50_001};

  private static final Plan PLAN = plan();
  private static final TableId ID = TestTables.id(0, 1);

  @TempDir Path folder;

  /** Every third layer is modulo 2³¹ − 1. */
  private static Plan plan() {
    List<MaskedTensorSpec> tensors = new ArrayList<>();
    List<LinearLayerSpec> layers = new ArrayList<>();
    for (int i = 0; i < SIZES.length; i++) {
      ResidueField field = i % 3 == 2 ? ResidueField.P31 : ResidueField.P24;
      tensors.add(new MaskedTensorSpec(i, 0, i + 1, field));
      layers.add(new LinearLayerSpec(i, i, ConvGeometry.fullyConnected(1, i + 1, SIZES[i])));
    }
    return new Plan(tensors, layers);
  }

  @Test
  void whatWasWritten_isReadAgain() throws IOException {
    write();
    try (TableFolder tables = open()) {
      for (long pass = 0; pass < 2; pass++) {
        for (int layer = 0; layer < SIZES.length; layer++) {
          assertThat(read(tables, pass, layer)).isEqualTo(residues(layer, pass, SIZES[layer]));
        }
      }
      try (GroupKey groupKey = TestTables.groupKey(0)) {
        List<int[]> found = tables.challenges(0, groupKey).vectors(TestSecrets.ACCESS);
        List<int[]> expected = challenges();
        assertThat(found).hasSameSizeAs(expected);
        for (int i = 0; i < expected.size(); i++) {
          assertThat(found.get(i)).isEqualTo(expected.get(i));
        }
      }
    }
    long residues = 0;
    for (int layer = 0; layer < SIZES.length; layer++) {
      residues += 2L * SIZES[layer] * PLAN.field(PLAN.layer(layer)).wireBytes();
    }
    assertThat(Files.size(folder.resolve(ID.fileName()))).isBetween(residues, residues + 4_000);
  }

  @Test
  void aChangedByte_isFound() throws IOException {
    write();
    Path file = folder.resolve(ID.fileName());
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length - 100] ^= 1;
    Files.write(file, bytes);
    try (TableFolder tables = open()) {
      assertThatThrownBy(() -> read(tables, 1, SIZES.length - 1))
          .isInstanceOf(RefusedException.class);
    }
  }

  @Test
  void residuesOfTheOtherField_areNotSealed() {
    List<int[]> factors = factors(0);
    factors.get(0)[0] = ResidueField.P24.modulus();
    try (GroupKey groupKey = TestTables.groupKey(0);
        PassKey key = TestTables.passKey(0);
        TableWriter writer = TableWriter.create(folder, ID, PLAN, 1, groupKey)) {
      writer.writeChallenges(group());
      assertThatThrownBy(() -> writer.writePass(0, key, factors))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("layer 0");
    }
  }

  private void write() {
    try (GroupKey groupKey = TestTables.groupKey(0);
        TableWriter writer = TableWriter.create(folder, ID, PLAN, 1, groupKey)) {
      writer.writeChallenges(group());
      for (long pass = 0; pass < 2; pass++) {
        try (PassKey key = TestTables.passKey(pass)) {
          writer.writePass(pass, key, factors(pass));
        }
      }
      writer.commit();
    }
  }

  private TableFolder open() {
    return TableFolder.open(
        folder, TestTables.DEVICE, TestTables.CHAIN, CipherSuite.AES, TestTables.MODEL, PLAN);
  }

  private static int[] read(TableFolder tables, long pass, int layer) {
    int[] out = new int[SIZES[layer]];
    try (PassKey key = TestTables.passKey(pass)) {
      tables.readLayer(pass, key, group(), layer, out);
    }
    return out;
  }

  private static GroupChallenges group() {
    try (GroupKey groupKey = TestTables.groupKey(0)) {
      return GroupChallenges.of(PLAN, 1, groupKey, challenges());
    }
  }

  private static List<int[]> challenges() {
    List<int[]> vectors = new ArrayList<>();
    for (LinearLayerSpec layer : PLAN.layers()) {
      int count = PLAN.field(layer) == ResidueField.P24 ? 2 : 1;
      for (int index = 0; index < count; index++) {
        vectors.add(residues(layer.index(), 10 + index, layer.index() + 1));
      }
    }
    return vectors;
  }

  private static List<int[]> factors(long pass) {
    List<int[]> factors = new ArrayList<>();
    for (int layer = 0; layer < SIZES.length; layer++) {
      factors.add(residues(layer, pass, SIZES[layer]));
    }
    return factors;
  }

  private static int[] residues(int layer, long seed, int count) {
    int p = PLAN.field(PLAN.layer(layer)).modulus();
    int[] residues = new SplittableRandom(1000 * seed + layer).ints(count, 0, p).toArray();
    residues[count - 1] = p - 1;
    return residues;
  }
}
