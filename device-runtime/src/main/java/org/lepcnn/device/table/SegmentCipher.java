/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.table;

import java.lang.invoke.MethodHandles;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.spec.AlgorithmParameterSpec;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.IvParameterSpec;
import org.lepcnn.device.key.CipherSuite;
import org.lepcnn.device.key.SecretAccess;
import org.lepcnn.device.key.SecretKey;

/**
 * The authenticated cipher of a suite, for one segment after the other: AES-256-GCM or
 * ChaCha20-Poly1305 of the Java platform. Not thread-safe.
 */
final class SegmentCipher {
  static final int TAG_BYTES = 16;

  private static final int NONCE_BYTES = 12;
  private static final SecretAccess ACCESS = SecretAccess.of(MethodHandles.lookup());

  final Cipher platform;
  private final CipherSuite suite;
  private final javax.crypto.SecretKey noKey;
  private final ByteBuffer nonce = ByteBuffer.allocate(NONCE_BYTES);

  /** Of the segment that was begun last; −1 for none. */
  private long lastOrdinal = -1;

  SegmentCipher(CipherSuite suite) {
    this.suite = suite;
    try (SecretKey zeros = SecretKey.copyOf(new byte[SecretKey.BYTES])) {
      noKey = zeros.toCipherKey(suite, ACCESS);
    }
    try {
      platform = Cipher.getInstance(transformation(suite));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("The Java platform lacks " + transformation(suite), e);
    }
  }

  private static String transformation(CipherSuite suite) {
    return switch (suite) {
      case AES -> "AES/GCM/NoPadding";
      case CHACHA -> "ChaCha20-Poly1305";
    };
  }

  /**
   * Begins to seal or open a segment.
   *
   * @param mode of {@link Cipher}
   * @param ordinal the number of the segment in its file, which is its nonce
   * @param data the first {@code length} bytes are associated
   */
  void begin(int mode, javax.crypto.SecretKey key, long ordinal, byte[] data, int length)
      throws GeneralSecurityException {
    if (ordinal == lastOrdinal && mode == Cipher.DECRYPT_MODE) {
      // the platform's ChaCha20 does not open a segment twice in a row
      forgetKey();
    }
    nonce.putLong(NONCE_BYTES - Long.BYTES, ordinal);
    platform.init(mode, key, parameters());
    lastOrdinal = ordinal;
    platform.updateAAD(data, 0, length);
  }

  private AlgorithmParameterSpec parameters() {
    return switch (suite) {
      case AES -> new GCMParameterSpec(TAG_BYTES * Byte.SIZE, nonce.array());
      case CHACHA -> new IvParameterSpec(nonce.array());
    };
  }

  /** Seals or opens all of the segment that was begun; returns the bytes that it wrote. */
  int end(byte[] in, int length, byte[] out, int at) throws GeneralSecurityException {
    return platform.doFinal(in, 0, length, out, at);
  }

  /** Erases the keys inside the platform's cipher. */
  void forgetKey() throws GeneralSecurityException {
    // for sealing, under a nonce of the platform's choice: it keeps the last key that sealed, so
    // as to refuse the same key and nonce, until another one seals
    platform.init(Cipher.ENCRYPT_MODE, noKey);
  }
}
