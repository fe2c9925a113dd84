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
  private final CipherSuite suite;

  private ChallengeKey(SecretKey key, CipherSuite suite) {
    this.key = key;
    this.suite = suite;
  }

  /**
   * A challenge key of the same bytes; {@code key} stays the caller's.
   *
   * @param suite the chain's
   */
  public static ChallengeKey of(SecretKey key, CipherSuite suite) {
    return new ChallengeKey(key.copy(), suite);
  }

  /**
   * The key of one group of passes; the caller closes it.
   *
   * @param group from 0
   */
  public GroupKey groupKey(long group) {
    if (group < 0) {
      throw new IllegalArgumentException("Group: expected a number from 0; found " + group + ".");
    }
    byte[] number = ByteBuffer.allocate(Long.BYTES).putLong(group).array();
    try (SecretKey derived = key.derive("group", number)) {
      return GroupKey.of(derived, suite);
    }
  }

  /** A key of the same bytes with a life of its own. */
  public ChallengeKey copy() {
    return new ChallengeKey(key.copy(), suite);
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

  /** Compares the bytes in constant time. */
  @Override
  public boolean equals(Object other) {
    return other instanceof ChallengeKey that && suite == that.suite && key.equals(that.key);
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
