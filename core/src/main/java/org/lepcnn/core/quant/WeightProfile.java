/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.quant;

import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.linear.LayerWeights;
import org.lepcnn.core.quant.WeightQuantizer.QuantizedWeights;

/** What the choice of bits needs to know of a layer's float weights. Immutable. */
public final class WeightProfile {
  private final int fanIn;
  private final float[] max;
  private final double[] relativeSums;
  private final double squares;
  private final long int8Sum;
  private final double int8Noise;

  private WeightProfile(
      int fanIn,
      float[] max,
      double[] relativeSums,
      double squares,
      long int8Sum,
      double int8Noise) {
    this.fanIn = fanIn;
    this.max = max;
    this.relativeSums = relativeSums;
    this.squares = squares;
    this.int8Sum = int8Sum;
    this.int8Noise = int8Noise;
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
    QuantizedWeights int8 = WeightQuantizer.quantize(weights, outChannels, kernel);
    long int8Sum = LayerWeights.of(int8.values()).maxAbsSum(outChannels);
    double int8Noise = squares == 0 ? 0 : squaredErrors(weights, int8, fanIn) / squares;
    return new WeightProfile(fanIn, max, relativeSums, squares, int8Sum, int8Noise);
  }

  /** Σ(s·w_q − w)² over all weights. */
  private static double squaredErrors(float[] weights, QuantizedWeights rounded, int fanIn) {
    double sum = 0;
    for (int i = 0; i < weights.length; i++) {
      double error = (double) rounded.scales()[i / fanIn] * rounded.values()[i] - weights[i];
      sum += error * error;
    }
    return sum;
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

  /**
   * Σ(s·w_q − w)² / Σw² with int8 weights: the mean square of the noise that their rounding adds to
   * the layer's outputs over that of the outputs, for inputs that are alike and independent. 0
   * where int8 weights are exact.
   */
  public double int8Noise() {
    return int8Noise;
  }

  /**
   * The same for weights of two parts at their finest, where rounding errors are uniform: Σ
   * (max|w|/2047)²/12 over all weights, over Σw². Less than a hundredth of {@link #int8Noise}
   * unless int8 weights are nearly exact.
   */
  public double finestNoise() {
    double steps = 0;
    for (float largest : max) {
      double step = (double) largest / LayerWeights.MAX_MAGNITUDE;
      steps += step * step;
    }
    return squares == 0 ? 0 : fanIn * steps / (12 * squares);
  }

  /** The most activation bits that int8 weights allow; see {@link Headroom#activationBits}. */
  public int int8Bits() {
    return Headroom.activationBits(int8Sum);
  }
}
