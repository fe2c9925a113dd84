/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.model.LinearLayerSpec;
import org.lepcnn.device.integrity.GroupChallenges;
import org.lepcnn.device.key.GroupKey;
import org.lepcnn.device.key.PassKey;
import org.lepcnn.device.key.TestSecrets;
import org.lepcnn.device.supply.PassGroups;

/**
 * Sealed zeros are the bare keystream, so that a key-nonce pair that is used twice shows: within a
 * file, and between files that hold the same passes.
 */
class TableKeystreamTest {
  private static final int BLOCK = 16;
  private static final int PASSES = 3;

  @TempDir Path folder;

  @Test
  void noKeyStreamBlock_comesTwice_withinAFileOrInTwoWritingsOfTheSamePasses() throws IOException {
    Set<String> seen = new HashSet<>();
    int blocks = 0;
    for (int writing = 0; writing < 3; writing++) {
      Path file = writeZeros(folder.resolve("writing-" + writing));
      for (byte[] block : keystream(Files.readAllBytes(file))) {
        seen.add(HexFormat.of().formatHex(block));
        blocks++;
      }
    }
    assertThat(blocks).isGreaterThan(3 * PASSES * 4000);
    assertThat(seen).hasSize(blocks);
  }

  @Test
  void segmentsOfAFile_haveNoncesOfTheirOwn() {
    TableLayout layout = new TableLayout(TestTables.PLAN, 2);
    List<Long> nonces = new ArrayList<>();
    for (LinearLayerSpec layer : TestTables.PLAN.layers()) {
      for (int index = 0; index < 2; index++) {
        addNonces(
            nonces, layout.challengeOrdinal(layer.index(), index), layer.geometry().inputSize());
      }
    }
    for (int position = 0; position < PassGroups.SIZE; position++) {
      addNonces(nonces, layout.sectionOrdinal(position), layout.challenges());
    }
    assertThat(nonces).doesNotHaveDuplicates().hasSizeGreaterThan(PassGroups.SIZE + 5);
  }

  /** What a crash left of a writing holds no key and nothing unsealed. */
  @Test
  void temporaryFile_holdsNoSecret() throws IOException {
    try (GroupKey groupKey = TestTables.groupKey(0);
        TableWriter writer =
            TableWriter.create(folder, TestTables.id(0, 5), TestTables.PLAN, 1, groupKey)) {
      writer.writeChallenges(TestTables.group(0, 1));
      for (long pass = 0; pass < 5; pass++) {
        TestTables.writePass(writer, pass);
      }
      byte[] left = Files.readAllBytes(onlyFile());
      assertThat(left).hasSizeGreaterThan(100_000);
      Set<String> windows = windows(left);
      for (byte[] secret : secrets()) {
        for (int at = 0; at + BLOCK <= secret.length; at += BLOCK) {
          assertThat(windows.contains(HexFormat.of().formatHex(secret, at, at + BLOCK))).isFalse();
        }
      }
      assertThat(windows.contains(modelInHeader())).as("finds what is there").isTrue();
    }
  }

  private static List<byte[]> secrets() {
    List<byte[]> secrets = new ArrayList<>();
    secrets.add(TestSecrets.bytes(TestTables.groupKey(0)));
    TestTables.challenges(0, 1).forEach(vector -> secrets.add(SegmentFormat.littleEndian(vector)));
    for (long pass = 0; pass < 6; pass++) {
      try (PassKey key = TestTables.passKey(pass)) {
        if (pass > 0) {
          // the first key of these tables is all zeros, as is the fingerprint in the header
          secrets.add(TestSecrets.bytes(key));
        }
        secrets.add(TestSecrets.bytes(key.maskKey(ResidueField.P31)));
        secrets.add(TestSecrets.bytes(key.redrawKey(ResidueField.P31)));
      }
      for (LinearLayerSpec layer : TestTables.PLAN.layers()) {
        secrets.add(SegmentFormat.littleEndian(TestTables.u(pass, layer.index())));
      }
    }
    return secrets;
  }

  private static String modelInHeader() {
    return HexFormat.of().formatHex(TestTables.MODEL.toBytes(), 0, BLOCK);
  }

  private static Set<String> windows(byte[] bytes) {
    Set<String> windows = new HashSet<>();
    for (int at = 0; at + BLOCK <= bytes.length; at++) {
      windows.add(HexFormat.of().formatHex(bytes, at, at + BLOCK));
    }
    return windows;
  }

  private Path onlyFile() throws IOException {
    try (var files = Files.list(folder)) {
      List<Path> all = files.toList();
      assertThat(all).hasSize(1);
      return all.get(0);
    }
  }

  private static Path writeZeros(Path target) {
    TableId id = TestTables.id(0, PASSES - 1);
    List<int[]> inputs = new ArrayList<>();
    List<int[]> outputs = new ArrayList<>();
    for (LinearLayerSpec layer : TestTables.PLAN.layers()) {
      inputs.add(new int[layer.geometry().inputSize()]);
      outputs.add(new int[layer.geometry().outputSize()]);
    }
    try (GroupKey groupKey = TestTables.groupKey(0);
        TableWriter writer = TableWriter.create(target, id, TestTables.PLAN, 1, groupKey)) {
      writer.writeChallenges(GroupChallenges.of(TestTables.PLAN, 1, groupKey, inputs));
      for (long pass = 0; pass < PASSES; pass++) {
        try (PassKey key = TestTables.passKey(pass)) {
          writer.writePass(pass, key, outputs);
        }
      }
      writer.commit();
    }
    return target.resolve(id.fileName());
  }

  /** The whole blocks of all segments and their tags, and of all factors. */
  private static List<byte[]> keystream(byte[] file) {
    TableLayout layout = new TableLayout(TestTables.PLAN, 1);
    int header = (int) (file.length - layout.bytes(PASSES));
    List<byte[]> blocks = new ArrayList<>();
    for (LinearLayerSpec layer : TestTables.PLAN.layers()) {
      int at = header + (int) layout.challengeOffset(layer.index(), 0);
      addSegments(blocks, file, at, layer.geometry().inputSize());
    }
    for (int pass = 0; pass < PASSES; pass++) {
      addSegments(blocks, file, header + (int) layout.sectionOffset(pass), layout.challenges());
      for (LinearLayerSpec layer : TestTables.PLAN.layers()) {
        int at = header + (int) layout.layerOffset(pass, layer.index());
        addBlocks(blocks, file, at, layer.geometry().outputSize() * Integer.BYTES);
      }
    }
    return blocks;
  }

  private static void addSegments(List<byte[]> blocks, byte[] file, int from, int length) {
    int at = from;
    for (int left = length * Integer.BYTES; left > 0; ) {
      int segment = Math.min(left, VectorSealer.SEGMENT_BYTES);
      addBlocks(blocks, file, at, segment);
      at += segment;
      blocks.add(Arrays.copyOfRange(file, at, at + BLOCK));
      at += VectorSealer.TAG_BYTES;
      left -= segment;
    }
  }

  private static void addBlocks(List<byte[]> blocks, byte[] file, int at, int length) {
    for (int block = 0; block + BLOCK <= length; block += BLOCK) {
      blocks.add(Arrays.copyOfRange(file, at + block, at + block + BLOCK));
    }
  }

  private static void addNonces(List<Long> nonces, long ordinal, int length) {
    for (int segment = 0; segment < VectorSealer.segments(length); segment++) {
      nonces.add(ordinal + segment);
    }
  }
}
