/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.key;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * HKDF-SHA-256 of RFC 5869: extract a pseudorandom key, then expand it. A thread has one
 * authentication code for all its derivations; no key stays in it.
 */
final class Hkdf {
  static final int HASH_BYTES = 32;
  private static final String HMAC = "HmacSHA256";

  private static final SecretKeySpec ZEROS = new SecretKeySpec(new byte[HASH_BYTES], HMAC);
  private static final ThreadLocal<Mac> MACS = ThreadLocal.withInitial(Hkdf::newMac);

  private Hkdf() {}

  /**
   * Extract and expand.
   *
   * @param salt empty means 32 zeros, as the RFC says
   * @param lengthBytes 1 to 255 · 32
   */
  static byte[] derive(byte[] salt, byte[] inputKey, byte[] info, int lengthBytes) {
    byte[] pseudorandomKey = extract(salt, inputKey);
    try {
      return expand(pseudorandomKey, info, lengthBytes);
    } finally {
      Arrays.fill(pseudorandomKey, (byte) 0);
    }
  }

  static byte[] extract(byte[] salt, byte[] inputKey) {
    Mac mac = MACS.get();
    setKey(mac, salt.length == 0 ? ZEROS : new SecretKeySpec(salt, HMAC));
    return mac.doFinal(inputKey);
  }

  static byte[] expand(byte[] pseudorandomKey, byte[] info, int lengthBytes) {
    if (lengthBytes < 1 || lengthBytes > 255 * HASH_BYTES) {
      throw new IllegalArgumentException(
          "HKDF: expected 1 to " + 255 * HASH_BYTES + " bytes; found " + lengthBytes + ".");
    }
    Mac mac = MACS.get();
    setKey(mac, new SecretKeySpec(pseudorandomKey, HMAC));
    try {
      return blocks(mac, info, lengthBytes);
    } finally {
      setKey(mac, ZEROS);
    }
  }

  private static byte[] blocks(Mac mac, byte[] info, int lengthBytes) {
    byte[] output = new byte[lengthBytes];
    byte[] block = new byte[0];
    for (int done = 0, i = 1; done < lengthBytes; i++) {
      mac.update(block);
      mac.update(info);
      mac.update((byte) i);
      Arrays.fill(block, (byte) 0);
      block = mac.doFinal();
      int count = Math.min(HASH_BYTES, lengthBytes - done);
      System.arraycopy(block, 0, output, done, count);
      done += count;
    }
    Arrays.fill(block, (byte) 0);
    return output;
  }

  private static Mac newMac() {
    try {
      return Mac.getInstance(HMAC);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("Every Java platform has " + HMAC, e);
    }
  }

  private static void setKey(Mac mac, SecretKeySpec key) {
    try {
      mac.init(key);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("Every Java platform has " + HMAC, e);
    }
  }
}
