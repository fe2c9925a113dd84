/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.arithmetic;

import org.lepcnn.core.linear.ConvGeometry;

/**
 * What turns a layer's integers into floats: s_x of every row of the tensor, s_w and the bias of
 * every output channel. The arrays are not copied.
 *
 * @param rowScales s_x of each row; as many images of the layer make a row as its batch has for
 *     each
 * @param imagesPerRow how many images of the layer a row is
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
public record ChannelScales(
    float[] rowScales, int imagesPerRow, float[] weightScales, float[] bias) {
  /** Of a layer whose images are the rows, or equal parts of them. */
  public ChannelScales(ConvGeometry g, float[] rowScales, float[] weightScales, float[] bias) {
    this(rowScales, g.batch() / rowScales.length, weightScales, bias);
  }

  /** Of a tensor of one row. */
  public ChannelScales(float tensorScale, float[] weightScales, float[] bias) {
    this(new float[] {tensorScale}, Integer.MAX_VALUE, weightScales, bias);
  }

  int channels() {
    return bias.length;
  }

  /** s_x of an image's row. */
  float rowScale(int image) {
    return rowScales[image / imagesPerRow];
  }

  /** s_x · s_w[channel] of an image. */
  float scale(int image, int channel) {
    return rowScale(image) * weightScales[channel];
  }

  /** How many channels; scales follow from activations and are not shown. */
  @Override
  public String toString() {
    return "ChannelScales[channels=" + channels() + "]";
  }
}
