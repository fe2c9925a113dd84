/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.mask;

import java.lang.invoke.MethodHandles;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.lepcnn.device.key.CipherSuite;
import org.lepcnn.device.key.SecretAccess;
import org.lepcnn.device.key.SecretKey;

/**
 * AES-256-CTR of zeros with the counter block id ‖ block number. The Java platform's counter is one
 * 128-bit number; no stream comes near 2⁶⁴ blocks, so the id's half never changes.
 */
final class AesCtrKeystream implements Keystream {
  private static final int BLOCK_BYTES = 16;
  private static final byte[] ZEROS = new byte[ResidueStream.SEGMENT_BYTES];
  private static final javax.crypto.SecretKey NO_KEY = new SecretKeySpec(new byte[32], "AES");

  private static final SecretAccess ACCESS = SecretAccess.of(MethodHandles.lookup());

  private final Cipher cipher;
  private final CounterBlock counter = new CounterBlock();
  private javax.crypto.@Nullable SecretKey key; // null once closed: the cipher refuses it
  private boolean cipherHasKey;

  AesCtrKeystream(SecretKey key) {
    this.key = key.toCipherKey(CipherSuite.AES, ACCESS);
    try {
      cipher = Cipher.getInstance("AES/CTR/NoPadding");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("The Java platform lacks AES in counter mode", e);
    }
  }

  @Override
  public void rekey(SecretKey newKey) {
    key = newKey.toCipherKey(CipherSuite.AES, ACCESS);
  }

  @Override
  public void seek(long id, long block) {
    cipherHasKey = true;
    counter.set(id, block);
    try {
      cipher.init(Cipher.ENCRYPT_MODE, key, counter);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES-256 in counter mode refuses its key", e);
    }
  }

  @Override
  public void read(byte[] out, int length) {
    apply(ZEROS, 0, length, out, 0);
  }

  @Override
  public void apply(byte[] in, int from, int length, byte[] out, int at) {
    try {
      int written = cipher.update(in, from, length, out, at);
      if (written != length) {
        throw new IllegalStateException(
            "AES in counter mode: expected " + length + " bytes; found " + written + ".");
      }
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES in counter mode refuses a segment", e);
    }
  }

  /** The first counter block: one object for all of them. */
  private static final class CounterBlock extends IvParameterSpec {
    private final ByteBuffer value = ByteBuffer.allocate(BLOCK_BYTES);

    CounterBlock() {
      super(new byte[BLOCK_BYTES]);
    }

    void set(long id, long block) {
      value.putLong(0, id).putLong(Long.BYTES, block);
    }

    @Override
    public byte[] getIV() {
      return value.array().clone();
    }
  }

  /** Forgets the key, also inside the cipher. */
  @Override
  public void close() {
    if (cipherHasKey) {
      key = NO_KEY;
      seek(0, 0);
      cipherHasKey = false;
    }
    key = null;
  }
}
