/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx;

import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.quant.Headroom;
import org.lepcnn.core.quant.WeightQuantizer;

/**
 * A linear layer that goes to the edge, quantized.
 *
 * @param layer what it is
 * @param weights int8, in the geometry's layout
 * @param scales per output channel
 * @param bias per output channel
 * @param bits the most activation bits that its weights allow
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
record OffloadedLayer(LinearLayer layer, byte[] weights, float[] scales, float[] bias, int bits) {

  /**
   * Quantizes a layer and proves its headroom.
   *
   * @throws StaysOnDeviceException when a weight or bias is not finite, or a proof fails
   */
  static OffloadedLayer quantize(LinearLayer layer) throws StaysOnDeviceException {
    int channels = layer.geometry().outChannels();
    float[] bias = layer.bias();
    for (float value : bias) {
      if (!Float.isFinite(value)) {
        throw new StaysOnDeviceException("its bias is not finite");
      }
    }
    WeightQuantizer.QuantizedWeights quantized;
    try {
      quantized = WeightQuantizer.quantize(layer.weights(), channels);
    } catch (BadInputException e) {
      throw new StaysOnDeviceException("its weights are not finite");
    }
    long sum = WeightQuantizer.maxAbsSum(quantized.values(), channels);
    if (sum > Headroom.MAX_ABS_WEIGHT_SUM) {
      throw new StaysOnDeviceException(
          "its weights sum up to "
              + sum
              + ", beyond the "
              + Headroom.MAX_ABS_WEIGHT_SUM
              + " of a 32-bit accumulator");
    }
    int bits = Headroom.activationBits(sum);
    if (bits < Headroom.MIN_BITS) {
      throw new StaysOnDeviceException(
          "its weights leave only "
              + bits
              + " bits for the activations, fewer than "
              + Headroom.MIN_BITS);
    }
    return new OffloadedLayer(layer, quantized.values(), quantized.scales(), bias, bits);
  }
}
