/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.kernel.limb;

import org.lepcnn.core.field.Field31;

/**
 * Residues modulo p = 2³¹ − 1 and their four limbs: loops in the form that {@link LimbLoops} says.
 */
public final class Limbs31 {
  /**
   * Up to this magnitude of accumulators {@link #joinSmall} may be used: 257 of them and 2¹⁵ stay
   * below 2³⁰.
   */
  public static final int SMALL_ACCUMULATOR = ((1 << 30) - (1 << 15)) / 257;

  /** Up to this magnitude {@link #joinCarrying} may be used: a carry of 2²³ more stays an int. */
  public static final int CARRYING_ACCUMULATOR = Integer.MAX_VALUE - (1 << 23);

  private static final int P = Field31.P;

  /** Makes the sums of {@link #joinSmall} non-negative. */
  private static final int SMALL_OFFSET = 1 << 30;

  /** Makes the sums of {@link #joinCarrying} non-negative. */
  private static final int CARRYING_OFFSET = 1 << 25;

  /** What {@link #fold} adds so that its small part is non-negative. */
  private static final int FOLD_OFFSET = 1 << 9;

  /** What {@link #join} takes away again: 2⁹ of the lower pair, 2⁹ · 2¹⁶ of the upper one. */
  private static final int JOIN_OFFSET = FOLD_OFFSET + (FOLD_OFFSET << 16);

  /** 128 in every byte. */
  private static final int HALF_BYTES = 0x80808080;

  private Limbs31() {}

  /**
   * Replaces canonical residues by words whose four bytes, taken as signed, are limbs: {@code x[i]}
   * ≡ Σ 2^(8k) · byte k (mod p).
   *
   * <p>The centred residue t lies in [−2³⁰, 2³⁰), so t + 128·(1 + 2⁸ + 2¹⁶ + 2²⁴) lies in [0, 2³²):
   * its unsigned bytes, less 128 each, add up to t; and less 128 is a flip of the highest bit.
   */
  public static void signedLimbs(int[] x, int length) {
    for (int i = 0; i < length; i++) {
      x[i] = (((x[i] << 1) >> 1) + (x[i] >>> 30) + HALF_BYTES) ^ HALF_BYTES;
    }
  }

  /**
   * One pair of limbs: {@code y[i]} ≡ a[i] + 2⁸·b[i] + 2⁹ (mod p), in [0, p], for any accumulators;
   * a is overwritten.
   *
   * <p>With 2³¹ ≡ 1, a signed v·2^k is congruent to (v ≪ k mod 2³¹) + (v ≫ (31 − k)), the first in
   * [0, 2³¹), the second small. Unsigned sums below 2³² are folded.
   */
  public static void fold(int[] a, int[] b, int[] y, int length) {
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
   * Joins two pairs of {@link #fold}: {@code lower[i]} ≡ lower[i] + 2¹⁶·upper[i] without their
   * offsets, canonical.
   */
  public static void join(int[] lower, int[] upper, int length) {
    for (int i = 0; i < length; i++) {
      int sum = lower[i] + (((upper[i] << 16) & P) + (upper[i] >>> 15));
      sum = (sum & P) + (sum >>> 31) - JOIN_OFFSET;
      lower[i] = sum + ((sum >> 31) & P);
    }
  }

  /**
   * Recombines four limbs' accumulators of magnitude {@value #SMALL_ACCUMULATOR} at most, with one
   * fold: {@code a[i]} ≡ a[i] + 2⁸·b[i] + 2¹⁶·c[i] + 2²⁴·d[i], canonical.
   */
  public static void joinSmall(int[] a, int[] b, int[] c, int[] d, int length) {
    for (int i = 0; i < length; i++) {
      int low = a[i] + (b[i] << 8);
      int high = c[i] + (d[i] << 8);
      int sum = ((high << 16) & P) + (low + (high >> 15) + SMALL_OFFSET);
      sum = (sum & P) + (sum >>> 31) - SMALL_OFFSET;
      a[i] = sum + ((sum >> 31) & P);
    }
  }

  /**
   * Recombines four limbs' accumulators of magnitude {@value #CARRYING_ACCUMULATOR} at most: {@code
   * a[i]} ≡ a[i] + 2⁸·b[i] + 2¹⁶·c[i] + 2²⁴·d[i], canonical.
   *
   * <p>What an accumulator has above 8 bits is carried to the next one. The lower bytes and 7 bits
   * of the last then make a number below 2³¹, and what is left has the weight 2³¹ ≡ 1 and a
   * magnitude of 2²⁴ at most.
   */
  public static void joinCarrying(int[] a, int[] b, int[] c, int[] d, int length) {
    for (int i = 0; i < length; i++) {
      int second = b[i] + (a[i] >> 8);
      int third = c[i] + (second >> 8);
      int fourth = d[i] + (third >> 8);
      int low = (a[i] & 0xff) | ((second & 0xff) << 8);
      int high = ((third & 0xff) << 16) | ((fourth & 0x7f) << 24);
      int sum = (low | high) + ((fourth >> 7) + CARRYING_OFFSET);
      sum = (sum & P) + (sum >>> 31) - CARRYING_OFFSET;
      a[i] = sum + ((sum >> 31) & P);
    }
  }
}
