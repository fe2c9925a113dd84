/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.integrity;

import java.util.Arrays;
import org.lepcnn.device.key.CipherSuite;
import org.lepcnn.device.key.GroupKey;
import org.lepcnn.device.key.SecretKey;

/** Fixed keys, so that a test that passes once always passes. */
final class TestKeys {
  private TestKeys() {}

  static SecretKey of(int seed) {
    byte[] bytes = new byte[SecretKey.BYTES];
    Arrays.fill(bytes, (byte) seed);
    bytes[0] = (byte) (seed >> 8);
    return SecretKey.copyOf(bytes);
  }

  static GroupKey group(int seed) {
    return GroupKey.of(of(seed), CipherSuite.AES);
  }
}
