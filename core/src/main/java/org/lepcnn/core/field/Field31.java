/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.field;

/**
 * Arithmetic in F_p with the Mersenne prime p = 2³¹ − 1.
 *
 * <p>A <em>canonical residue</em> a satisfies 0 ≤ a &lt; p and fits a non-negative {@code int}; a
 * product of two fits a {@code long}. A <em>centred residue</em> satisfies |a| ≤ (p − 1)/2.
 *
 * <p>Reduction uses 2³¹ ≡ 1 (mod p): a value v ≥ 0 is congruent to {@code (v & p) + (v >>> 31)}.
 * After two such folds any v &lt; 2⁶³ is at most p + 1, so that one branch-free conditional
 * subtraction of p makes it canonical (folding alone would leave p itself, which is 0).
 *
 * <p>All methods are branch-free in their operands.
 */
public final class Field31 {
  /** The modulus, 2³¹ − 1. */
  public static final int P = Integer.MAX_VALUE;

  /** The largest centred residue, (p − 1)/2. */
  public static final int HALF = (P - 1) / 2;

  /** p · 2³¹: added to a signed sum of magnitude below 2⁶¹ it makes the sum non-negative. */
  private static final long OFFSET = (long) P << 31;

  private Field31() {}

  /**
   * Reduces a non-negative value.
   *
   * @param value any value in [0, 2⁶³)
   * @return the canonical residue
   */
  public static int reduce(long value) {
    long folded = (value & P) + (value >>> 31);
    folded = (folded & P) + (folded >>> 31);
    return subtractIfNotBelow(folded);
  }

  /**
   * Folds a non-negative value once: the result is congruent and below 2³¹ + 2³².
   *
   * @param value any value in [0, 2⁶³)
   */
  public static long fold(long value) {
    return (value & P) + (value >>> 31);
  }

  /**
   * Reduces a signed value.
   *
   * @param value any value of magnitude below 2⁶¹
   * @return the canonical residue
   */
  public static int reduceSigned(long value) {
    return reduce(value + OFFSET);
  }

  /** The sum of two canonical residues. */
  public static int add(int a, int b) {
    return subtractIfNotBelow((long) a + b);
  }

  /** The difference of two canonical residues. */
  public static int subtract(int a, int b) {
    int difference = a - b;
    return difference + ((difference >> 31) & P);
  }

  /** The product of two canonical residues. */
  public static int multiply(int a, int b) {
    return reduce((long) a * b);
  }

  /**
   * a · 2^exponent mod p: since 2³¹ ≡ 1, a rotation of the 31 bits. A rotation of anything but 31
   * ones is not 31 ones, so the result is canonical.
   *
   * @param a a canonical residue
   * @param exponent 0 to 30
   */
  public static int timesPowerOfTwo(int a, int exponent) {
    return ((a << exponent) & P) | (a >>> (31 - exponent));
  }

  /**
   * The canonical residue of a centred integer.
   *
   * @param centred any value with |centred| ≤ p − 1
   */
  public static int canonical(int centred) {
    return centred + ((centred >> 31) & P);
  }

  /** The centred representative of a canonical residue, in [−(p−1)/2, (p−1)/2]. */
  public static int centred(int canonical) {
    return canonical - (P & ((HALF - canonical) >> 31));
  }

  /** Whether the value is a canonical residue, that is in [0, p). */
  public static boolean isCanonical(int value) {
    return value >= 0 && value < P;
  }

  /**
   * Whether every value of the range is a canonical residue; runs in time that depends on the
   * length alone.
   */
  public static boolean allCanonical(int[] values, int offset, int length) {
    int bad = 0;
    for (int i = offset; i < offset + length; i++) {
      // negative, or p itself (then value + 1 overflows to the minimum): the sign bit is set
      bad |= values[i] | (values[i] + 1);
    }
    return bad >= 0;
  }

  private static int subtractIfNotBelow(long atMostTwiceP) {
    long reduced = atMostTwiceP - P;
    return (int) (reduced + ((reduced >> 63) & P));
  }
}
