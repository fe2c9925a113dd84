/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.layer;

import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.Arrays;
import org.lepcnn.onnx.graph.Tensors;

/** Constants that have one value per channel of another tensor. */
final class PerChannel {
  private PerChannel() {}

  /**
   * The values per channel of a constant that is broadcast to {@code dims}.
   *
   * @param axis the channels' axis in {@code dims}, or {@link LinearLayer#NO_AXIS}; then only a
   *     single value fits
   * @param channels how many channels
   * @return one finite value per channel, or null when the constant is not float32, varies along
   *     another axis, would enlarge the tensor, or is not finite
   */
  static double[] values(TensorProto constant, long[] dims, int axis, int channels) {
    if (constant == null || !Tensors.isFloat(constant)) {
      return null;
    }
    long[] own = Tensors.dims(constant);
    if (own.length > dims.length) {
      return null;
    }
    for (int i = 0; i < own.length; i++) {
      int at = dims.length - own.length + i;
      boolean perChannel = at == axis && own[i] == channels && dims[at] == channels;
      if (own[i] != 1 && !perChannel) {
        return null;
      }
    }
    return spread(Tensors.floats(constant), channels);
  }

  /** The values of a constant vector of exactly one finite float32 number per channel, or null. */
  static double[] values(TensorProto constant, int channels) {
    if (constant == null
        || !Tensors.isFloat(constant)
        || Tensors.elements(Tensors.dims(constant)) != channels) {
      return null;
    }
    return spread(Tensors.floats(constant), channels);
  }

  /** One value per channel from a list of as many, or from a single one. */
  static double[] spread(float[] values, int channels) {
    if (values.length != 1 && values.length != channels) {
      return null;
    }
    double[] spread = new double[channels];
    for (int i = 0; i < channels; i++) {
      spread[i] = values[values.length == 1 ? 0 : i];
    }
    return Arrays.stream(spread).allMatch(Double::isFinite) ? spread : null;
  }
}
