/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.quant;

import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.linear.LayerWeights;

/** What the choice of bits needs to know of a layer's float weights. Immutable. */
public final class WeightProfile {
  private final int fanIn;
  private final float[] max;
  private final double[] relativeSums;
  private final double squares;
  private final long int8Sum;

  private WeightProfile(
      int fanIn, float[] max, double[] relativeSums, double squares, long int8Sum) {
    this.fanIn = fanIn;
    this.max = max;
    this.relativeSums = relativeSums;
    this.squares = squares;
    this.int8Sum = int8Sum;
  }

  /**
   * Measures weights.
   *
   * @param weights output channel first, a multiple of {@code outChannels}
   * @param kernel the kernel's height times its width
   * @throws BadInputException when a weight is NaN or infinite
   */
  public static WeightProfile of(float[] weights, int outChannels, int kernel) {
    int fanIn = WeightQuantizer.perChannel(weights.length, outChannels);
    float[] max = new float[outChannels];
    double[] relativeSums = new double[outChannels];
    double squares = 0;
    for (int channel = 0; channel < outChannels; channel++) {
      int from = channel * fanIn;
      max[channel] = WeightQuantizer.maxMagnitude(weights, from, fanIn);
      double sum = 0;
      for (int i = from; i < from + fanIn; i++) {
        sum += Math.abs(weights[i]);
        squares += (double) weights[i] * weights[i];
      }
      relativeSums[channel] = max[channel] == 0 ? 0 : sum / max[channel];
    }
    LayerWeights int8 =
        LayerWeights.of(WeightQuantizer.quantize(weights, outChannels, kernel).values());
    return new WeightProfile(fanIn, max, relativeSums, squares, int8.maxAbsSum(outChannels));
  }

  /** Weights per output channel. */
  public int fanIn() {
    return fanIn;
  }

  /** Output channels. */
  public int channels() {
    return max.length;
  }

  /** The largest |w| of a channel. */
  public float max(int channel) {
    return max[channel];
  }

  /** Σ|w| of a channel over its largest |w|; 0 for a channel of zeros. */
  public double relativeSum(int channel) {
    return relativeSums[channel];
  }

  /** Σw² over all weights. */
  public double squares() {
    return squares;
  }

  /** The largest Σ|w_q| over the channels with int8 weights. */
  public long int8Sum() {
    return int8Sum;
  }

  /** The most activation bits that int8 weights allow; see {@link Headroom#activationBits}. */
  public int int8Bits() {
    return Headroom.activationBits(int8Sum);
  }
}
