/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.quant;

import java.util.List;
import org.lepcnn.core.linear.LayerWeights;

/**
 * Divides the bits of the modulus between weights and activations.
 *
 * <p>With b activation bits and weights of channel oc rounded to magnitudes up to L(oc), no sum
 * wraps around as long as l · Σ|w_q| ≤ (p − 1)/2 in every output channel, where l = 2^(b−1) − 1 is
 * the largest activation, or l · Σ|w_q| ≤ p − 1 with l = 2^b − 1 where none is negative ({@link
 * Headroom}). So every bit more for one side is a bit less for the other, once 8-bit weights have
 * left the activations more than they need. Write X = max|x|, M(oc) = max|w| of the channel, N the
 * fan-in. Rounding errors are uniform and independent: a weight's has variance (M(oc)/L(oc))²/12,
 * an activation's (t·X/l)²/12, where 1 ≤ t &lt; 2 makes the step a power of two: t² is {@value
 * #STEP_POWER} = 3/ln 4 on average. With mean squares κ·X² of the activations, the mean noise of
 * the outputs over their mean signal, both summed over all channels, is
 *
 * <pre>
 *   noise      Σ over oc of N·(M/L)²·κX² + (tX/l)²·Σw²        1
 *   ------  =  ---------------------------------------- · ----
 *   signal               Σ over oc of κX²·Σw²                12
 *
 *           =  E(b) / (12·κ)   with   E(b) = κ · N · Σ(M/L)² / Σw²  +  t²/l²
 * </pre>
 *
 * where Σw² runs over the whole layer. The weights are known at import, the activations are not: κ
 * = {@value #ACTIVATION_POWER}, a root mean square of a tenth of the largest activation, as behind
 * ReLU. For every b the channels take the largest L that the proof allows, 127 to the most that is
 * wanted, L(oc) = min(most, bound / l / (Σ|w|/M)); the b with the smallest E(b), summed over the
 * readers of a tensor, is taken. With int8 weights (most = 127) this is the largest b.
 */
public final class BitBalance {
  /** κ: the assumed mean square of activations over their largest square. */
  public static final double ACTIVATION_POWER = 0.01;

  /** t²: the mean square of the step over that of the finest step for a number of bits. */
  static final double STEP_POWER = 2.164;

  private BitBalance() {}

  /**
   * A reader of a tensor.
   *
   * @param profile its weights
   * @param mostMagnitude the largest L that is wanted, 127 to 2047
   */
  public record Reader(WeightProfile profile, int mostMagnitude) {
    public Reader {
      if (mostMagnitude < WeightQuantizer.LIMIT || mostMagnitude > LayerWeights.MAX_MAGNITUDE) {
        throw new IllegalArgumentException(
            "Balancing bits: expected a magnitude from 127 to 2047; found " + mostMagnitude + ".");
      }
    }
  }

  /**
   * The activation bits of a tensor.
   *
   * @param readers all layers that read it; each allows at least {@link Headroom#MIN_BITS} bits
   *     with int8 weights
   * @param headroom what all of them have room in
   * @return {@link Headroom#MIN_BITS} to the fewest that a reader's int8 weights allow
   */
  public static int bits(List<Reader> readers, Headroom headroom) {
    int most =
        readers.stream()
            .mapToInt(reader -> reader.profile().coarsestBits(headroom))
            .min()
            .orElseThrow();
    int best = most;
    double bestError = Double.POSITIVE_INFINITY;
    for (int bits = most; bits >= Math.min(most, Headroom.MIN_BITS); bits--) {
      double error = 0;
      for (Reader reader : readers) {
        error += error(reader, bits, headroom);
      }
      if (error < bestError) {
        best = bits;
        bestError = error;
      }
    }
    return best;
  }

  /**
   * L per output channel for a number of activation bits: the largest by the formula above, which
   * leaves out the rounding; {@link WeightQuantizer#fit} makes it hold exactly.
   */
  public static int[] limits(Reader reader, int bits, Headroom headroom) {
    WeightProfile profile = reader.profile();
    long bound = headroom.maxAbsWeightSum(bits);
    int[] limits = new int[profile.channels()];
    for (int channel = 0; channel < limits.length; channel++) {
      double largest = bound / Math.max(1, profile.relativeSum(channel));
      limits[channel] =
          (int) Math.max(WeightQuantizer.LIMIT, Math.min(reader.mostMagnitude(), largest));
    }
    return limits;
  }

  /** E(b); the activations' part alone for a layer of zeros. */
  static double error(Reader reader, int bits, Headroom headroom) {
    WeightProfile profile = reader.profile();
    int[] limits = limits(reader, bits, headroom);
    double steps = 0;
    for (int channel = 0; channel < limits.length; channel++) {
      double step = profile.max(channel) / limits[channel];
      steps += step * step;
    }
    double weights = profile.squares() == 0 ? 0 : profile.fanIn() * steps / profile.squares();
    double limit = headroom.range(bits).limit();
    return ACTIVATION_POWER * weights + STEP_POWER / (limit * limit);
  }
}
