/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.quant;

import org.lepcnn.core.field.Field31;

/**
 * The proofs that no sum wraps around, from the weights alone and without calibration data.
 *
 * <p>Let S = max over output channels of Σ|w_q|. A plain integer output is at most (2^(b−1) − 1)·S
 * in magnitude; where that is at most (p − 1)/2, the output is the centred residue of the masked
 * computation. A 32-bit accumulator over unsigned bytes holds at most 255·S; where that is below
 * 2³¹ the limb products are exact. Weights of two parts need the first bound for W and the second
 * one for each part.
 */
public final class Headroom {
  /**
   * The most activation bits that are used; more would not fit the rounding by a float constant.
   */
  public static final int MAX_BITS = 22;

  /** A layer that allows fewer activation bits is not offloaded. */
  public static final int MIN_BITS = 8;

  /** The largest S for which 255·S &lt; 2³¹. */
  public static final long MAX_ABS_WEIGHT_SUM = Integer.MAX_VALUE / 255;

  private Headroom() {}

  /**
   * The largest Σ|w_q| of an output channel for which sums of activations of {@code bits} bits do
   * not wrap around: ((p − 1)/2) / (2^(b−1) − 1), rounded down.
   *
   * @param bits 2 to {@value #MAX_BITS}
   */
  public static long maxAbsWeightSum(int bits) {
    return Field31.HALF / ActivationQuantizer.limit(bits);
  }

  /**
   * The fewest bits, at least {@value #MIN_BITS}, that hold integers up to a magnitude: those of a
   * model that states the range of its activations.
   *
   * @return {@link Integer#MAX_VALUE} where {@value #MAX_BITS} bits do not suffice
   */
  public static int bitsFor(double magnitude) {
    for (int bits = MIN_BITS; bits <= MAX_BITS; bits++) {
      if (ActivationQuantizer.limit(bits) >= magnitude) {
        return bits;
      }
    }
    return Integer.MAX_VALUE;
  }

  /**
   * The binary logarithm of (p − 1)/2 over the largest possible sum, 0 for weights or bits out of
   * range.
   */
  public static double bitsLeft(int bits, long maxAbsWeightSum) {
    if (bits < 2 || bits > MAX_BITS || maxAbsWeightSum < 1) {
      return 0;
    }
    double largest = (double) ActivationQuantizer.limit(bits) * maxAbsWeightSum;
    return Math.max(0, Math.log(Field31.HALF / largest) / Math.log(2));
  }

  /**
   * The largest b ≤ {@value #MAX_BITS} with (2^(b−1) − 1)·S ≤ (p − 1)/2.
   *
   * @param maxAbsWeightSum S, not negative
   * @return b, at least 1; a result below {@value #MIN_BITS} means that the layer stays on the
   *     device
   */
  public static int activationBits(long maxAbsWeightSum) {
    if (maxAbsWeightSum < 0 || maxAbsWeightSum > Long.MAX_VALUE >> MAX_BITS) {
      throw new IllegalArgumentException(
          "Headroom: expected a weight sum from 0 to 2^41; found " + maxAbsWeightSum + ".");
    }
    int bits = MAX_BITS;
    while (bits > 1 && ((1L << (bits - 1)) - 1) * maxAbsWeightSum > Field31.HALF) {
      bits--;
    }
    return bits;
  }
}
