/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.mask;

import java.util.Objects;
import org.lepcnn.device.key.CipherSuite;
import org.lepcnn.device.key.PassKey;
import org.lepcnn.device.key.SecretAccess;
import org.lepcnn.device.key.SecretKey;

/**
 * The masks of one pass. The mask of a tensor is a function of the pass key and the tensor id only,
 * never of call order; every mask is uniform on F_p, and masks of different tensors or passes are
 * independent, as far as the cipher of the key's suite is a random function.
 *
 * <p>A mask hides a tensor only if it is used for that one tensor: the ratchet, the reservations
 * and the ledger see to it, not this class. Not thread-safe.
 */
public final class MaskGenerator implements AutoCloseable {
  private final CipherSuite suite;
  private final ResidueStream stream;

  /** A generator for one pass; {@code key} stays the caller's. */
  public MaskGenerator(PassKey key, SecretAccess access) {
    Objects.requireNonNull(access, "access");
    suite = key.suite();
    try (SecretKey mask = key.maskKey();
        SecretKey redraw = key.redrawKey()) {
      stream = new ResidueStream(suite, mask, redraw);
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
    try (SecretKey mask = key.maskKey();
        SecretKey redraw = key.redrawKey()) {
      stream.rekey(mask, redraw);
    }
  }

  /**
   * Writes the mask of a tensor.
   *
   * @param tensorId its number in the plan, from 0
   * @param out receives canonical residues from index 0
   * @param length the tensor's elements
   */
  public void fill(int tensorId, int[] out, int length) {
    requireTensorId(tensorId);
    stream.fill(tensorId, out, length);
  }

  /**
   * Begins the mask of a tensor, to be read piece by piece with {@link #nextWords}; {@link #end}
   * ends it.
   *
   * @param tensorId its number in the plan, from 0
   * @param length the tensor's elements
   */
  public void begin(int tensorId, int length) {
    requireTensorId(tensorId);
    stream.begin(tensorId, length);
  }

  /**
   * The next words of the mask that was begun. A word without its top bit is the residue that
   * {@link #fill} yields, unless it is p: then {@link #addRedraws} has the residue.
   *
   * @param out receives words from index 0, little-endian, with any top bit; see {@link
   *     ResidueStream#nextWords}
   * @param count how many; not more than are left
   */
  public void nextWords(byte[] out, int count) {
    stream.nextWords(out, count);
  }

  /**
   * Adds the residues of the mask where its word is p: once in two thousand million elements.
   *
   * @param tensorId its number in the plan, from 0
   * @param sums canonical residues from index 0, masked where the word is not p; changed
   * @param length the tensor's elements
   */
  public void addRedraws(int tensorId, int[] sums, int length) {
    requireTensorId(tensorId);
    stream.addRedraws(tensorId, sums, length);
  }

  /** Ends the mask that was begun and erases the buffer. */
  public void end() {
    stream.end();
  }

  /** Forgets the keys; {@link #rekey} may follow. */
  @Override
  public void close() {
    stream.close();
  }

  private static void requireTensorId(int tensorId) {
    if (tensorId < 0) {
      throw new IllegalArgumentException(
          "Mask: expected a tensor id from 0; found " + tensorId + ".");
    }
  }
}
