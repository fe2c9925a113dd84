/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.arithmetic;

/**
 * What turns a layer's integers into floats: s_x of the tensor, s_w and the bias of every output
 * channel. The arrays are not copied.
 */
public record ChannelScales(float tensorScale, float[] weightScales, float[] bias) {
  int channels() {
    return bias.length;
  }

  /** s_x · s_w[channel]. */
  float scale(int channel) {
    return tensorScale * weightScales[channel];
  }

  /** How many channels; scales follow from activations and are not shown. */
  @Override
  public String toString() {
    return "ChannelScales[channels=" + channels() + "]";
  }
}
