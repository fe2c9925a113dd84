/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.key;

import org.lepcnn.core.api.PublicApi;
import org.lepcnn.core.field.ResidueField;

/**
 * The key of one pass: everything that hides or opens that pass follows from it, and so do the keys
 * of all later passes, but of no earlier one.
 */
@PublicApi
public final class PassKey implements AutoCloseable {
  private final SecretKey key;
  private final CipherSuite suite;

  private PassKey(SecretKey key, CipherSuite suite) {
    this.key = key;
    this.suite = suite;
  }

  /**
   * A pass key of the same bytes; {@code key} stays the caller's.
   *
   * @param suite the chain's
   */
  public static PassKey of(SecretKey key, CipherSuite suite) {
    return new PassKey(key.copy(), suite);
  }

  /** The ciphers that this key's masks and tables are of. */
  public CipherSuite suite() {
    return suite;
  }

  /** The key of the following pass. This one stays as it is; close it when it is used up. */
  public PassKey next() {
    return new PassKey(derive("next"), suite);
  }

  /**
   * The key of the pass {@code steps} further on, in time proportional to {@code steps}.
   *
   * @param steps from 0
   */
  public PassKey advance(long steps) {
    if (steps < 0) {
      throw new IllegalArgumentException(
          "Pass key: the ratchet turns forward only; found " + steps + " steps.");
    }
    PassKey current = copy();
    for (long i = 0; i < steps; i++) {
      PassKey following = current.next();
      current.close();
      current = following;
    }
    return current;
  }

  /** The key of the keystream of the masks of a field. */
  public SecretKey maskKey(ResidueField field) {
    return key.derive(suite.label("mask", field));
  }

  /** The key of the keystream from which rejected words are redrawn. */
  public SecretKey redrawKey(ResidueField field) {
    return key.derive(suite.label("redraw", field));
  }

  /**
   * The key of this pass's section in the table file with that salt.
   *
   * @param salt 32 random bytes, fresh for every file written
   */
  public SecretKey sealKey(byte[] salt) {
    return derive("seal", salt);
  }

  /**
   * The key of the keystream under which the unblinding factors of a field lie in the table file
   * with that salt.
   *
   * @param salt 32 random bytes, fresh for every file written
   */
  public SecretKey factorKey(ResidueField field, byte[] salt) {
    return key.derive(suite.label("seal-ctr", field), salt);
  }

  /**
   * The challenge key of the chain whose <em>first</em> key this is; of another pass's key it means
   * nothing.
   */
  public ChallengeKey challengeKeyOfChain() {
    try (SecretKey derived = derive("challenge")) {
      return ChallengeKey.of(derived, suite);
    }
  }

  private SecretKey derive(String purpose, byte[]... context) {
    return key.derive(suite.label(purpose), context);
  }

  /** A key of the same bytes with a life of its own. */
  public PassKey copy() {
    return new PassKey(key.copy(), suite);
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
    return other instanceof PassKey that && suite == that.suite && key.equals(that.key);
  }

  @Override
  public int hashCode() {
    return key.hashCode();
  }

  @Override
  public String toString() {
    return "PassKey(32 bytes)";
  }
}
