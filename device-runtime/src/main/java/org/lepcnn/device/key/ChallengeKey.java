/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.key;

import java.nio.ByteBuffer;
import org.lepcnn.core.api.PublicApi;

/**
 * The key of a chain's integrity challenges, derived from the chain's first key when the device is
 * provisioned and kept by the device. It opens no mask and no table of passes; what is secret about
 * a challenge is secret only until its group of passes is over.
 */
@PublicApi
public final class ChallengeKey implements AutoCloseable {
  private final SecretKey key;

  private ChallengeKey(SecretKey key) {
    this.key = key;
  }

  /** A challenge key of the same bytes; {@code key} stays the caller's. */
  public static ChallengeKey of(SecretKey key) {
    return new ChallengeKey(key.copy());
  }

  /**
   * The key of one group of passes, from which its challenges are drawn and under which (derived
   * once more) they are sealed.
   *
   * @param group from 0
   */
  public SecretKey groupKey(long group) {
    if (group < 0) {
      throw new IllegalArgumentException("Group: expected a number from 0; found " + group + ".");
    }
    return key.derive("group", ByteBuffer.allocate(Long.BYTES).putLong(group).array());
  }

  /**
   * The key of a group's challenges in the table file with that salt.
   *
   * @param groupKey from {@link #groupKey}
   * @param suite the chain's
   * @param salt 32 random bytes, fresh for every file written
   */
  public static SecretKey sealKey(SecretKey groupKey, CipherSuite suite, byte[] salt) {
    return groupKey.derive(suite.label("seal"), salt);
  }

  /** A key of the same bytes with a life of its own. */
  public ChallengeKey copy() {
    return new ChallengeKey(key.copy());
  }

  /** The key's bytes, for a file that keeps secrets. The caller erases them. */
  byte[] copyBytes() {
    return key.copyBytes();
  }

  /** Erases the key. */
  @Override
  public void close() {
    key.close();
  }

  /** Compares in constant time. */
  @Override
  public boolean equals(Object other) {
    return other instanceof ChallengeKey that && key.equals(that.key);
  }

  @Override
  public int hashCode() {
    return key.hashCode();
  }

  @Override
  public String toString() {
    return "ChallengeKey(32 bytes)";
  }
}
