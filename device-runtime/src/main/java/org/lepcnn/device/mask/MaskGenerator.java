/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.mask;

import java.util.Objects;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.device.key.CipherSuite;
import org.lepcnn.device.key.PassKey;
import org.lepcnn.device.key.SecretAccess;
import org.lepcnn.device.key.SecretKey;

/**
 * The masks of one pass. The mask of a tensor is a function of the pass key, the tensor id and the
 * field only, never of call order; every mask is uniform on F_p, and masks of different tensors or
 * passes are independent, as far as the cipher of the key's suite is a random function.
 *
 * <p>A mask hides a tensor only if it is used for that one tensor: the ratchet, the reservations
 * and the ledger see to it, not this class. Not thread-safe.
 */
public final class MaskGenerator implements AutoCloseable {
  private final CipherSuite suite;
  private final ResidueStream stream31;
  private final ResidueStream stream24;

  /** Of the mask that was begun. */
  private ResidueStream current;

  /** A generator for one pass; {@code key} stays the caller's. */
  public MaskGenerator(PassKey key, SecretAccess access) {
    Objects.requireNonNull(access, "access");
    suite = key.suite();
    stream31 = stream(key, ResidueField.P31);
    stream24 = stream(key, ResidueField.P24);
    current = stream31;
  }

  private static ResidueStream stream(PassKey key, ResidueField field) {
    try (SecretKey mask = key.maskKey(field);
        SecretKey redraw = key.redrawKey(field)) {
      return new ResidueStream(key.suite(), field, mask, redraw);
    }
  }

  /**
   * Goes on with another pass, in the same buffers.
   *
   * @param key of the same suite; stays the caller's
   */
  public void rekey(PassKey key) {
    if (key.suite() != suite) {
      throw new IllegalArgumentException(
          "Masks: expected a key of suite " + suite + "; found one of " + key.suite() + ".");
    }
    rekey(key, ResidueField.P31);
    rekey(key, ResidueField.P24);
  }

  private void rekey(PassKey key, ResidueField field) {
    try (SecretKey mask = key.maskKey(field);
        SecretKey redraw = key.redrawKey(field)) {
      stream(field).rekey(mask, redraw);
    }
  }

  private ResidueStream stream(ResidueField field) {
    return switch (field) {
      case P31 -> stream31;
      case P24 -> stream24;
    };
  }

  /**
   * Writes the mask of a tensor.
   *
   * @param tensorId its number in the plan, from 0
   * @param field the tensor's
   * @param out receives canonical residues from index 0
   * @param length the tensor's elements
   */
  public void fill(int tensorId, ResidueField field, int[] out, int length) {
    requireTensorId(tensorId);
    stream(field).fill(tensorId, out, length);
  }

  /**
   * Begins the mask of a tensor, to be read piece by piece with {@link #nextWords}; {@link #end}
   * ends it.
   *
   * @param tensorId its number in the plan, from 0
   * @param field the tensor's
   * @param length the tensor's elements
   */
  public void begin(int tensorId, ResidueField field, int length) {
    requireTensorId(tensorId);
    current = stream(field);
    current.begin(tensorId, length);
  }

  /**
   * The next words of the mask that was begun. A word, of 2³¹ − 1 without its top bit, is the
   * residue that {@link #fill} yields, unless it is p or above: then {@link #addRedraws} has the
   * residue.
   *
   * @param out receives words from index 0; see {@link ResidueStream#nextWords}
   * @param count how many; not more than are left
   */
  public void nextWords(byte[] out, int count) {
    current.nextWords(out, count);
  }

  /**
   * Puts the residues of the mask where its word is p or above: once in two thousand million
   * elements of 2³¹ − 1, once in six million of 2²⁴ − 3.
   *
   * @param tensorId its number in the plan, from 0
   * @param field the tensor's
   * @param sums canonical residues from index 0, masked where the word is below p, and with what it
   *     is more than p where not; changed
   * @param length the tensor's elements
   */
  public void addRedraws(int tensorId, ResidueField field, int[] sums, int length) {
    requireTensorId(tensorId);
    stream(field).addRedraws(tensorId, sums, length);
  }

  /** Ends the mask that was begun and erases the buffer. */
  public void end() {
    current.end();
  }

  /** Forgets the keys; {@link #rekey} may follow. */
  @Override
  public void close() {
    stream31.close();
    stream24.close();
  }

  private static void requireTensorId(int tensorId) {
    if (tensorId < 0) {
      throw new IllegalArgumentException(
          "Mask: expected a tensor id from 0; found " + tensorId + ".");
    }
  }
}
