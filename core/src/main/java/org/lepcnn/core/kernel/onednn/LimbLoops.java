/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.kernel.onednn;

/**
 * The inner loops between residues and limbs: 32-bit operations without branches.
 *
 * <p>The JIT compiler of JDK 17 vectorises them, about eight times faster, under conditions that
 * their form obeys: each array is read at one offset only, all arrays are different ones, and a
 * body has few operations (hence several passes over data in the first-level cache).
 */
final class LimbLoops {
  /** Below this magnitude of accumulators {@link #addSmall} may be used. */
  static final int SMALL_ACCUMULATOR = 1 << 21;

  private static final int P = Integer.MAX_VALUE;

  /** Makes the sums of {@link #joinSmall} non-negative. */
  private static final int SMALL_OFFSET = 1 << 30;

  /** What {@link #fold} adds so that its small part is non-negative. */
  private static final int FOLD_OFFSET = 1 << 9;

  /** What {@link #join} takes away again: 2⁹ of the lower pair, 2⁹ · 2¹⁶ of the upper one. */
  private static final int JOIN_OFFSET = FOLD_OFFSET + (FOLD_OFFSET << 16);

  private LimbLoops() {}

  /**
   * Bytes of two channels: 16-bit half h of {@code y[i]} is bits [shift + 16h, shift + 16h + 8) of
   * {@code a[i]} in its lower byte and those of {@code b[i]} in its upper one.
   *
   * @param shift 0 for limbs 0 and 2, 8 for limbs 1 and 3
   */
  static void pair(int[] a, int[] b, int shift, int[] y, int length) {
    for (int i = 0; i < length; i++) {
      y[i] = ((a[i] >>> shift) & 0xff00ff) | (((b[i] >>> shift) & 0xff00ff) << 8);
    }
  }

  /**
   * Words of four channels from two {@link #pair pairs}: of the lower halves into {@code lower[at +
   * i]}, of the upper halves into {@code upper[at + i]}.
   */
  static void merge(int[] first, int[] second, int length, int[] lower, int[] upper, int at) {
    for (int i = 0; i < length; i++) {
      lower[at + i] = (first[i] & 0xffff) | (second[i] << 16);
    }
    for (int i = 0; i < length; i++) {
      upper[at + i] = (first[i] >>> 16) | (second[i] & 0xffff0000);
    }
  }

  /**
   * One pair of limbs: {@code y[i]} ≡ a[i] + 2⁸·b[i] + 2⁹ (mod p), in [0, p], for any accumulators;
   * a is overwritten.
   *
   * <p>With 2³¹ ≡ 1, a signed v·2^k is congruent to (v ≪ k mod 2³¹) + (v ≫ (31 − k)), the first in
   * [0, 2³¹), the second small. Unsigned sums below 2³² are folded.
   */
  static void fold(int[] a, int[] b, int[] y, int length) {
    for (int i = 0; i < length; i++) {
      int sum = (a[i] & P) + ((b[i] << 8) & P);
      y[i] = (sum & P) + (sum >>> 31);
    }
    for (int i = 0; i < length; i++) {
      a[i] = (a[i] >> 31) + (b[i] >> 23) + FOLD_OFFSET;
    }
    for (int i = 0; i < length; i++) {
      int sum = y[i] + a[i];
      y[i] = (sum & P) + (sum >>> 31);
    }
  }

  /**
   * Joins two pairs of {@link #fold}: {@code y[to + i]} ≡ lower[i] + 2¹⁶·upper[i] without their
   * offsets, canonical.
   */
  static void join(int[] lower, int[] upper, int[] y, int to, int length) {
    for (int i = 0; i < length; i++) {
      int sum = lower[i] + (((upper[i] << 16) & P) + (upper[i] >>> 15));
      sum = (sum & P) + (sum >>> 31) - JOIN_OFFSET;
      y[to + i] = sum + ((sum >> 31) & P);
    }
  }

  /** One pair of limbs with accumulators of magnitude below 2²¹: {@code a[i] += 2⁸·b[i]}. */
  static void addSmall(int[] a, int[] b, int length) {
    for (int i = 0; i < length; i++) {
      a[i] += b[i] << 8;
    }
  }

  /**
   * Joins two pairs of {@link #addSmall}, each below 2²⁹·(1 + 2⁻⁸) in magnitude, with one fold:
   * {@code y[to + i]} ≡ low[i] + 2¹⁶·high[i], canonical.
   */
  static void joinSmall(int[] low, int[] high, int[] y, int to, int length) {
    for (int i = 0; i < length; i++) {
      int sum = ((high[i] << 16) & P) + (low[i] + (high[i] >> 15) + SMALL_OFFSET);
      sum = (sum & P) + (sum >>> 31) - SMALL_OFFSET;
      y[to + i] = sum + ((sum >> 31) & P);
    }
  }

  /**
   * Transposes a matrix: {@code y[to + c·toStride + r] = x[from + r·fromStride + c]}.
   *
   * @param rows of x
   * @param columns of x
   */
  static void transpose(
      int[] x, int from, int fromStride, int rows, int columns, int[] y, int to, int toStride) {
    int full = rows & -8;
    for (int r = 0; r < full; r += 8) {
      int source = from + r * fromStride;
      int target = to + r;
      for (int c = 0; c < columns; c++) {
        y[target] = x[source];
        y[target + 1] = x[source + fromStride];
        y[target + 2] = x[source + 2 * fromStride];
        y[target + 3] = x[source + 3 * fromStride];
        y[target + 4] = x[source + 4 * fromStride];
        y[target + 5] = x[source + 5 * fromStride];
        y[target + 6] = x[source + 6 * fromStride];
        y[target + 7] = x[source + 7 * fromStride];
        source++;
        target += toStride;
      }
    }
    for (int c = 0; c < columns; c++) {
      for (int r = full; r < rows; r++) {
        y[to + c * toStride + r] = x[from + r * fromStride + c];
      }
    }
  }
}
