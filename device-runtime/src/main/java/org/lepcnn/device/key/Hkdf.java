/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.key;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** HKDF-SHA-256 of RFC 5869: extract a pseudorandom key, then expand it. */
final class Hkdf {
  static final int HASH_BYTES = 32;
  private static final String HMAC = "HmacSHA256";

  private Hkdf() {}

  /**
   * Extract and expand.
   *
   * @param salt empty means 32 zeros, as the RFC says
   * @param lengthBytes 1 to 255 · 32
   */
  static byte[] derive(byte[] salt, byte[] inputKey, byte[] info, int lengthBytes) {
    Mac mac = mac();
    byte[] pseudorandomKey = extract(mac, salt, inputKey);
    try {
      return expand(mac, pseudorandomKey, info, lengthBytes);
    } finally {
      Arrays.fill(pseudorandomKey, (byte) 0);
    }
  }

  static byte[] extract(byte[] salt, byte[] inputKey) {
    return extract(mac(), salt, inputKey);
  }

  private static byte[] extract(Mac mac, byte[] salt, byte[] inputKey) {
    setKey(mac, salt.length == 0 ? new byte[HASH_BYTES] : salt);
    return mac.doFinal(inputKey);
  }

  static byte[] expand(byte[] pseudorandomKey, byte[] info, int lengthBytes) {
    return expand(mac(), pseudorandomKey, info, lengthBytes);
  }

  private static byte[] expand(Mac mac, byte[] pseudorandomKey, byte[] info, int lengthBytes) {
    if (lengthBytes < 1 || lengthBytes > 255 * HASH_BYTES) {
      throw new IllegalArgumentException(
          "HKDF: expected 1 to " + 255 * HASH_BYTES + " bytes; found " + lengthBytes + ".");
    }
    setKey(mac, pseudorandomKey);
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

  private static Mac mac() {
    try {
      return Mac.getInstance(HMAC);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("Every Java platform has " + HMAC, e);
    }
  }

  private static void setKey(Mac mac, byte[] key) {
    try {
      mac.init(new SecretKeySpec(key, HMAC));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("Every Java platform has " + HMAC, e);
    }
  }
}
