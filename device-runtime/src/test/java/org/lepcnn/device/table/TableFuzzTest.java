/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.fuzz.ByteMutator;
import org.lepcnn.core.fuzz.FramedFiles;
import org.lepcnn.core.fuzz.FuzzRun;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.model.LinearLayerSpec;
import org.lepcnn.core.model.MaskedTensorSpec;
import org.lepcnn.core.model.Plan;
import org.lepcnn.device.integrity.GroupChallenges;
import org.lepcnn.device.key.CipherSuite;
import org.lepcnn.device.key.GroupKey;
import org.lepcnn.device.key.PassKey;
import org.lepcnn.device.key.TestSecrets;

/**
 * Damaged tables are read or refused with a typed error, nothing else; what is read is what was
 * written.
 *
 * <p>A longer run: {@code ./mvnw verify -Pfuzz} with {@code -Dfuzz.files=N} and {@code
 * -Dfuzz.seed=S}.
 */
@Tag("slow")
class TableFuzzTest {
  private static final String READ = "read";
  private static final TableId ID = TestTables.id(0, 2);
  private static final Plan PLAN =
      new Plan(
          List.of(new MaskedTensorSpec(0, 0, 6, ResidueField.P31)),
          List.of(new LinearLayerSpec(0, 0, ConvGeometry.fullyConnected(1, 6, 9))));
  private static final int[] C = {1, 2, 3, 4, 5, 6};
  private static final int[] U = {9, 8, 7, 6, 5, 4, 3, 2, 1};

  @TempDir Path folder;

  @Test
  void damagedTables_areReadOrRefused() throws IOException {
    Path file = write();
    byte[] good = Files.readAllBytes(file);
    int header = header(file);
    new FuzzRun(
            Long.getLong("fuzz.seed", 29), (random, number) -> attempt(file, good, header, random))
        .check("Damaged tables", Long.getLong("fuzz.files", 4_000), READ, FuzzRun.REFUSED);
  }

  private String attempt(Path file, byte[] good, int header, ByteMutator random)
      throws IOException {
    Files.write(file, mutant(good, header, random));
    try (TableFolder tables =
            TableFolder.open(
                folder,
                TestTables.DEVICE,
                TestTables.CHAIN,
                CipherSuite.AES,
                TestTables.MODEL,
                PLAN);
        GroupKey group = TestTables.groupKey(0)) {
      int[] out = new int[U.length];
      for (long pass = 0; pass <= 2; pass++) {
        try (PassKey key = TestTables.passKey(pass)) {
          tables.readLayer(pass, key, GroupChallenges.of(PLAN, 1, group, List.of(C)), 0, out);
        }
        assertThat(out).isEqualTo(U);
      }
      assertThat(tables.challenges(0, group).vectors(TestSecrets.ACCESS).get(0)).isEqualTo(C);
    }
    return READ;
  }

  /** Damages the header, with a right checksum mostly, or all of the file. */
  private static byte[] mutant(byte[] good, int header, ByteMutator random) {
    if (random.onceIn(2)) {
      return random.damaged(good);
    }
    byte[] start = Arrays.copyOf(good, header);
    byte[] damaged = FramedFiles.damaged(random, start, start);
    return ByteBuffer.allocate(damaged.length + good.length - header)
        .put(damaged)
        .put(good, header, good.length - header)
        .array();
  }

  private static int header(Path file) throws IOException {
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "r")) {
      return TableHeader.read(file, open).bytes();
    }
  }

  private Path write() {
    try (GroupKey groupKey = TestTables.groupKey(0);
        TableWriter writer = TableWriter.create(folder, ID, PLAN, 1, groupKey)) {
      writer.writeChallenges(GroupChallenges.of(PLAN, 1, groupKey, List.of(C)));
      for (long pass = 0; pass <= 2; pass++) {
        try (PassKey key = TestTables.passKey(pass)) {
          writer.writePass(pass, key, List.of(U));
        }
      }
      writer.commit();
    }
    return folder.resolve(ID.fileName());
  }
}
