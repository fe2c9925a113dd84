/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.key;

import org.lepcnn.core.api.PublicApi;
import org.lepcnn.core.field.ResidueField;

/**
 * The key of one group of passes, from which its challenges are drawn and under which (derived once
 * more) they are sealed.
 */
@PublicApi
public final class GroupKey implements AutoCloseable {
  private final SecretKey key;
  private final CipherSuite suite;

  private GroupKey(SecretKey key, CipherSuite suite) {
    this.key = key;
    this.suite = suite;
  }

  /**
   * A group key of the same bytes; {@code key} stays the caller's.
   *
   * @param suite the chain's
   */
  public static GroupKey of(SecretKey key, CipherSuite suite) {
    return new GroupKey(key.copy(), suite);
  }

  /** The ciphers that the group's challenges are drawn and sealed by. */
  public CipherSuite suite() {
    return suite;
  }

  /** The key of the keystream of the challenges of layers of a field. */
  public SecretKey challengeKey(ResidueField field) {
    return key.derive(suite.label("challenge", field));
  }

  /** The key of the keystream from which rejected words are redrawn. */
  public SecretKey redrawKey(ResidueField field) {
    return key.derive(suite.label("challenge redraw", field));
  }

  /**
   * The key of the challenges in the table file with that salt.
   *
   * @param salt 32 random bytes, fresh for every file written
   */
  public SecretKey sealKey(byte[] salt) {
    return key.derive(suite.label("seal"), salt);
  }

  /** The key's bytes, for a test that looks for them. The caller erases them. */
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
    return other instanceof GroupKey that && suite == that.suite && key.equals(that.key);
  }

  @Override
  public int hashCode() {
    return key.hashCode();
  }

  @Override
  public String toString() {
    return "GroupKey(32 bytes)";
  }
}
