/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.linear;

import org.jspecify.annotations.Nullable;
import org.lepcnn.core.error.BadInputException;

/**
 * The integer weights W of one linear layer, in the geometry's layout, held as one int8 part or as
 * two.
 *
 * <p>One part: W in [−128, 127], all that an int8 number can be. Two parts: W = 16·high + low with
 * high = trunc(W / 16) in [−127, 127] and low = W − 16·high in [−15, 15], which covers |W| ≤ 127·16
 * + 15 = {@value #MAX_MAGNITUDE}. Since W·x is linear in W, a layer with two parts is 16·(high·x) +
 * low·x.
 *
 * <p>Arrays are neither copied in nor out and must not be changed.
 */
public final class LayerWeights {
  /** The largest magnitude of the high part. */
  private static final int MAX_HIGH_MAGNITUDE = 127;

  /** The largest |W| that two parts hold. */
  public static final int MAX_MAGNITUDE = 2047;

  /** W = 2^{@value} · high + low. */
  public static final int HIGH_SHIFT = 4;

  /** The largest magnitude of the low part. */
  public static final int MAX_LOW_MAGNITUDE = (1 << HIGH_SHIFT) - 1;

  private final byte[] high;
  private final byte @Nullable [] low; // null for weights of one part

  private LayerWeights(byte[] high, byte @Nullable [] low) {
    this.high = high;
    this.low = low;
  }

  /** Weights of one part. */
  public static LayerWeights of(byte[] weights) {
    return new LayerWeights(weights, null);
  }

  /**
   * Weights of two parts, as many of each.
   *
   * @throws BadInputException for a high part outside [−127, 127] or a low part outside [−15, 15]
   */
  public static LayerWeights of(byte[] high, byte[] low) {
    requireMagnitude(high, MAX_HIGH_MAGNITUDE);
    requireMagnitude(low, MAX_LOW_MAGNITUDE);
    if (high.length != low.length) {
      throw BadInputException.about("Weights of a layer")
          .expected("as many low parts as high parts, " + high.length)
          .found(low.length);
    }
    return new LayerWeights(high, low);
  }

  /**
   * Splits weights: one part where all of them fit, else two.
   *
   * @param weights each of magnitude at most {@value #MAX_MAGNITUDE}
   */
  public static LayerWeights split(short[] weights) {
    int least = 0;
    int most = 0;
    for (short weight : weights) {
      least = Math.min(least, weight);
      most = Math.max(most, weight);
    }
    if (Math.max(-least, most) > MAX_MAGNITUDE) {
      throw BadInputException.about("Weights of a layer")
          .expected("magnitudes of at most " + MAX_MAGNITUDE)
          .found(Math.max(-least, most));
    }
    boolean areBytes = least >= Byte.MIN_VALUE && most <= Byte.MAX_VALUE;
    return areBytes ? inOnePart(weights) : inTwoParts(weights);
  }

  private static LayerWeights inOnePart(short[] weights) {
    byte[] only = new byte[weights.length];
    for (int i = 0; i < weights.length; i++) {
      only[i] = (byte) weights[i];
    }
    return new LayerWeights(only, null);
  }

  private static LayerWeights inTwoParts(short[] weights) {
    byte[] high = new byte[weights.length];
    byte[] low = new byte[weights.length];
    for (int i = 0; i < weights.length; i++) {
      // Java's division truncates towards zero, so both parts have the weight's sign
      int top = weights[i] / (1 << HIGH_SHIFT);
      high[i] = (byte) top;
      low[i] = (byte) (weights[i] - (top << HIGH_SHIFT));
    }
    return new LayerWeights(high, low);
  }

  /** How many weights there are. */
  public int count() {
    return high.length;
  }

  /** 1 or 2. */
  public int parts() {
    return low == null ? 1 : 2;
  }

  /**
   * One part: 0 is the only part or the high one, 1 the low one.
   *
   * @return {@link #count} int8 numbers
   */
  public byte[] part(int part) {
    if (part == 0) {
      return high;
    }
    if (part == 1 && low != null) {
      return low;
    }
    throw new IllegalArgumentException(
        "Weights of a layer: expected a part below " + parts() + "; found " + part + ".");
  }

  /** The combined weight W at a position. */
  public int at(int index) {
    return low == null ? high[index] : (high[index] << HIGH_SHIFT) + low[index];
  }

  /**
   * The largest Σ|W| over the output channels: what the proofs against wrap-around need.
   *
   * @param outChannels divides {@link #count}
   */
  public long maxAbsSum(int outChannels) {
    int perChannel = count() / outChannels;
    long max = 0;
    for (int channel = 0; channel < outChannels; channel++) {
      long sum = 0;
      for (int i = channel * perChannel; i < (channel + 1) * perChannel; i++) {
        sum += Math.abs(at(i));
      }
      max = Math.max(max, sum);
    }
    return max;
  }

  /** The largest |W|. */
  public int maxMagnitude() {
    int max = 0;
    for (int i = 0; i < count(); i++) {
      max = Math.max(max, Math.abs(at(i)));
    }
    return max;
  }

  /** Bits that the largest takes, sign included: 8 for one part, 9 to 12 for two. */
  public int bits() {
    return parts() == 1
        ? Byte.SIZE
        : Integer.SIZE - Integer.numberOfLeadingZeros(maxMagnitude()) + 1;
  }

  /** Number and parts, never contents. */
  @Override
  public String toString() {
    return "LayerWeights[count=" + count() + ", parts=" + parts() + "]";
  }

  private static void requireMagnitude(byte[] part, int limit) {
    for (byte weight : part) {
      if (Math.abs(weight) > limit) {
        throw BadInputException.about("Weights of a layer")
            .expected("numbers in [" + -limit + ", " + limit + "]")
            .found(weight);
      }
    }
  }
}
