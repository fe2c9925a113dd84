/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.kernel.onednn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.SplittableRandom;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.global.dnnl;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.lepcnn.core.field.Field24;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.kernel.KernelChecks;
import org.lepcnn.core.kernel.limb.ChannelWords;
import org.lepcnn.core.kernel.limb.LimbLoops;

class PackedColumnsTest {
  @ParameterizedTest
  @CsvSource({
    "1, 1, 16", // one residue
    "4, 16, 16", // one block
    "5, 17, 16", // one more of both
    "3, 70, 64",
    "64, 49, 64",
    "67, 200, 32", // several blocks, channels that fill up no word
    "64, 1024, 64", // several passes
    "130, 300, 48" // passes that end within a block
  })
  void write_putsSignedLimbsWhereTheLayoutSays(int channels, int count, int positions) {
    for (ResidueField field : ResidueField.values()) {
      assertSignedLimbsAreWhereTheLayoutSays(field, channels, count, positions);
    }
  }

  private static void assertSignedLimbsAreWhereTheLayoutSays(
      ResidueField field, int channels, int count, int positions) {
    int offset = 5;
    int plane = count + 9;
    int[] input = residues(field, offset + channels * plane);
    int blockWords = (channels + 3) / 4 * positions + 2 * positions; // room between blocks
    int limbWords = (count + positions - 1) / positions * blockWords + 3;
    ByteBuffer target = buffer(field.limbs() * limbWords * Integer.BYTES);
    PackedColumns layout = new PackedColumns(positions, blockWords, limbWords);

    layout.write(input, offset, plane, channels, count, split(field), target.asIntBuffer());

    for (int channel = 0; channel < (channels + 3) / 4 * 4; channel++) {
      for (int position = 0; position < count; position++) {
        int word =
            position / positions * blockWords + channel / 4 * positions + position % positions;
        long value = 0;
        for (int limb = 0; limb < field.limbs(); limb++) {
          int at = (limb * limbWords + word) * Integer.BYTES + channel % 4;
          value += (long) target.get(at) << (Byte.SIZE * limb);
        }
        int expected = channel < channels ? input[offset + channel * plane + position] : 0;
        assertThat(field.reduceSigned(value))
            .as("channel %d, position %d", channel, position)
            .isEqualTo(expected);
      }
    }
    assertRoomIsUntouched(field, target, channels, count, layout);
  }

  @ParameterizedTest
  @CsvSource({
    "64, 64",
    "3, 10",
    "65, 65",
    "128, 200",
    "130, 196",
  })
  void blockedLayouts_areReadFromTheirDescriptions(int channels, int positions) {
    assumeOneDnn();
    int[] tags = {
      dnnl.dnnl_aCB16b16c4b, dnnl.dnnl_aCB16b32c4b, dnnl.dnnl_aCB16b48c4b, dnnl.dnnl_aCB16b64c4b
    };
    for (int i = 0; i < 2 * tags.length; i++) {
      ResidueField field = ResidueField.values()[i % 2];
      dnnl_memory_desc description = description(field, channels, positions, tags[i / 2]);
      try {
        PackedColumns layout = PackedColumns.of(description, field.limbs(), channels);
        assertThat(layout).isNotNull();
        assertThat(layout.positions()).isEqualTo(16 * (i / 2 + 1));
        assertSameAsReorder(field, description, layout, channels, positions);
      } finally {
        dnnl.dnnl_memory_desc_destroy(description);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void layoutThatProductsWantHere_isWrittenAsOneDnnPacksIt(ResidueField field) {
    assumeOneDnn();
    int channels = 70;
    int positions = 150;
    int found = 0;
    for (int weights : new int[] {dnnl.dnnl_s8, dnnl.dnnl_u8}) {
      try (Primitive primitive =
          Primitive.limbProduct(new long[] {field.limbs(), 32, channels, positions}, weights)) {
        PackedColumns layout = PackedColumns.of(primitive.weights(), field.limbs(), channels);
        if (layout != null) {
          assertSameAsReorder(field, primitive.weights(), layout, channels, positions);
          found++;
        }
      }
    }
    assumeTrue(found > 0, "skipped: oneDNN wants another layout on this processor");
  }

  @Test
  void otherLayouts_areNotTaken() {
    assumeOneDnn();
    for (int tag :
        new int[] {
          dnnl.dnnl_abc,
          dnnl.dnnl_acb,
          dnnl.dnnl_aBc16b,
          dnnl.dnnl_aCB16b64c2b,
          dnnl.dnnl_aCB4c8b8c4b
        }) {
      dnnl_memory_desc description = description(ResidueField.P31, 64, 64, tag);
      try {
        assertThat(PackedColumns.of(description, ResidueField.P31.limbs(), 64))
            .as("tag %d", tag)
            .isNull();
      } finally {
        dnnl.dnnl_memory_desc_destroy(description);
      }
    }
  }

  /** Lets oneDNN pack the same limbs. */
  private static void assertSameAsReorder(
      ResidueField field,
      dnnl_memory_desc description,
      PackedColumns layout,
      int channels,
      int positions) {
    SplittableRandom random = new SplittableRandom(7);
    int[] input = residues(field, channels * positions);
    byte[] plain = new byte[field.limbs() * channels * positions];
    for (int i = 0; i < input.length; i++) {
      input[i] = random.nextInt(8) == 0 ? input[i] : field.canonical(random.nextInt(256) - 128);
      for (int limb = 0; limb < field.limbs(); limb++) {
        plain[limb * input.length + i] = signedLimb(field, input[i], limb);
      }
    }
    dnnl_memory_desc dense = description(field, channels, positions, dnnl.dnnl_abc);
    try (Weights packed = new Weights(plain, dense, description);
        NativeMemory written = NativeMemory.zeroed(description)) {
      layout.write(
          input, 0, positions, channels, positions, split(field), written.buffer().asIntBuffer());
      ByteBuffer expected = packed.in(description).buffer();
      ByteBuffer actual = written.buffer();
      assertThat(actual.capacity()).isEqualTo(expected.capacity());
      for (int i = 0; i < field.limbs() * input.length; i++) {
        int limb = i / input.length;
        int channel = i / positions % channels;
        int position = i % positions;
        int at = Integer.BYTES * word(layout, limb, channel, position) + channel % 4;
        assertThat(actual.get(at)).as("written %d", i).isEqualTo(plain[i]);
        assertThat(expected.get(at)).as("packed %d", i).isEqualTo(plain[i]);
      }
    } finally {
      dnnl.dnnl_memory_desc_destroy(dense);
    }
  }

  private static int word(PackedColumns layout, int limb, int channel, int position) {
    return limb * layout.limbWords()
        + position / layout.positions() * layout.blockWords()
        + channel / 4 * layout.positions()
        + position % layout.positions();
  }

  /**
   * The digit in base 256 with digits in [−128, 127]. Three such digits make up to 0x7f7f7f, which
   * is less than (p − 1)/2 in the small field.
   */
  private static byte signedLimb(ResidueField field, int residue, int limb) {
    boolean low = field == ResidueField.P24 && residue > 0x7f7f7f;
    int rest = low ? residue - Field24.P : field.centred(residue);
    for (int i = 0; i < limb; i++) {
      rest = (rest - (byte) rest) >> Byte.SIZE;
    }
    return (byte) rest;
  }

  private static void assertRoomIsUntouched(
      ResidueField field, ByteBuffer target, int channels, int count, PackedColumns layout) {
    int used = (channels + 3) / 4 * layout.positions();
    int blocks = (count + layout.positions() - 1) / layout.positions();
    for (int limb = 0; limb < field.limbs(); limb++) {
      for (int inLimb = 0; inLimb < layout.limbWords(); inLimb++) {
        boolean room =
            inLimb / layout.blockWords() >= blocks || inLimb % layout.blockWords() >= used;
        if (room) {
          int at = (limb * layout.limbWords() + inLimb) * Integer.BYTES;
          assertThat(target.getInt(at)).as("word %d of limb %d", inLimb, limb).isZero();
        }
      }
    }
  }

  private static int[] residues(ResidueField field, int length) {
    SplittableRandom random = new SplittableRandom(length);
    int[] extremes = KernelChecks.extremes(field);
    int[] residues = new int[length];
    for (int i = 0; i < length; i++) {
      residues[i] =
          random.nextInt(4) == 0
              ? extremes[random.nextInt(extremes.length)]
              : random.nextInt(field.modulus());
    }
    return residues;
  }

  private static dnnl_memory_desc description(
      ResidueField field, int channels, int positions, int tag) {
    return Descriptions.dense(dnnl.dnnl_s8, new long[] {field.limbs(), channels, positions}, tag);
  }

  private static ChannelWords split(ResidueField field) {
    return new ChannelWords(field, LimbLoops.PASS, true);
  }

  private static ByteBuffer buffer(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.nativeOrder());
  }

  private static void assumeOneDnn() {
    boolean there;
    try {
      there = OneDnn.engine() != null;
    } catch (LinkageError | IllegalStateException e) {
      there = false;
    }
    assumeTrue(there, "skipped: oneDNN is not here for this platform");
  }
}
