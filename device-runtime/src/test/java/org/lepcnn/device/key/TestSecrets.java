/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.key;

import java.lang.invoke.MethodHandles;

/** Tests look into secrets through this. */
public final class TestSecrets {
  public static final SecretAccess ACCESS = SecretAccess.of(MethodHandles.lookup());

  private TestSecrets() {}

  public static byte[] bytes(SecretKey key) {
    return key.copyBytes();
  }

  public static byte[] bytes(PassKey key) {
    return key.copyBytes();
  }

  public static byte[] bytes(GroupKey key) {
    return key.copyBytes();
  }

  public static byte[] bytes(ChallengeKey key) {
    return key.copyBytes();
  }
}
