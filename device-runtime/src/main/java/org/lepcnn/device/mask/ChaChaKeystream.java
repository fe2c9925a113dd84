/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.mask;

import java.lang.invoke.MethodHandles;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import javax.crypto.spec.ChaCha20ParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.lepcnn.device.key.CipherSuite;
import org.lepcnn.device.key.SecretAccess;
import org.lepcnn.device.key.SecretKey;

/**
 * ChaCha20 of zeros by the Java platform, with block number and id in counter and nonce as the
 * package lays them out. Reads may not go beyond a multiple of 2³² blocks, where the platform's
 * counter ends; no tensor comes near.
 */
final class ChaChaKeystream implements Keystream {
  private static final int NONCE_BYTES = 12;
  private static final byte[] ZEROS = new byte[ResidueStream.SEGMENT_BYTES];
  private static final javax.crypto.SecretKey NO_KEY =
      new SecretKeySpec(new byte[SecretKey.BYTES], "ChaCha20");

  private static final SecretAccess ACCESS = SecretAccess.of(MethodHandles.lookup());

  final Cipher cipher;
  private final ByteBuffer nonce = ByteBuffer.allocate(NONCE_BYTES).order(ByteOrder.LITTLE_ENDIAN);
  private javax.crypto.@Nullable SecretKey key; // null once closed
  private boolean cipherHasKey;

  ChaChaKeystream(SecretKey key) {
    this.key = key.toCipherKey(CipherSuite.CHACHA, ACCESS);
    try {
      cipher = Cipher.getInstance("ChaCha20");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("The Java platform lacks ChaCha20", e);
    }
  }

  @Override
  public void rekey(SecretKey newKey) {
    key = newKey.toCipherKey(CipherSuite.CHACHA, ACCESS);
  }

  @Override
  public void seek(long id, long block) {
    requireKey();
    int high = (int) (block >>> Integer.SIZE);
    if (nonce.getInt(0) == high && nonce.getLong(Integer.BYTES) == id) {
      // the platform refuses the nonce of the last stream under its key
      forgetKey();
    }
    nonce.putInt(0, high).putLong(Integer.BYTES, id);
    cipherHasKey = true;
    try {
      cipher.init(Cipher.ENCRYPT_MODE, key, new ChaCha20ParameterSpec(nonce.array(), (int) block));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("ChaCha20 refuses its key", e);
    }
  }

  @Override
  public void read(byte[] out, int length) {
    apply(ZEROS, 0, length, out, 0);
  }

  @Override
  public void apply(byte[] in, int from, int length, byte[] out, int at) {
    requireKey();
    try {
      int written = cipher.update(in, from, length, out, at);
      if (written != length) {
        throw new IllegalStateException(
            "ChaCha20: expected " + length + " bytes; found " + written + ".");
      }
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("ChaCha20 refuses a segment", e);
    }
  }

  private void requireKey() {
    if (key == null) {
      throw new IllegalStateException("This key stream has no key any more.");
    }
  }

  /** Forgets the key, also inside the cipher. */
  @Override
  public void close() {
    forgetKey();
    key = null;
  }

  private void forgetKey() {
    if (cipherHasKey) {
      try {
        cipher.init(Cipher.ENCRYPT_MODE, NO_KEY); // under a nonce of the platform's choice
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("ChaCha20 refuses a key", e);
      }
      cipherHasKey = false;
    }
  }
}
