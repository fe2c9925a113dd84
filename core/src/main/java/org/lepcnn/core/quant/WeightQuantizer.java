/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.quant;

import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.linear.DirectConvolution;
import org.lepcnn.core.linear.LayerWeights;

/**
 * Symmetric quantization of weights, per output channel: w ≈ w_q · s with s = max|w|/L over the
 * channel (1 for a channel of zeros) and w_q in [−L, L], rounded by {@link BalancedRounding} so
 * that the errors of a channel sum up to nothing. L is 127 for int8 weights, and 127 to 2047, each
 * channel its own, for weights of two parts; {@link BitBalance} chooses it.
 *
 * <p>Weights that are multiples m·s of any s with |m| ≤ {@value #EXACT_LIMIT}, or up to a larger L,
 * are taken as the integers m, and exact: binary and ternary ones, int8 weights of any scale, uint8
 * weights less their zero point ({@link ExactSteps}). Integers from −128 to 127 have one part.
 * Every proof is computed from the integers.
 */
public final class WeightQuantizer {
  /** The largest magnitude of a weight that is rounded to one part. */
  public static final int LIMIT = 127;

  /** Multiples up to this are always kept: uint8 numbers less any zero point. */
  static final int EXACT_LIMIT = 255;

  private WeightQuantizer() {}

  /**
   * Quantized weights of one or two parts.
   *
   * @param weights in the order of the float weights
   * @param scales per output channel, positive and finite
   * @param limits per output channel L, or the largest |m| where it is exact, but at least 127
   * @param exact whether all channels are
   */
  @SuppressWarnings("ArrayRecordComponent") // a carrier of arrays, not a value to compare
  public record FittedWeights(LayerWeights weights, float[] scales, int[] limits, boolean exact) {}

  /**
   * Quantizes a layer so that no output channel's Σ|w_q| exceeds a bound: a channel that does is
   * quantized again with a smaller L, down to 127.
   *
   * @param limits the L to begin with, per output channel, 127 to 2047
   * @param maxAbsSum the bound; weights quantized with L = 127 must be within it
   * @throws BadInputException when a weight is NaN or infinite
   */
  public static FittedWeights fit(ScaledWeights weights, int[] limits, long maxAbsSum) {
    Fitting fitting = new Fitting(weights, limits, maxAbsSum);
    for (int channel = 0; channel < limits.length; channel++) {
      fitting.fit(channel);
    }
    return fitting.result();
  }

  /**
   * The smallest of the powers of two of which the weights of the channels, without their factors,
   * are multiples up to 255; 1 where all weights are zero.
   *
   * @return 0 where a channel has none
   */
  public static float smallestPowerOfTwo(ScaledWeights weights) {
    float smallest = Float.POSITIVE_INFINITY;
    for (int channel = 0; channel < weights.channels(); channel++) {
      int from = weights.from(channel);
      float step = ExactSteps.powerOfTwo(weights.values(), from, weights.fanIn(), EXACT_LIMIT);
      if (step > 0 || !areZeros(weights.values(), from, weights.fanIn())) {
        smallest = Math.min(smallest, step);
      }
    }
    return Float.isFinite(smallest) ? smallest : 1;
  }

  private static boolean areZeros(float[] weights, int from, int count) {
    for (int i = from; i < from + count; i++) {
      if (weights[i] != 0) {
        return false;
      }
    }
    return true;
  }

  /** One layer's channels, one after the other. */
  private static final class Fitting {
    private final ScaledWeights weights;
    private final long maxAbsSum;
    private final short[] values;
    private final float[] scales;
    private final int[] limits;
    private final int exactLimit;
    private boolean exact = true;

    Fitting(ScaledWeights weights, int[] limits, long maxAbsSum) {
      this.weights = weights;
      this.maxAbsSum = maxAbsSum;
      this.values = new short[weights.values().length];
      this.scales = new float[limits.length];
      this.limits = limits.clone();
      boolean mayHaveTwoParts = weights.fanIn() < DirectConvolution.MAX_PARTED_FAN_IN;
      this.exactLimit = mayHaveTwoParts ? EXACT_LIMIT : LIMIT;
    }

    FittedWeights result() {
      return new FittedWeights(LayerWeights.split(values), scales, limits, exact);
    }

    void fit(int channel) {
      int most = Math.max(limits[channel], exactLimit);
      double step = ExactSteps.of(weights.values(), weights.from(channel), weights.fanIn(), most);
      if (step > 0 && take(channel, step, nearest(channel, step)) <= maxAbsSum) {
        limits[channel] = Math.max(LIMIT, largest(channel));
        return;
      }
      roundWithin(channel);
    }

    private void roundWithin(int channel) {
      float max =
          WeightQuantizer.maxMagnitude(weights.values(), weights.from(channel), weights.fanIn());
      exact &= max == 0 || weights.factors()[channel] == 0;
      long sum = round(channel, max);
      while (sum > maxAbsSum && limits[channel] > LIMIT) {
        // Σ|w_q| grows about in proportion to L
        long next = limits[channel] * maxAbsSum / sum;
        limits[channel] = (int) Math.max(LIMIT, Math.min(limits[channel] - 1L, next));
        sum = round(channel, max);
      }
      if (sum > maxAbsSum) {
        throw new IllegalArgumentException(
            "Quantizing weights: expected Σ|w| of at most " + maxAbsSum + "; found " + sum + ".");
      }
    }

    private long round(int channel, float max) {
      double step = step(max, limits[channel]);
      double[] steps = steps(channel, step);
      return take(channel, step, BalancedRounding.round(steps, weights.kernel(), limits[channel]));
    }

    private int[] nearest(int channel, double step) {
      double[] steps = steps(channel, step);
      int[] nearest = new int[steps.length];
      for (int i = 0; i < steps.length; i++) {
        nearest[i] = (int) Math.rint(steps[i]);
      }
      return nearest;
    }

    /** A channel's weights in steps. The factor's sign is here, so that scales are positive. */
    private double[] steps(int channel, double step) {
      double inverse = Math.signum(weights.factors()[channel]) / step;
      double[] steps = new double[weights.fanIn()];
      for (int i = 0; i < steps.length; i++) {
        steps[i] = weights.values()[weights.from(channel) + i] * inverse;
      }
      return steps;
    }

    /** Keeps a channel's integers and returns Σ|w_q|. */
    private long take(int channel, double step, int[] integers) {
      scales[channel] = scale(step * Math.abs(weights.factors()[channel]));
      long sum = 0;
      for (int i = 0; i < integers.length; i++) {
        values[weights.from(channel) + i] = (short) integers[i];
        sum += Math.abs(integers[i]);
      }
      return sum;
    }

    private int largest(int channel) {
      int max = 0;
      for (int i = weights.from(channel); i < weights.from(channel) + weights.fanIn(); i++) {
        max = Math.max(max, Math.abs(values[i]));
      }
      return max;
    }
  }

  /** The largest Σ|w_q| over the output channels: what the proofs of {@link Headroom} need. */
  public static long maxAbsSum(byte[] values, int outChannels) {
    int perChannel = perChannel(values.length, outChannels);
    long max = 0;
    for (int from = 0; from < values.length; from += perChannel) {
      long sum = 0;
      for (int i = from; i < from + perChannel; i++) {
        sum += Math.abs(values[i]);
      }
      max = Math.max(max, sum);
    }
    return max;
  }

  /** The largest |w| of a channel. */
  static float maxMagnitude(float[] weights, int from, int count) {
    float max = 0;
    for (int i = from; i < from + count; i++) {
      float magnitude = Math.abs(weights[i]);
      if (!(magnitude <= Float.MAX_VALUE)) {
        throw BadInputException.about("Quantizing weights")
            .expected("finite numbers")
            .found(weights[i] + " at position " + i);
      }
      max = Math.max(max, magnitude);
    }
    return max;
  }

  private static double step(float max, int limit) {
    return max == 0 ? 1 : Math.max((double) max / limit, Float.MIN_NORMAL);
  }

  /** A scale for the device: 1 for a channel that is multiplied with nothing. */
  private static float scale(double scale) {
    return scale == 0 ? 1 : (float) Math.max(scale, Float.MIN_NORMAL);
  }

  private static int perChannel(int count, int outChannels) {
    if (outChannels < 1 || count == 0 || count % outChannels != 0) {
      throw new IllegalArgumentException(
          "Quantizing weights: expected a positive multiple of %s weights; found %s."
              .formatted(outChannels, count));
    }
    return count / outChannels;
  }
}
