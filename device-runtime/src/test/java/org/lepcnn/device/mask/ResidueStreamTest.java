/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.mask;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.crypto.Cipher;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lepcnn.core.field.Field31;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.device.key.CipherSuite;
import org.lepcnn.device.key.SecretKey;
import org.lepcnn.device.key.TestSecrets;

class ResidueStreamTest {
  private static final SecretKey WORDS = SecretKey.copyOf(new byte[32]);
  private static final SecretKey REDRAWS = WORDS.derive("other");

  /** Yields zero bytes but for the words set; block n of the stream is bytes 16n … 16n + 15. */
  static final class FakeKeystream implements Keystream {
    private static final int BLOCK_BYTES = 16;

    private final List<long[]> words = new ArrayList<>();
    final List<Integer> lengths = new ArrayList<>();
    final List<long[]> seeks = new ArrayList<>();
    final List<byte[]> buffers = new ArrayList<>();
    final List<SecretKey> keys = new ArrayList<>();
    private long id;
    private long position;

    FakeKeystream word(long wordId, long index, int value) {
      words.add(new long[] {wordId, index, value});
      return this;
    }

    @Override
    public void seek(long streamId, long block) {
      id = streamId;
      position = block * BLOCK_BYTES;
      seeks.add(new long[] {streamId, block});
    }

    @Override
    public void apply(byte[] in, int from, int length, byte[] out, int at) {
      throw new IllegalStateException("A residue stream applies nothing.");
    }

    @Override
    public void read(byte[] out, int length) {
      lengths.add(length);
      buffers.add(out);
      Arrays.fill(out, 0, length, (byte) 0);
      ByteBuffer bytes = ByteBuffer.wrap(out).order(ByteOrder.LITTLE_ENDIAN);
      for (long[] word : words) {
        long at = word[1] * 4 - position;
        if (word[0] == id && at >= 0 && at < length) {
          bytes.putInt((int) at, (int) word[2]);
        }
      }
      position += length;
    }

    @Override
    public void rekey(SecretKey key) {
      keys.add(key);
    }

    @Override
    public void close() {
      words.clear();
    }

    boolean isClosed() {
      return words.isEmpty();
    }

    void requireErasedBuffers() {
      assertThat(buffers).isNotEmpty();
      for (byte[] buffer : buffers) {
        assertThat(buffer).containsOnly(0);
      }
    }
  }

  @Test
  void aWordEqualToP_isRedrawnFromItsOwnPosition() {
    int position = 16_390; // in the second segment
    FakeKeystream words = new FakeKeystream().word(7, position, Field31.P).word(7, 3, -1);
    FakeKeystream redraws =
        new FakeKeystream().word(7, 4L * position, 1234).word(7, 4 * 3, 0x80000005);
    int[] residues = new int[16_400];
    new ResidueStream(ResidueField.P31, words, redraws).fill(7, residues, residues.length);
    assertThat(residues[position]).isEqualTo(1234);
    assertThat(residues[3]).as("-1 has all bits of p").isEqualTo(5);
    residues[position] = 0;
    residues[3] = 0;
    assertThat(residues).containsOnly(0);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 13, 1024, 4096, 5000})
  void readPieceByPiece_itIsTheSameStream_redrawsIncluded(int piece) {
    FakeKeystream words = new FakeKeystream();
    FakeKeystream redraws = new FakeKeystream();
    for (int position : new int[] {0, 1023, 1024, 4095, 4096, 9_999}) {
      words.word(7, position, Field31.P);
      redraws.word(7, 4L * position, 100 + position);
    }
    int[] whole = new int[10_000];
    ResidueStream stream = new ResidueStream(ResidueField.P31, words, redraws);
    stream.fill(7, whole, whole.length);
    stream.begin(7, whole.length);
    for (int from = 0; from < whole.length; from += piece) {
      int[] some = new int[Math.min(piece, whole.length - from)];
      stream.next(some, some.length);
      assertThat(some).isEqualTo(Arrays.copyOfRange(whole, from, from + some.length));
    }
    assertThat(whole[4096]).isEqualTo(4196);
    assertThatThrownBy(() -> stream.next(new int[1], 1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** What a caller makes of the words and of the redraws is the stream. */
  @ParameterizedTest
  @ValueSource(ints = {16, 48, 1024, 2048})
  void wordsWithTheirRedrawsAdded_areTheSameStream(int piece) {
    FakeKeystream words = new FakeKeystream();
    FakeKeystream redraws = new FakeKeystream();
    for (int position : new int[] {0, 1023, 4096, 9_999}) {
      words.word(7, position, position % 2 == 0 ? Field31.P : -1);
      redraws.word(7, 4L * position, position == 0 ? Field31.P - 1 : position);
    }
    words.word(7, 5, 0x8000_0003);
    int[] expected = new int[10_000];
    ResidueStream stream = new ResidueStream(ResidueField.P31, words, redraws);
    stream.fill(7, expected, expected.length);
    int[] sums = new int[expected.length];
    byte[] bytes = new byte[4 * piece];
    stream.begin(7, sums.length);
    for (int from = 0; from < sums.length; from += piece) {
      int some = Math.min(piece, sums.length - from);
      stream.nextWords(bytes, some);
      for (int i = 0; i < some; i++) {
        int word = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(4 * i) & Field31.P;
        sums[from + i] = Field31.add(word == Field31.P ? 0 : word, 2);
      }
    }
    stream.end();
    stream.addRedraws(7, sums, sums.length);
    assertThat(sums).isEqualTo(Arrays.stream(expected).map(r -> Field31.add(r, 2)).toArray());
    assertThat(expected).startsWith(Field31.P - 1, 0, 0, 0, 0, 3);
    assertThatThrownBy(() -> stream.nextWords(bytes, 1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void wordsAreReadInWholeUnits_butForTheLast() {
    FakeKeystream words = new FakeKeystream().word(3, 16, 44).word(3, 17, 55);
    ResidueStream stream = new ResidueStream(ResidueField.P31, words, new FakeKeystream());
    byte[] bytes = new byte[64];
    stream.begin(3, 18);
    assertThatThrownBy(() -> stream.nextWords(bytes, 12)).hasMessageContaining("12 words");
    assertThatThrownBy(() -> stream.nextWords(bytes, 18)).hasMessageContaining("64 bytes");
    assertThatThrownBy(() -> stream.nextWords(new byte[128], 32))
        .as("more than are left, in whole units")
        .hasMessageContaining("expected 0 to 18; found 32");
    assertThatThrownBy(() -> stream.nextWords(bytes, -16))
        .isInstanceOf(IllegalArgumentException.class);
    stream.nextWords(bytes, 16);
    stream.nextWords(bytes, 2);
    assertThat(bytes).startsWith(44, 0, 0, 0, 55, 0, 0, 0);
    stream.begin(3, 18);
    stream.next(new int[1], 1);
    assertThatThrownBy(() -> stream.nextWords(bytes, 16))
        .hasMessageContaining("17 words read ahead");
  }

  @Test
  void aWordEqualToP_isRedrawn_besideWordsThatHaveEveryOtherBit() {
    FakeKeystream words = new FakeKeystream().word(7, 0, Field31.P - 1).word(7, 1, Field31.P);
    FakeKeystream redraws = new FakeKeystream().word(7, 4, 1234);
    int[] residues = new int[3];
    new ResidueStream(ResidueField.P31, words, redraws).fill(7, residues, 3);
    assertThat(residues).containsExactly(Field31.P - 1, 1234, 0);
  }

  @Test
  void aRedrawEqualToP_isRedrawnAgain() {
    FakeKeystream words = new FakeKeystream().word(1, 2, Field31.P);
    FakeKeystream redraws =
        new FakeKeystream()
            .word(1, 4 * 2, Field31.P)
            .word(1, 4 * ((1L << 32) + 2), -1)
            .word(1, 4 * ((2L << 32) + 2), 99);
    int[] residues = new int[3];
    new ResidueStream(ResidueField.P31, words, redraws).fill(1, residues, 3);
    assertThat(residues).containsExactly(0, 0, 99);
    assertThat(redraws.seeks)
        .containsExactly(
            new long[] {1, 2}, new long[] {1, (1L << 32) + 2}, new long[] {1, (2L << 32) + 2});
  }

  @Test
  void theLargestResidue_isKept() {
    FakeKeystream words = new FakeKeystream().word(0, 0, Field31.P - 1);
    FakeKeystream redraws = new FakeKeystream();
    int[] residues = new int[1];
    new ResidueStream(ResidueField.P31, words, redraws).fill(0, residues, 1);
    assertThat(residues).containsExactly(Field31.P - 1);
    assertThat(redraws.seeks).isEmpty();
  }

  @Test
  void noCipherCall_isLargerThan64KiB() {
    FakeKeystream words = new FakeKeystream();
    int[] residues = new int[100_001];
    new ResidueStream(ResidueField.P31, words, new FakeKeystream())
        .fill(0, residues, residues.length);
    assertThat(words.lengths).allSatisfy(n -> assertThat(n).isBetween(64, 64 << 10));
    assertThat(words.lengths.stream().mapToInt(n -> n).sum()).isBetween(400_004, 400_067);
    assertThat(words.seeks).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 13, 207, 4098, 16_383, 16_384, 16_385, 70_001})
  void residues_areTheSpecifiedAesBlocks(int length) throws Exception {
    long id = 0x0102030405060708L;
    int[] residues = new int[length + 2];
    Arrays.fill(residues, -7);
    try (ResidueStream stream =
        new ResidueStream(CipherSuite.AES, ResidueField.P31, WORDS, REDRAWS)) {
      stream.fill(id, residues, length);
    }
    Cipher block = Cipher.getInstance("AES/ECB/NoPadding");
    block.init(Cipher.ENCRYPT_MODE, WORDS.toCipherKey(CipherSuite.AES, TestSecrets.ACCESS));
    for (int j = 0; j < length; j++) {
      byte[] counter = ByteBuffer.allocate(16).putLong(id).putLong(j / 4).array();
      byte[] stream = block.doFinal(counter);
      int word = ByteBuffer.wrap(stream).order(ByteOrder.LITTLE_ENDIAN).getInt(j % 4 * 4);
      assertThat(residues[j]).isEqualTo(word & Field31.P);
    }
    assertThat(residues[length]).as("nothing is written behind the end").isEqualTo(-7);
  }

  @Test
  void moreThanAreLeft_isRefused_andTheErrorSaysHowManyAre() {
    ResidueStream stream =
        new ResidueStream(ResidueField.P31, new FakeKeystream(), new FakeKeystream());
    stream.begin(3, 6);
    stream.next(new int[4], 4);
    assertThatThrownBy(() -> stream.next(new int[9], 3))
        .hasMessageContaining("expected 0 to 2; found 3");
  }

  @Test
  void theBuffer_isErasedWhenAStreamHasEnded() {
    FakeKeystream words = new FakeKeystream().word(7, 0, 1).word(7, 4_999, 2);
    ResidueStream stream = new ResidueStream(ResidueField.P31, words, new FakeKeystream());
    int[] residues = new int[5_000];
    stream.fill(7, residues, residues.length);
    assertThat(residues[4_999]).isEqualTo(2);
    words.requireErasedBuffers();
    stream.addRedraws(7, residues, residues.length);
    words.requireErasedBuffers();
    stream.begin(7, 5_000);
    stream.next(residues, 10);
    stream.end();
    words.requireErasedBuffers();
  }

  @Test
  void closing_forgetsBothKeys_andErasesWhatWasDrawn_inTheMiddleOfAStreamToo() {
    FakeKeystream words = new FakeKeystream().word(7, 0, Field31.P).word(7, 1, 5);
    FakeKeystream redraws = new FakeKeystream().word(7, 0, 1234);
    ResidueStream stream = new ResidueStream(ResidueField.P31, words, redraws);
    stream.begin(7, 100);
    stream.next(new int[1], 1);
    stream.close();
    words.requireErasedBuffers();
    redraws.requireErasedBuffers();
    assertThat(words.isClosed()).isTrue();
    assertThat(redraws.isClosed()).isTrue();
  }

  @Test
  void otherKeys_reachTheirOwnKeystreams() {
    FakeKeystream words = new FakeKeystream();
    FakeKeystream redraws = new FakeKeystream();
    new ResidueStream(ResidueField.P31, words, redraws).rekey(WORDS, REDRAWS);
    assertThat(words.keys).containsExactly(WORDS);
    assertThat(redraws.keys).containsExactly(REDRAWS);
  }

  /** A cipher that kept its key would go on with the stream of the pass that is over. */
  @Test
  void aClosedKeystream_keepsNoKeyInsideTheCipher() {
    byte[] closed = new byte[32];
    byte[] open = new byte[32];
    AesCtrKeystream one = new AesCtrKeystream(REDRAWS);
    AesCtrKeystream other = new AesCtrKeystream(REDRAWS);
    for (AesCtrKeystream keystream : List.of(one, other)) {
      keystream.seek(7, 0);
      keystream.read(new byte[16], 16);
    }
    one.close();
    one.read(closed, 32);
    other.read(open, 32);
    assertThat(closed).isNotEqualTo(open);
  }

  @Test
  void aClosedKeystream_goesOnWithAnotherKeyOnly() {
    AesCtrKeystream keystream = new AesCtrKeystream(WORDS);
    keystream.close();
    keystream.rekey(WORDS);
    keystream.seek(7, 0);
    keystream.close();
    assertThatThrownBy(() -> keystream.seek(7, 0)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void equalKeys_areRefused() {
    assertThatThrownBy(
            () -> new ResidueStream(CipherSuite.AES, ResidueField.P31, WORDS, WORDS.copy()))
        .isInstanceOf(IllegalArgumentException.class);
    try (ResidueStream stream =
        new ResidueStream(CipherSuite.AES, ResidueField.P31, WORDS, REDRAWS)) {
      assertThatThrownBy(() -> stream.rekey(REDRAWS, REDRAWS))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void lengthsBeyondTheArray_areRefused() {
    try (ResidueStream stream =
        new ResidueStream(CipherSuite.AES, ResidueField.P31, WORDS, REDRAWS)) {
      assertThatThrownBy(() -> stream.fill(0, new int[3], 4))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> stream.fill(0, new int[3], -1))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
