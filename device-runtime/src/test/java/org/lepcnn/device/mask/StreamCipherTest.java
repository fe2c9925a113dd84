/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.mask;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.SplittableRandom;
import javax.crypto.Cipher;
import javax.crypto.spec.ChaCha20ParameterSpec;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.lepcnn.device.key.CipherSuite;
import org.lepcnn.device.key.SecretKey;
import org.lepcnn.device.key.TestSecrets;

class StreamCipherTest {
  private static final byte[] KEY = new byte[32];
  private static final long ID = 7;

  static {
    KEY[3] = 9;
  }

  /** As the package lays out its blocks, from the platform's ciphers. */
  private static byte[] reference(CipherSuite suite, byte[] plain) throws Exception {
    boolean aes = suite == CipherSuite.AES;
    Cipher cipher = Cipher.getInstance(aes ? "AES/CTR/NoPadding" : "ChaCha20");
    if (aes) {
      byte[] first = ByteBuffer.allocate(16).putLong(ID).putLong(0).array();
      cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(KEY, "AES"), new IvParameterSpec(first));
    } else {
      byte[] nonce =
          ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN).putInt(0).putLong(ID).array();
      cipher.init(
          Cipher.ENCRYPT_MODE,
          new SecretKeySpec(KEY, "ChaCha20"),
          new ChaCha20ParameterSpec(nonce, 0));
    }
    return cipher.doFinal(plain);
  }

  @ParameterizedTest
  @EnumSource
  void pieces_makeTheStream_whereverTheyLie(CipherSuite suite) throws Exception {
    byte[] plain = new byte[100_003];
    new SplittableRandom(4).nextBytes(plain);
    byte[] expected = reference(suite, plain);
    try (StreamCipher cipher = new StreamCipher(suite, SecretKey.copyOf(KEY), TestSecrets.ACCESS)) {
      for (int piece : new int[] {StreamCipher.UNIT_BYTES, 49_152, 65_536}) {
        byte[] sealed = new byte[plain.length + 5];
        cipher.begin(ID);
        for (int from = 0; from < plain.length; from += piece) {
          cipher.apply(plain, from, Math.min(piece, plain.length - from), sealed, from + 5);
        }
        assertThat(Arrays.copyOfRange(sealed, 5, sealed.length)).isEqualTo(expected);
      }
      cipher.begin(ID);
      byte[] opened = new byte[64];
      cipher.apply(expected, 0, 64, opened, 0);
      assertThat(opened).isEqualTo(Arrays.copyOf(plain, 64));
    }
  }

  @ParameterizedTest
  @EnumSource
  void aClosedCipher_hasNoKey_untilItGetsAnother(CipherSuite suite) throws Exception {
    StreamCipher cipher =
        new StreamCipher(suite, SecretKey.copyOf(new byte[32]), TestSecrets.ACCESS);
    cipher.begin(ID);
    cipher.close();
    assertThatThrownBy(() -> cipher.begin(ID)).isInstanceOf(IllegalStateException.class);
    cipher.rekey(SecretKey.copyOf(KEY));
    cipher.begin(ID);
    byte[] sealed = new byte[64];
    cipher.apply(new byte[64], 0, 64, sealed, 0);
    assertThat(sealed).isEqualTo(reference(suite, new byte[64]));
    cipher.close();
  }
}
