/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.mask;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.Cipher;
import javax.crypto.spec.ChaCha20ParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.lepcnn.device.SteadyState;
import org.lepcnn.device.key.CipherSuite;
import org.lepcnn.device.key.SecretKey;
import org.lepcnn.device.vector.ChaChaLoops;
import org.lepcnn.device.vector.VectorUnit;

/** The Java platform's cipher is the oracle, and the RFC's vectors that of both. */
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
    assertThat(HexFormat.of().formatHex(out, 0, BLOCK)).as("plain").isEqualTo(block);
    keystream.seek(words.getLong(4), number);
    keystream.read(out, out.length);
    assertThat(HexFormat.of().formatHex(out, 0, BLOCK)).as("in a long read").isEqualTo(block);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 8, 9, 15, 16, 17, 31, 32, 33, 100, 127, 128})
  void readsOfAnyLength_areThePlatformsStream(int blocks) throws Exception {
    for (long start : new long[] {0, 1, 5, 1 << 20, 0x7fff_fff0L, 0x1_0000_0000L, -500L}) {
      for (long id : new long[] {0, 3, 0x8000_0001L, 0x0102030405060708L, -1}) {
        ChaChaKeystream keystream = new ChaChaKeystream(SecretKey.copyOf(KEY));
        keystream.seek(id, start);
        byte[] out = new byte[ResidueStream.SEGMENT_BYTES];
        keystream.read(out, blocks * BLOCK);
        byte[] expected = platform(id, start, blocks);
        assertThat(Arrays.copyOf(out, expected.length)).isEqualTo(expected);
        assertThat(out[out.length - 1] == 0 || blocks * BLOCK == out.length).isTrue();
      }
    }
  }

  /** The lower word of the number wraps at each distance from the start of a read. */
  @Test
  void aStreamGoesOn_whereTheLowerWordOfTheBlockNumberWraps() throws Exception {
    byte[] out = new byte[40 * BLOCK];
    for (int before = 0; before <= 40; before++) {
      for (long high : new long[] {0, 1, 0xffff_ffffL}) {
        long start = (high << 32) + (1L << 32) - before;
        ChaChaKeystream keystream = new ChaChaKeystream(SecretKey.copyOf(KEY));
        keystream.seek(9, start);
        keystream.read(out, out.length);
        for (int block = 0; block < 40; block++) {
          assertThat(Arrays.copyOfRange(out, block * BLOCK, (block + 1) * BLOCK))
              .as("block %s of a read that starts %s before the wrap", block, before)
              .isEqualTo(platform(9, start + block, 1));
        }
      }
    }
  }

  @Test
  void readsInPieces_areOneStream() throws Exception {
    ChaChaKeystream keystream = new ChaChaKeystream(SecretKey.copyOf(KEY));
    keystream.seek(4, 77);
    byte[] expected = platform(4, 77, 128);
    int at = 0;
    for (int blocks : new int[] {1, 3, 16, 17, 40, 51}) {
      byte[] piece = new byte[blocks * BLOCK];
      keystream.read(piece, piece.length);
      assertThat(piece).isEqualTo(Arrays.copyOfRange(expected, at, at + piece.length));
      at += piece.length;
    }
    assertThat(at).isEqualTo(expected.length);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 8, 16, 24, 32, 128})
  void theVectorLoop_writesThePlainBlocks_andMovesAsFar(int blocks) {
    assumeTrue(VectorUnit.present(), VectorUnit.description());
    int[] one = state(3, 0xffff_ff00L);
    int[] other = one.clone();
    byte[] vector = new byte[blocks * BLOCK];
    byte[] plain = new byte[blocks * BLOCK];
    int done = ChaChaLoops.blocks(one, vector, vector.length);
    ChaChaBlocks.blocks(other, plain, 0, done);
    assertThat(done)
        .isGreaterThan(blocks * BLOCK - 16 * BLOCK - 1)
        .isLessThanOrEqualTo(blocks * BLOCK);
    assertThat(vector).isEqualTo(plain);
    assertThat(one).isEqualTo(other);
  }

  @Test
  void readsAllocateNothing_onceTheyAreCompiled() {
    ChaChaKeystream keystream = new ChaChaKeystream(SecretKey.copyOf(KEY));
    keystream.seek(1, 0);
    byte[] out = new byte[ResidueStream.SEGMENT_BYTES];
    long bytes =
        SteadyState.bytes(
            0,
            () -> {
              for (int i = 0; i < 100; i++) {
                keystream.read(out, out.length);
              }
            });
    assertThat(bytes).isZero();
  }

  @Test
  void aClosedKeystream_holdsNoKey_andGoesOnWithAnotherOne() throws Exception {
    ChaChaKeystream keystream = new ChaChaKeystream(SecretKey.copyOf(new byte[32]));
    keystream.close();
    assertThat(keystream.state).containsOnly(0);
    assertThatThrownBy(() -> keystream.seek(7, 0)).isInstanceOf(IllegalStateException.class);
    keystream.rekey(SecretKey.copyOf(KEY));
    keystream.seek(7, 0);
    byte[] out = new byte[BLOCK];
    keystream.read(out, BLOCK);
    assertThat(out).isEqualTo(platform(7, 0, 1));
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

  private static int[] state(long id, long block) {
    int[] state = new int[ChaChaBlocks.WORDS];
    ChaChaBlocks.begin(state, ByteBuffer.wrap(KEY).order(ByteOrder.LITTLE_ENDIAN));
    ChaChaBlocks.seek(state, id, block);
    return state;
  }

  /** Block by block, so that its 32-bit counter never runs out. */
  static byte[] platform(byte[] key, long id, long start, int blocks) throws Exception {
    byte[] out = new byte[blocks * BLOCK];
    for (int i = 0; i < blocks; i++) {
      long number = start + i;
      byte[] nonce =
          ByteBuffer.allocate(12)
              .order(ByteOrder.LITTLE_ENDIAN)
              .putInt((int) (number >>> 32))
              .putLong(id)
              .array();
      Cipher cipher = Cipher.getInstance("ChaCha20");
      cipher.init(
          Cipher.ENCRYPT_MODE,
          new SecretKeySpec(key, "ChaCha20"),
          new ChaCha20ParameterSpec(nonce, (int) number));
      System.arraycopy(cipher.doFinal(new byte[BLOCK]), 0, out, i * BLOCK, BLOCK);
    }
    return out;
  }

  private static byte[] platform(long id, long start, int blocks) throws Exception {
    return platform(KEY, id, start, blocks);
  }

  private static byte[] sequence() {
    byte[] key = new byte[32];
    for (int i = 0; i < key.length; i++) {
      key[i] = (byte) (i * 7 + 1);
    }
    return key;
  }
}
