/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.quant;

import org.lepcnn.core.field.ResidueField;

/**
 * The proofs that no sum wraps around, from the weights alone and without calibration data.
 *
 * <p>Let S be Σ|w_q| of an output channel, S⁻ the part of it that negative weights make up, and L
 * the largest quantized activation. A plain integer output y is
 *
 * <pre>
 *   in [−L·S, L·S]      for activations in [−L, L]: 2·L·S + 1 integers
 *   in [−L·S⁻, L·S⁺]    for activations in [0, L]:    L·S + 1 integers
 * </pre>
 *
 * Where these are at most p in every channel, y is the only one of them that is congruent to the
 * residue of the masked computation. A 32-bit accumulator over unsigned bytes holds at most 255·S;
 * where that is below 2³¹ the limb products are exact. Weights of two parts need the first bound
 * for W and the second one for each part.
 *
 * @param field what the layer is computed in
 * @param signed whether its activations may be negative
 */
public record Headroom(ResidueField field, boolean signed) {
  /** p = 2³¹ − 1 and any activations: what every model has room in, if it has any. */
  public static final Headroom LARGEST = new Headroom(ResidueField.P31, true);

  /** A layer that allows fewer activation bits is not offloaded. */
  public static final int MIN_BITS = 8;

  /** The largest S for which 255·S &lt; 2³¹. */
  public static final long MAX_ABS_WEIGHT_SUM = Integer.MAX_VALUE / 255;

  /** The range of so many bits. */
  public ActivationRange range(int bits) {
    return new ActivationRange(signed, bits);
  }

  /**
   * The largest Σ|w_q| of an output channel for which sums of activations of {@code bits} bits do
   * not wrap around: (p − 1) / (2·L), or / L, rounded down.
   *
   * @param bits 2 to {@value ActivationRange#MAX_BITS}
   */
  public long maxAbsWeightSum(int bits) {
    return (field.modulus() - 1L) / width(bits);
  }

  /** How far apart the largest and the smallest activation are. */
  private long width(int bits) {
    ActivationRange range = range(bits);
    return (long) range.limit() - range.least();
  }

  /**
   * The fewest bits, at least {@value #MIN_BITS}, that hold integers up to a magnitude: those of a
   * model that states the range of its activations.
   *
   * @return {@link Integer#MAX_VALUE} where {@value ActivationRange#MAX_BITS} bits do not suffice
   */
  public int bitsFor(double magnitude) {
    for (int bits = MIN_BITS; bits <= ActivationRange.MAX_BITS; bits++) {
      if (range(bits).limit() >= magnitude) {
        return bits;
      }
    }
    return Integer.MAX_VALUE;
  }

  /**
   * The binary logarithm of p − 1 over how far apart sums can be, 0 for weights or bits out of
   * range.
   */
  public double bitsLeft(int bits, long maxAbsWeightSum) {
    if (bits < 2 || bits > ActivationRange.MAX_BITS || maxAbsWeightSum < 1) {
      return 0;
    }
    double largest = (double) width(bits) * maxAbsWeightSum;
    return Math.max(0, Math.log((field.modulus() - 1) / largest) / Math.log(2));
  }

  /**
   * The largest b ≤ {@value ActivationRange#MAX_BITS} for which no sum wraps around.
   *
   * @param maxAbsWeightSum S, not negative
   * @return b, at least 1; a result below {@value #MIN_BITS} means that the field is too small
   */
  public int activationBits(long maxAbsWeightSum) {
    if (maxAbsWeightSum < 0) {
      throw new IllegalArgumentException(
          "Headroom: expected a weight sum from 0; found " + maxAbsWeightSum + ".");
    }
    int bits = ActivationRange.MAX_BITS;
    while (bits > 1 && maxAbsWeightSum > maxAbsWeightSum(bits)) {
      bits--;
    }
    return bits;
  }
}
