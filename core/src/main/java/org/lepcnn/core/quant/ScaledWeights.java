/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.quant;

import java.util.Arrays;

/**
 * A layer's weights before they are quantized: {@code values[oc][i] · factors[oc]}. What follows a
 * layer and multiplies its output channels is in the factors alone, so that integer weights remain
 * integers.
 *
 * @param values output channel first, a positive multiple of the number of factors
 * @param factors per output channel, finite
 * @param kernel how many successive weights read one input channel: the kernel's height times its
 *     width
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier of arrays, not a value to compare
public record ScaledWeights(float[] values, double[] factors, int kernel) {
  public ScaledWeights {
    int channels = factors.length;
    if (channels < 1 || values.length == 0 || values.length % channels != 0) {
      throw new IllegalArgumentException(
          "Quantizing weights: expected a positive multiple of "
              + channels
              + " weights; found "
              + values.length
              + ".");
    }
    int fanIn = values.length / channels;
    if (kernel < 1 || fanIn % kernel != 0) {
      throw new IllegalArgumentException(
          "Quantizing weights: expected a kernel that divides the "
              + fanIn
              + " weights of a channel; found "
              + kernel
              + ".");
    }
  }

  /** Weights whose factors are 1. */
  public static ScaledWeights of(float[] values, int outChannels, int kernel) {
    double[] factors = new double[outChannels];
    Arrays.fill(factors, 1);
    return new ScaledWeights(values, factors, kernel);
  }

  int channels() {
    return factors.length;
  }

  /** Weights per output channel. */
  int fanIn() {
    return values.length / factors.length;
  }

  /** Where a channel's weights begin. */
  int from(int channel) {
    return channel * fanIn();
  }
}
