/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.quant;

import java.util.Arrays;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.linear.LayerWeights;

/**
 * Symmetric quantization of weights, per output channel: w ≈ w_q · s with s = max|w|/L over the
 * channel (1 for a channel of zeros) and w_q in [−L, L], rounded by {@link BalancedRounding} so
 * that the errors of a channel sum up to nothing. Weights that are multiples m of a power of two
 * with |m| ≤ 127, binary and ternary ones for instance, take that as their s and are exact. L is
 * 127 for int8 weights, and 127 to 2047, each channel its own, for weights of two parts; {@link
 * BitBalance} chooses it. Every proof is computed from the integers.
 */
public final class WeightQuantizer {
  /** The largest magnitude of a quantized weight. */
  public static final int LIMIT = 127;

  private WeightQuantizer() {}

  /**
   * Quantized weights of one or two parts.
   *
   * @param weights in the order of the float weights
   * @param scales per output channel, positive and finite
   * @param limits L per output channel
   */
  @SuppressWarnings("ArrayRecordComponent") // a carrier of arrays, not a value to compare
  public record FittedWeights(LayerWeights weights, float[] scales, int[] limits) {}

  /**
   * Quantizes a layer so that no output channel's Σ|w_q| exceeds a bound: a channel that does is
   * quantized again with a smaller L, down to 127.
   *
   * @param weights output channel first, a multiple of the number of limits
   * @param limits the L to begin with, per output channel, 127 to 2047
   * @param kernel how many successive weights read one input channel: the kernel's height times its
   *     width
   * @param maxAbsSum the bound; weights quantized with L = 127 must be within it
   * @throws BadInputException when a weight is NaN or infinite
   */
  public static FittedWeights fit(float[] weights, int[] limits, int kernel, long maxAbsSum) {
    int perChannel = perChannel(weights.length, limits.length);
    if (kernel < 1 || perChannel % kernel != 0) {
      throw new IllegalArgumentException(
          ("Quantizing weights: expected a kernel that divides the "
                  + "%s weights of a channel; found %s.")
              .formatted(perChannel, kernel));
    }
    short[] values = new short[weights.length];
    float[] scales = new float[limits.length];
    int[] used = limits.clone();
    for (int channel = 0; channel < used.length; channel++) {
      int from = channel * perChannel;
      float max = maxMagnitude(weights, from, perChannel);
      float step = ExactSteps.of(weights, from, perChannel, LIMIT);
      scales[channel] = step > 0 ? step : scale(max, used[channel]);
      long sum =
          quantize(weights, from, perChannel, kernel, scales[channel], used[channel], values);
      while (sum > maxAbsSum && step == 0 && used[channel] > LIMIT) {
        // Σ|w_q| grows about in proportion to L
        long next = used[channel] * maxAbsSum / sum;
        used[channel] = (int) Math.max(LIMIT, Math.min(used[channel] - 1L, next));
        scales[channel] = scale(max, used[channel]);
        sum = quantize(weights, from, perChannel, kernel, scales[channel], used[channel], values);
      }
      if (sum > maxAbsSum) {
        throw new IllegalArgumentException(
            "Quantizing weights: expected Σ|w| of at most " + maxAbsSum + "; found " + sum + ".");
      }
    }
    return new FittedWeights(LayerWeights.split(values), scales, used);
  }

  /**
   * Quantized weights.
   *
   * @param values in [−127, 127], in the order of the float weights
   * @param scales per output channel, positive and finite
   */
  @SuppressWarnings("ArrayRecordComponent") // a carrier of two arrays, not a value to compare
  public record QuantizedWeights(byte[] values, float[] scales) {}

  /**
   * Quantizes a layer to int8 weights.
   *
   * @param weights output channel first, a multiple of {@code outChannels}
   * @param kernel the kernel's height times its width
   * @throws BadInputException when a weight is NaN or infinite
   */
  public static QuantizedWeights quantize(float[] weights, int outChannels, int kernel) {
    int[] limits = new int[outChannels];
    Arrays.fill(limits, LIMIT);
    FittedWeights fitted = fit(weights, limits, kernel, Long.MAX_VALUE);
    return new QuantizedWeights(fitted.weights().part(0), fitted.scales());
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

  /** Quantizes one channel into {@code values} and returns Σ|w_q|. */
  private static long quantize(
      float[] weights, int from, int count, int kernel, float scale, int limit, short[] values) {
    double inverse = 1.0 / scale;
    double[] steps = new double[count];
    for (int i = 0; i < count; i++) {
      steps[i] = weights[from + i] * inverse;
    }
    int[] rounded = BalancedRounding.round(steps, kernel, limit);
    long sum = 0;
    for (int i = 0; i < count; i++) {
      values[from + i] = (short) rounded[i];
      sum += Math.abs(rounded[i]);
    }
    return sum;
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

  private static float scale(float max, int limit) {
    float scale = max / limit;
    return scale < Float.MIN_NORMAL ? (max == 0 ? 1 : Float.MIN_NORMAL) : scale;
  }

  static int perChannel(int count, int outChannels) {
    if (outChannels < 1 || count == 0 || count % outChannels != 0) {
      throw new IllegalArgumentException(
          "Quantizing weights: expected a positive multiple of %s weights; found %s."
              .formatted(outChannels, count));
    }
    return count / outChannels;
  }
}
