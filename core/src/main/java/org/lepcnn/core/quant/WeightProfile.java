/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.quant;

import java.util.Arrays;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.linear.LayerWeights;
import org.lepcnn.core.quant.WeightQuantizer.FittedWeights;

/** What the choice of bits needs to know of a layer's float weights. Immutable. */
public final class WeightProfile {
  private final int fanIn;
  private final float[] max;
  private final double[] relativeSums;
  private final double squares;
  private final long coarsestSum;
  private final double coarsestNoise;
  private final boolean exact;

  private WeightProfile(
      int fanIn,
      float[] max,
      double[] relativeSums,
      double squares,
      long coarsestSum,
      double coarsestNoise,
      boolean exact) {
    this.fanIn = fanIn;
    this.max = max;
    this.relativeSums = relativeSums;
    this.squares = squares;
    this.coarsestSum = coarsestSum;
    this.coarsestNoise = coarsestNoise;
    this.exact = exact;
  }

  /**
   * Measures weights.
   *
   * @throws BadInputException when a weight, or a weight times its factor, is NaN or infinite
   */
  public static WeightProfile of(ScaledWeights weights) {
    int fanIn = weights.fanIn();
    float[] max = new float[weights.channels()];
    double[] relativeSums = new double[max.length];
    double squares = 0;
    for (int channel = 0; channel < max.length; channel++) {
      int from = weights.from(channel);
      double factor = Math.abs(weights.factors()[channel]);
      float largest = WeightQuantizer.maxMagnitude(weights.values(), from, fanIn);
      max[channel] = scaled(largest, factor);
      double sum = 0;
      double squared = 0;
      for (int i = from; i < from + fanIn; i++) {
        double value = weights.values()[i];
        sum += Math.abs(value);
        squared += value * value;
      }
      relativeSums[channel] = largest == 0 ? 0 : sum / largest;
      squares += squared * factor * factor;
    }
    FittedWeights coarsest = coarsest(weights);
    double noise =
        coarsest.exact() || squares == 0 ? 0 : squaredErrors(weights, coarsest) / squares;
    return new WeightProfile(
        fanIn,
        max,
        relativeSums,
        squares,
        coarsest.weights().maxAbsSum(max.length),
        noise,
        coarsest.exact());
  }

  private static float scaled(float largest, double factor) {
    float scaled = (float) (largest * factor);
    if (!Float.isFinite(scaled)) {
      throw BadInputException.about("Quantizing weights")
          .expected("finite numbers")
          .found("one that becomes " + scaled + " with what follows the layer");
    }
    return scaled;
  }

  private static FittedWeights coarsest(ScaledWeights weights) {
    int[] limits = new int[weights.channels()];
    Arrays.fill(limits, WeightQuantizer.LIMIT);
    return WeightQuantizer.fit(weights, limits, Long.MAX_VALUE);
  }

  /** Σ(s·w_q − w)² over all weights. */
  private static double squaredErrors(ScaledWeights weights, FittedWeights rounded) {
    double sum = 0;
    for (int i = 0; i < weights.values().length; i++) {
      int channel = i / weights.fanIn();
      double value = weights.values()[i] * weights.factors()[channel];
      double error = (double) rounded.scales()[channel] * rounded.weights().at(i) - value;
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

  /**
   * The largest Σ|w_q| over the channels with weights at their coarsest: the integers that they
   * are, or int8.
   */
  public long coarsestSum() {
    return coarsestSum;
  }

  /**
   * Σ(s·w_q − w)² / Σw² with weights at their coarsest: the mean square of the noise that their
   * rounding adds to the layer's outputs over that of the outputs, for inputs that are alike and
   * independent. 0 where these are exact.
   */
  public double coarsestNoise() {
    return coarsestNoise;
  }

  /**
   * The same for weights of two parts at their finest, where rounding errors are uniform: Σ
   * (max|w|/2047)²/12 over all weights, over Σw². Less than a hundredth of {@link #coarsestNoise}
   * unless those are nearly exact.
   */
  public double finestNoise() {
    double steps = 0;
    for (float largest : max) {
      double step = (double) largest / LayerWeights.MAX_MAGNITUDE;
      steps += step * step;
    }
    return squares == 0 ? 0 : fanIn * steps / (12 * squares);
  }

  /** Whether the weights at their coarsest are exact in all channels. */
  public boolean exact() {
    return exact;
  }

  /**
   * The most activation bits that the coarsest weights allow; see {@link Headroom#activationBits}.
   */
  public int coarsestBits(Headroom headroom) {
    return headroom.activationBits(coarsestSum);
  }

  /**
   * The most activation bits that weights of magnitudes up to {@code limit} in every channel allow,
   * but for their rounding, or the coarsest weights, if these allow fewer.
   */
  public int bitsAt(int limit, Headroom headroom) {
    double largest = 0;
    for (double sum : relativeSums) {
      largest = Math.max(largest, sum);
    }
    return headroom.activationBits(Math.max(coarsestSum, (long) Math.ceil(largest * limit)));
  }
}
