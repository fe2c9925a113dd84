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

  private PassKey(SecretKey key) {
    this.key = key;
  }

  /** A pass key of the same bytes; {@code key} stays the caller's. */
  public static PassKey of(SecretKey key) {
    return new PassKey(key.copy());
  }

  /** The key of the following pass. This one stays as it is; close it when it is used up. */
  public PassKey next() {
    return new PassKey(key.derive("next"));
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

  /** The AES key of the keystream of the masks of a field. */
  public SecretKey maskKey(ResidueField field) {
    return key.derive(label("mask", field));
  }

  /** The AES key of the keystream from which rejected words are redrawn. */
  public SecretKey redrawKey(ResidueField field) {
    return key.derive(label("redraw", field));
  }

  private static String label(String purpose, ResidueField field) {
    return field == ResidueField.P31 ? purpose : purpose + " " + field.bits();
  }

  /**
   * The AES key of this pass's section in the table file with that salt.
   *
   * @param salt 32 random bytes, fresh for every file written
   */
  public SecretKey sealKey(byte[] salt) {
    return key.derive("seal", salt);
  }

  /**
   * The challenge key of the chain whose <em>first</em> key this is; of another pass's key it means
   * nothing.
   */
  public ChallengeKey challengeKeyOfChain() {
    try (SecretKey derived = key.derive("challenge")) {
      return ChallengeKey.of(derived);
    }
  }

  /** A key of the same bytes with a life of its own. */
  public PassKey copy() {
    return new PassKey(key.copy());
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
    return other instanceof PassKey that && key.equals(that.key);
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
