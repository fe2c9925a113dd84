/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.mask;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.lepcnn.device.key.CipherSuite;
import org.lepcnn.device.key.SecretKey;

/** {@link ChaChaBlocks} is the oracle, and the RFC's vectors that of both. */
class ChaChaKeystreamTest {
  private static final int BLOCK = ChaChaBlocks.BLOCK_BYTES;
  private static final byte[] KEY = sequence();

  /** RFC 8439, 2.3.2 and A.1: key, counter, nonce, block. */
  @ParameterizedTest
  @CsvSource({
    "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f, 1, 000000090000004a00000000,"
        + " 10f1e7e4d13b5915500fdd1fa32071c4c7d1f4c733c068030422aa9ac3d46c4e"
        + "d2826446079faa0914c2d705d98b02a2b5129cd1de164eb9cbd083e8a2503c4e",
    "0000000000000000000000000000000000000000000000000000000000000000, 0, 000000000000000000000000,"
        + " 76b8e0ada0f13d90405d6ae55386bd28bdd219b8a08ded1aa836efcc8b770dc7"
        + "da41597c5157488d7724e03fb8d84a376a43b8f41518a11cc387b669b2ee6586",
    "0000000000000000000000000000000000000000000000000000000000000000, 1, 000000000000000000000000,"
        + " 9f07e7be5551387a98ba977c732d080dcb0f29a048e3656912c6533e32ee7aed"
        + "29b721769ce64e43d57133b074d839d531ed1f28510afb45ace10a1f4b794d6f",
    "0000000000000000000000000000000000000000000000000000000000000001, 1, 000000000000000000000000,"
        + " 3aeb5224ecf849929b9d828db1ced4dd832025e8018b8160b82284f3c949aa5a"
        + "8eca00bbb4a73bdad192b5c42f73f2fd4e273644c8b36125a64addeb006c13a0",
    "00ff000000000000000000000000000000000000000000000000000000000000, 2, 000000000000000000000000,"
        + " 72d54dfbf12ec44b362692df94137f328fea8da73990265ec1bbbea1ae9af0ca"
        + "13b25aa26cb4a648cb9b9d1be65b2c0924a66c54d545ec1b7374f4872e99f096",
    "0000000000000000000000000000000000000000000000000000000000000000, 0, 000000000000000000000002,"
        + " c2c64d378cd536374ae204b9ef933fcd1a8b2288b3dfa49672ab765b54ee27c7"
        + "8a970e0e955c14f3a88e741b97c286f75f8fc299e8148362fa198a39531bed6d"
  })
  void blocks_areThoseOfTheRfc(String key, int counter, String nonce, String block) {
    ByteBuffer words =
        ByteBuffer.wrap(HexFormat.of().parseHex(nonce)).order(ByteOrder.LITTLE_ENDIAN);
    long number = (long) words.getInt(0) << 32 | counter;
    ChaChaKeystream keystream = new ChaChaKeystream(SecretKey.copyOf(HexFormat.of().parseHex(key)));
    keystream.seek(words.getLong(4), number);
    byte[] out = new byte[ResidueStream.SEGMENT_BYTES];
    keystream.read(out, BLOCK);
    assertThat(HexFormat.of().formatHex(out, 0, BLOCK)).isEqualTo(block);
    keystream.seek(words.getLong(4), number);
    keystream.read(out, out.length);
    assertThat(HexFormat.of().formatHex(out, 0, BLOCK)).as("in a long read").isEqualTo(block);
    byte[] oracle =
        expected(HexFormat.of().parseHex(key), words.getLong(4), number, out.length / BLOCK);
    assertThat(out).isEqualTo(oracle);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 8, 9, 15, 16, 17, 31, 32, 33, 100, 127, 128})
  void readsOfAnyLength_areTheBlocksOfTheRfc(int blocks) {
    for (long start : new long[] {0, 1, 5, 1 << 20, 0x7fff_fff0L, 0x1_0000_0000L, -500L}) {
      for (long id : new long[] {0, 3, 0x8000_0001L, 0x0102030405060708L, -1}) {
        ChaChaKeystream keystream = new ChaChaKeystream(SecretKey.copyOf(KEY));
        keystream.seek(id, start);
        byte[] out = new byte[ResidueStream.SEGMENT_BYTES];
        keystream.read(out, blocks * BLOCK);
        byte[] expected = expected(id, start, blocks);
        assertThat(Arrays.copyOf(out, expected.length)).isEqualTo(expected);
        assertThat(out[out.length - 1] == 0 || blocks * BLOCK == out.length).isTrue();
      }
    }
  }

  /** Not within a read, but between two. */
  @Test
  void aStreamGoesOn_whereTheLowerWordOfTheBlockNumberWraps() {
    for (long high : new long[] {0, 1, 0xffff_fffeL}) {
      long wrap = (high + 1) << 32;
      ChaChaKeystream keystream = new ChaChaKeystream(SecretKey.copyOf(KEY));
      byte[] out = new byte[3 * BLOCK];
      keystream.seek(9, wrap - 3);
      keystream.read(out, out.length);
      assertThat(out).isEqualTo(expected(9, wrap - 3, 3));
      keystream.seek(9, wrap);
      keystream.read(out, out.length);
      assertThat(out).isEqualTo(expected(9, wrap, 3));
    }
  }

  /** The platform refuses a nonce that it had last; a stream is begun again all the same. */
  @Test
  void aStream_isEnteredAgainAndAgain_atAnyBlock() {
    ChaChaKeystream keystream = new ChaChaKeystream(SecretKey.copyOf(KEY));
    byte[] out = new byte[BLOCK];
    for (long block : new long[] {0, 0, 5, 2, 2, 1L << 32, 1L << 32, 0}) {
      for (long id : new long[] {7, 7, 0}) {
        keystream.seek(id, block);
        keystream.read(out, BLOCK);
        assertThat(out).isEqualTo(expected(id, block, 1));
      }
    }
  }

  @Test
  void readsInPieces_areOneStream() {
    ChaChaKeystream keystream = new ChaChaKeystream(SecretKey.copyOf(KEY));
    keystream.seek(4, 77);
    byte[] expected = expected(4, 77, 128);
    int at = 0;
    for (int blocks : new int[] {1, 3, 16, 17, 40, 51}) {
      byte[] piece = new byte[blocks * BLOCK];
      keystream.read(piece, piece.length);
      assertThat(piece).isEqualTo(Arrays.copyOfRange(expected, at, at + piece.length));
      at += piece.length;
    }
    assertThat(at).isEqualTo(expected.length);
  }

  @Test
  void aClosedKeystream_holdsNoKey_andGoesOnWithAnotherOne() {
    ChaChaKeystream keystream = new ChaChaKeystream(SecretKey.copyOf(new byte[32]));
    keystream.close();
    assertThatThrownBy(() -> keystream.seek(7, 0)).isInstanceOf(IllegalStateException.class);
    keystream.rekey(SecretKey.copyOf(KEY));
    keystream.seek(7, 0);
    byte[] out = new byte[BLOCK];
    keystream.read(out, BLOCK);
    assertThat(out).isEqualTo(expected(7, 0, 1));
  }

  @Test
  void aKeystreamThatWasClosedInTheMiddle_yieldsNothing() {
    ChaChaKeystream keystream = new ChaChaKeystream(SecretKey.copyOf(KEY));
    keystream.seek(7, 0);
    keystream.close();
    assertThatThrownBy(() -> keystream.read(new byte[BLOCK], BLOCK))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void theSuitesKeystream_isThisOne() {
    assertThat(Keystream.of(CipherSuite.CHACHA, SecretKey.copyOf(KEY)))
        .isInstanceOf(ChaChaKeystream.class);
    assertThat(Keystream.of(CipherSuite.AES, SecretKey.copyOf(KEY)))
        .isInstanceOf(AesCtrKeystream.class);
  }

  private static byte[] expected(long id, long block, int blocks) {
    return expected(KEY, id, block, blocks);
  }

  static byte[] expected(byte[] key, long id, long block, int blocks) {
    int[] state = new int[ChaChaBlocks.WORDS];
    ChaChaBlocks.begin(state, ByteBuffer.wrap(key).order(ByteOrder.LITTLE_ENDIAN));
    ChaChaBlocks.seek(state, id, block);
    byte[] out = new byte[blocks * BLOCK];
    ChaChaBlocks.blocks(state, out, 0, out.length);
    return out;
  }

  private static byte[] sequence() {
    byte[] key = new byte[32];
    for (int i = 0; i < key.length; i++) {
      key[i] = (byte) (i * 7 + 1);
    }
    return key;
  }
}
