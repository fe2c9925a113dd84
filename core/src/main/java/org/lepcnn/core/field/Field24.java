/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.field;

/**
 * Arithmetic in F_p with the prime p = 2²⁴ − 3, the largest below 2²⁴.
 *
 * <p>A <em>canonical residue</em> a satisfies 0 ≤ a &lt; p and fits three bytes; a product of two
 * is below 2⁴⁸, so that a {@code long} holds the sum of 2¹⁵ products. A <em>centred residue</em>
 * satisfies |a| ≤ (p − 1)/2.
 *
 * <p>Reduction uses 2²⁴ ≡ 3 (mod p): a value v = h·2²⁴ + l is congruent to 3h + l. After two such
 * folds any v in [0, 2⁶³) is below 2²⁴ + 2¹⁹ &lt; 2p, so that one branch-free conditional
 * subtraction of p makes it canonical.
 *
 * <p>All methods are branch-free in their operands.
 */
public final class Field24 {
  /** Bits of a residue. */
  public static final int BITS = 24;

  /** The modulus, 2²⁴ − 3. */
  public static final int P = (1 << BITS) - 3;

  /** The largest centred residue, (p − 1)/2. */
  public static final int HALF = (P - 1) / 2;

  /** 2²⁴ − 1: the bits that a fold keeps. */
  public static final int MASK = (1 << BITS) - 1;

  /** What 2²⁴ is congruent to. */
  private static final int CARRY = 3;

  /** p · 2³⁸: added to a signed sum of magnitude below 2⁶¹ it makes the sum non-negative. */
  private static final long OFFSET = (long) P << 38;

  private Field24() {}

  /**
   * Reduces a non-negative value.
   *
   * @param value any value in [0, 2⁶³)
   * @return the canonical residue
   */
  public static int reduce(long value) {
    return subtractIfNotBelow((int) fold(fold(value)));
  }

  /**
   * Folds a non-negative value once: the result is congruent, below 2⁴¹, and below 2²⁶ for a
   * product of two canonical residues.
   *
   * @param value any value in [0, 2⁶³)
   */
  public static long fold(long value) {
    return (value & MASK) + CARRY * (value >>> BITS);
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
    return subtractIfNotBelow(a + b);
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
      // negative, or p and above: the sign bit is set; of the lowest integers the first is
      bad |= values[i] | (P - 1 - values[i]);
    }
    return bad >= 0;
  }

  private static int subtractIfNotBelow(int belowTwiceP) {
    int reduced = belowTwiceP - P;
    return reduced + ((reduced >> 31) & P);
  }
}
