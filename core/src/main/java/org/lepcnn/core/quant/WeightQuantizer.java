/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.quant;

import org.lepcnn.core.error.BadInputException;

/**
 * Symmetric int8 quantization of weights, per output channel: w ≈ w_q · s with s = max|w|/127 over
 * the channel (1 for a channel of zeros) and w_q = rint(w/s) in [−127, 127].
 */
public final class WeightQuantizer {
  /** The largest magnitude of a quantized weight. */
  public static final int LIMIT = 127;

  private WeightQuantizer() {}

  /**
   * Quantized weights.
   *
   * @param values in [−127, 127], in the order of the float weights
   * @param scales per output channel, positive and finite
   */
  @SuppressWarnings("ArrayRecordComponent") // a carrier of two arrays, not a value to compare
  public record QuantizedWeights(byte[] values, float[] scales) {}

  /**
   * Quantizes a layer.
   *
   * @param weights output channel first, a multiple of {@code outChannels}
   * @throws BadInputException when a weight is NaN or infinite
   */
  public static QuantizedWeights quantize(float[] weights, int outChannels) {
    int perChannel = perChannel(weights.length, outChannels);
    byte[] values = new byte[weights.length];
    float[] scales = new float[outChannels];
    for (int channel = 0; channel < outChannels; channel++) {
      int from = channel * perChannel;
      scales[channel] = scale(weights, from, perChannel);
      double inverse = 1.0 / scales[channel];
      for (int i = from; i < from + perChannel; i++) {
        double scaled = Math.rint(weights[i] * inverse);
        values[i] = (byte) Math.max(-LIMIT, Math.min(LIMIT, scaled));
      }
    }
    return new QuantizedWeights(values, scales);
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

  private static float scale(float[] weights, int from, int count) {
    float max = 0;
    for (int i = from; i < from + count; i++) {
      float magnitude = Math.abs(weights[i]);
      if (!(magnitude <= Float.MAX_VALUE)) {
        throw new BadInputException(
            "Quantizing weights: expected finite numbers; found "
                + weights[i]
                + " at position "
                + i
                + ".");
      }
      max = Math.max(max, magnitude);
    }
    float scale = max / LIMIT;
    return scale < Float.MIN_NORMAL ? (max == 0 ? 1 : Float.MIN_NORMAL) : scale;
  }

  private static int perChannel(int count, int outChannels) {
    if (outChannels < 1 || count == 0 || count % outChannels != 0) {
      throw new IllegalArgumentException(
          "Quantizing weights: expected a positive multiple of "
              + outChannels
              + " weights; found "
              + count
              + ".");
    }
    return count / outChannels;
  }
}
