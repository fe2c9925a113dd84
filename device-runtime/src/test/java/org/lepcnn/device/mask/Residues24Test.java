/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.mask;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.IntUnaryOperator;
import javax.crypto.Cipher;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.lepcnn.core.field.Field24;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.device.key.CipherSuite;
import org.lepcnn.device.key.PassKey;
import org.lepcnn.device.key.SecretKey;
import org.lepcnn.device.key.TestSecrets;
import org.lepcnn.device.vector.Words24;

/** Residues modulo 2²⁴ − 3: words of 24 bits, packed four in three int32 of the key stream. */
class Residues24Test {
  private static final long ID = 0x0102030405060708L;
  private static final SecretKey WORDS = key(1);
  private static final SecretKey REDRAWS = key(2);

  /** Rejected words would be redrawn: none of these keys' is, as the test checks. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 13, 207, 1535, 1536, 1537, 2047, 2048, 2049, 4098, 70_001})
  void residues_areTheSpecifiedWordsOfAesBlocks(int length) throws Exception {
    int[] residues = new int[length + 2];
    Arrays.fill(residues, -7);
    try (ResidueStream stream = stream(CipherSuite.AES)) {
      stream.fill(ID, residues, length);
    }
    Cipher block = Cipher.getInstance("AES/ECB/NoPadding");
    block.init(Cipher.ENCRYPT_MODE, WORDS.toCipherKey(CipherSuite.AES, TestSecrets.ACCESS));
    for (int j = 0; j < length; j++) {
      int first = j / 2048 * 1536;
      int k = j % 2048;
      int word =
          k < 1536
              ? keystream(block, first + k) & 0xffffff
              : keystream(block, first + k - 1536) >>> 24
                  | keystream(block, first + k - 1024) >>> 24 << 8
                  | keystream(block, first + k - 512) >>> 24 << 16;
      assertThat(word).isLessThan(Field24.P);
      assertThat(residues[j]).isEqualTo(word);
    }
    assertThat(residues[length]).as("nothing is written behind the end").isEqualTo(-7);
  }

  private static int keystream(Cipher block, int index) throws Exception {
    byte[] counter = ByteBuffer.allocate(16).putLong(ID).putLong(index / 4).array();
    return ByteBuffer.wrap(block.doFinal(counter))
        .order(ByteOrder.LITTLE_ENDIAN)
        .getInt(index % 4 * 4);
  }

  @ParameterizedTest
  @EnumSource
  void residues_dependOnTheirPlaceAlone_andAreReadInPieces(CipherSuite suite) {
    int[] whole = new int[10_000];
    try (ResidueStream stream = stream(suite)) {
      stream.fill(ID, whole, whole.length);
      for (int length : new int[] {1, 1500, 1536, 1540, 2047, 2048, 2049, 9_999}) {
        int[] some = new int[length];
        stream.fill(ID, some, length);
        assertThat(some).isEqualTo(Arrays.copyOf(whole, length));
      }
      for (int piece : new int[] {1, 13, 1024, 5000}) {
        stream.begin(ID, whole.length);
        for (int from = 0; from < whole.length; from += piece) {
          int[] some = new int[Math.min(piece, whole.length - from)];
          stream.next(some, some.length);
          assertThat(some).isEqualTo(Arrays.copyOfRange(whole, from, from + some.length));
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 1535, 1536, 1537, 2048, 2049, 6000})
  void wordsInPieces_areTheSameStream(int length) {
    int[] expected = new int[length];
    int[] words = new int[length];
    byte[] bytes = new byte[ResidueStream.MAX_WORDS * Integer.BYTES];
    try (ResidueStream stream = stream(CipherSuite.AES)) {
      stream.fill(ID, expected, length);
      stream.begin(ID, length);
      for (int from = 0; from < length; from += ResidueStream.MAX_WORDS) {
        int some = Math.min(ResidueStream.MAX_WORDS, length - from);
        stream.nextWords(bytes, some);
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().get(words, from, some);
      }
    }
    assertThat(words).isEqualTo(expected);
  }

  @Test
  void wordsAreReadInWholeSegments_butForTheLast() {
    byte[] bytes = new byte[ResidueStream.MAX_WORDS * Integer.BYTES];
    try (ResidueStream stream = stream(CipherSuite.AES)) {
      stream.begin(ID, 5000);
      assertThatThrownBy(() -> stream.nextWords(bytes, 1024))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> stream.nextWords(new byte[6144], 2048))
          .isInstanceOf(IllegalArgumentException.class);
      stream.nextWords(bytes, 2048);
    }
  }

  /** Three words of 2²⁴ are rejected: in every part of a segment. */
  @ParameterizedTest
  @ValueSource(ints = {Field24.P, Field24.P + 1, 0xffffff})
  void aRejectedWord_isRedrawnFromItsOwnPosition(int rejected) {
    for (int position : new int[] {0, 1535, 2048, 9_000}) {
      ResidueStreamTest.FakeKeystream words =
          new ResidueStreamTest.FakeKeystream().word(7, keystreamIndex(position), rejected);
      ResidueStreamTest.FakeKeystream redraws =
          new ResidueStreamTest.FakeKeystream().word(7, 4L * position, 0xff001234);
      ResidueStream stream = new ResidueStream(ResidueField.P24, words, redraws);
      int[] residues = new int[10_000];
      stream.fill(7, residues, residues.length);
      assertThat(residues[position]).isEqualTo(0x1234);
      int[] sums = new int[residues.length];
      Arrays.fill(sums, 5);
      sums[position] = 5 + rejected - Field24.P;
      stream.addRedraws(7, sums, sums.length);
      assertThat(sums[position]).isEqualTo(0x1234 + 5);
      sums[position] = 5;
      assertThat(sums).containsOnly(5);
    }
  }

  private static long keystreamIndex(int position) {
    return position / 2048 * 1536L + position % 2048;
  }

  /** 2²⁴ words hold three on average that are rejected. */
  @Test
  void redraws_areReachedByOrdinaryMasks() {
    int length = 1 << 24;
    int[] residues = new int[length];
    byte[] bytes = new byte[ResidueStream.MAX_WORDS * Integer.BYTES];
    int rejected = 0;
    try (ResidueStream stream = stream(CipherSuite.AES)) {
      stream.fill(2, residues, length);
      stream.begin(2, length);
      for (int from = 0; from < length; from += ResidueStream.MAX_WORDS) {
        stream.nextWords(bytes, ResidueStream.MAX_WORDS);
        ByteBuffer words = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < ResidueStream.MAX_WORDS; i++) {
          int word = words.getInt(4 * i);
          if (word >= Field24.P) {
            rejected++;
            assertThat(residues[from + i]).isNotEqualTo(word - Field24.P);
          } else if (word != residues[from + i]) {
            throw new AssertionError("residue " + (from + i) + " is not its word");
          }
        }
      }
    }
    assertThat(rejected).isBetween(1, 12);
    assertThat(Field24.allCanonical(residues, 0, length)).isTrue();
    // with a fixed key, so that the outcome is a constant; six standard deviations either side
    assertThat(chiSquare(residues, r -> r >>> 16)).as("high bits").isBetween(120.0, 390.0);
    assertThat(chiSquare(residues, r -> r & 255)).as("low bits").isBetween(120.0, 390.0);
    assertThat(chiSquare(residues, r -> r >>> 8 & 255)).as("middle").isBetween(120.0, 390.0);
  }

  /** Neither field's masks tell anything of the other's. */
  @ParameterizedTest
  @EnumSource
  void theFields_shareNoKeyStream(CipherSuite suite) {
    try (SecretKey zeros = SecretKey.copyOf(new byte[SecretKey.BYTES]);
        PassKey pass = PassKey.of(zeros, suite)) {
      Set<SecretKey> keys = new HashSet<>();
      for (ResidueField field : ResidueField.values()) {
        keys.add(pass.maskKey(field));
        keys.add(pass.redrawKey(field));
      }
      assertThat(keys).hasSize(4);
      MaskGenerator masks = new MaskGenerator(pass, TestSecrets.ACCESS);
      int[] wide = new int[3000];
      int[] narrow = new int[3000];
      masks.fill(0, ResidueField.P31, wide, wide.length);
      masks.fill(0, ResidueField.P24, narrow, narrow.length);
      int equal = 0;
      for (int i = 0; i < wide.length; i++) {
        equal += (wide[i] & 0xffffff) == narrow[i] ? 1 : 0;
      }
      assertThat(equal).isZero();
    }
  }

  @Test
  void masksOfOtherTensorsAndPasses_shareNoResidueByPosition() {
    try (SecretKey zeros = SecretKey.copyOf(new byte[SecretKey.BYTES]);
        PassKey pass = PassKey.of(zeros, CipherSuite.AES);
        PassKey next = pass.next()) {
      int[] first = mask(pass, 0);
      assertThat(mask(pass, 0)).isEqualTo(first);
      for (int[] other : new int[][] {mask(pass, 1), mask(next, 0)}) {
        for (int i = 0; i < first.length; i++) {
          assertThat(other[i]).isNotEqualTo(first[i]);
        }
      }
    }
  }

  private static int[] mask(PassKey key, int tensor) {
    int[] mask = new int[3000];
    try (MaskGenerator masks = new MaskGenerator(key, TestSecrets.ACCESS)) {
      masks.fill(tensor, ResidueField.P24, mask, mask.length);
    }
    return mask;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 64, 207, 4098, 21_840})
  void packedWords_areTheSameAgain(int length) {
    int[] words = new SplittableRandom(length).ints(length, 0, 1 << 24).toArray();
    words[0] = 0xffffff;
    words[length - 1] = 0xfffffe;
    int[] packed = Words24.pack(words);
    assertThat(packed).hasSize(Words24.packedSize(length));
    assertThat(packed.length).isLessThanOrEqualTo((3 * length + 9) / 4);
    byte[] bytes = new byte[4 * Math.max(packed.length, (length + 3) / 4 * 4)];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().put(packed);
    Words24.unpack(bytes, length);
    int[] again = new int[length];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().get(again);
    assertThat(again).isEqualTo(words);
  }

  private static ResidueStream stream(CipherSuite suite) {
    return new ResidueStream(suite, ResidueField.P24, WORDS, REDRAWS);
  }

  private static double chiSquare(int[] residues, IntUnaryOperator bucketOf) {
    long[] counts = new long[256];
    for (int residue : residues) {
      counts[bucketOf.applyAsInt(residue)]++;
    }
    double expected = residues.length / 256.0;
    double sum = 0;
    for (long count : counts) {
      sum += (count - expected) * (count - expected) / expected;
    }
    return sum;
  }

  private static SecretKey key(int seed) {
    byte[] bytes = new byte[SecretKey.BYTES];
    bytes[0] = (byte) seed;
    return SecretKey.copyOf(bytes);
  }
}
