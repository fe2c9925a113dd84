/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.kernel.limb;

import org.lepcnn.core.field.Field24;

/**
 * Residues modulo p = 2²⁴ − 3 and their three limbs: loops in the form that {@link LimbLoops} says.
 *
 * <p>With 2²⁴ ≡ 3, what a sum has above 24 bits counts three times.
 */
public final class Limbs24 {
  /** Up to this magnitude of accumulators {@link #joinSmall} may be used. */
  public static final int SMALL_ACCUMULATOR = ((1 << 30) - (1 << 24)) / 257;

  private static final int P = Field24.P;
  private static final int MASK = Field24.MASK;
  private static final int BITS = Field24.BITS;

  /** 64 · p, which is just below 2³⁰: makes the sums of {@link #joinSmall} non-negative. */
  private static final int SMALL_OFFSET = 64 * P;

  /** 2 · p: makes the sums of {@link #join} non-negative. */
  private static final int OFFSET = 2 * P;

  /** 128 in each of three bytes. */
  private static final int HALF_BYTES = 0x808080;

  private Limbs24() {}

  /**
   * Replaces canonical residues by words whose lower three bytes, taken as signed, are limbs:
   * {@code x[i]} ≡ Σ 2^(8k) · byte k (mod p). The fourth byte is zero.
   *
   * <p>x + 128·(1 + 2⁸ + 2¹⁶) is folded to 24 bits: the three unsigned bytes, less 128 each, add up
   * to x modulo p; and less 128 is a flip of the highest bit.
   */
  public static void signedLimbs(int[] x, int length) {
    for (int i = 0; i < length; i++) {
      int sum = x[i] + HALF_BYTES;
      x[i] = ((sum & MASK) + 3 * (sum >>> BITS)) ^ HALF_BYTES;
    }
  }

  /**
   * Recombines three limbs' accumulators of magnitude {@value #SMALL_ACCUMULATOR} at most: {@code
   * a[i]} ≡ a[i] + 2⁸·b[i] + 2¹⁶·c[i], canonical.
   *
   * <p>The sum lies between 0 and 2³¹, so that its fold is below p + 3 · 2⁷.
   */
  public static void joinSmall(int[] a, int[] b, int[] c, int length) {
    for (int i = 0; i < length; i++) {
      int low = a[i] + (b[i] << 8) + SMALL_OFFSET;
      int sum = low + ((c[i] & 0xff) << 16) + 3 * (c[i] >> 8);
      sum = (sum & MASK) + 3 * (sum >>> BITS) - P;
      a[i] = sum + ((sum >> 31) & P);
    }
  }

  /**
   * Recombines three limbs' accumulators of any magnitude: {@code a[i]} ≡ a[i] + 2⁸·b[i] +
   * 2¹⁶·c[i], canonical.
   *
   * <p>Of every accumulator the bits whose weight is below 2²⁴ are separated from those above,
   * which count three times; together they stay below 2²⁷.
   */
  public static void join(int[] a, int[] b, int[] c, int length) {
    for (int i = 0; i < length; i++) {
      int low = (a[i] & MASK) + ((b[i] & 0xffff) << 8) + ((c[i] & 0xff) << 16);
      int high = (a[i] >> 24) + (b[i] >> 16) + (c[i] >> 8);
      int sum = low + 3 * high + OFFSET;
      sum = (sum & MASK) + 3 * (sum >>> BITS) - P;
      a[i] = sum + ((sum >> 31) & P);
    }
  }
}
