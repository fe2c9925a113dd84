/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.plan;

import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.linear.DirectConvolution;
import org.lepcnn.core.quant.BitBalance;
import org.lepcnn.core.quant.Headroom;
import org.lepcnn.core.quant.WeightProfile;
import org.lepcnn.core.quant.WeightQuantizer;
import org.lepcnn.core.quant.WeightQuantizer.FittedWeights;
import org.lepcnn.onnx.graph.StaysOnDeviceException;
import org.lepcnn.onnx.layer.Grid;
import org.lepcnn.onnx.layer.LinearLayer;

/**
 * A linear layer that goes to the edge: with weights at their coarsest, and so with any, all proofs
 * hold.
 *
 * @param layer what it is
 * @param profile of its weights
 * @param bias per output channel
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
public record OffloadedLayer(LinearLayer layer, WeightProfile profile, float[] bias) {

  /**
   * Proves the headroom of a layer with weights at their coarsest.
   *
   * @throws StaysOnDeviceException when a weight or bias is not finite, or a proof fails
   */
  static OffloadedLayer prove(LinearLayer layer) throws StaysOnDeviceException {
    float[] bias = layer.bias();
    for (float value : bias) {
      if (!Float.isFinite(value)) {
        throw new StaysOnDeviceException("its bias is not finite");
      }
    }
    WeightProfile profile;
    try {
      profile = WeightProfile.of(layer.weights());
    } catch (BadInputException e) {
      throw new StaysOnDeviceException("its weights are not finite");
    }
    if (profile.coarsestSum() > Headroom.MAX_ABS_WEIGHT_SUM) {
      throw new StaysOnDeviceException(
          "its weights sum up to "
              + profile.coarsestSum()
              + ", beyond the "
              + Headroom.MAX_ABS_WEIGHT_SUM
              + " of a 32-bit accumulator");
    }
    if (profile.coarsestBits(Headroom.LARGEST) < Headroom.MIN_BITS) {
      throw new StaysOnDeviceException(
          "its weights leave only "
              + profile.coarsestBits(Headroom.LARGEST)
              + " bits for the activations, fewer than "
              + Headroom.MIN_BITS);
    }
    return new OffloadedLayer(layer, profile, bias);
  }

  /** Whether it reads integers of a known range that its weights leave too few bits for. */
  boolean roundsIntegers() {
    Grid grid = layer.inputGrid();
    return grid != null
        && Double.isFinite(grid.limit())
        && Headroom.LARGEST.bitsFor(grid.limit()) > profile.coarsestBits(Headroom.LARGEST);
  }

  /** This layer as a reader of its tensor. */
  BitBalance.Reader reader(Precision precision) {
    boolean coarsest =
        profile.exact() || layer.geometry().fanIn() >= DirectConvolution.MAX_PARTED_FAN_IN;
    int most = coarsest ? WeightQuantizer.LIMIT : precision.mostMagnitude(layer.output());
    return new BitBalance.Reader(profile, most);
  }

  /**
   * The layer's weights for a tensor of at most as many bits as {@link WeightProfile#coarsestBits}
   * tells. The bound on Σ|W| proves the accumulators of both parts as well: the parts have the
   * weight's sign, so |W| = 16·|high| + |low|, and neither Σ|high| nor Σ|low| exceeds Σ|W|.
   */
  FittedWeights quantize(Precision precision, TensorFields.Choice tensor) {
    long bound =
        Math.min(tensor.headroom().maxAbsWeightSum(tensor.bits()), Headroom.MAX_ABS_WEIGHT_SUM);
    int[] limits = BitBalance.limits(reader(precision), tensor.bits(), tensor.headroom());
    return WeightQuantizer.fit(layer.weights(), limits, bound);
  }
}
