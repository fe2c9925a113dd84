/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.arithmetic;

import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.quant.ActivationQuantizer;
import org.lepcnn.core.quant.ActivationRange;

/**
 * How float values enter and leave the field: one pass over the data each, without branches on it.
 * The plain integer network uses {@link #quantize} and {@link #dequantize}, the private path {@link
 * #mask} and {@link #unmask}; element by element both call the same functions of {@link
 * ActivationQuantizer}, so they agree bit for bit.
 */
public final class LayerArithmetic {
  private LayerArithmetic() {}

  /** q = quantized x. */
  public static void quantize(float[] x, float scale, ActivationRange range, int[] q) {
    float inverse = 1 / scale;
    for (int i = 0; i < q.length; i++) {
      q[i] = ActivationQuantizer.quantize(x[i], inverse, range);
    }
  }

  /**
   * x' = q + r mod p.
   *
   * @param masked holds the mask r and receives x'
   */
  static void mask(
      float[] x, float scale, ActivationRange range, ResidueField field, int[] masked) {
    float inverse = 1 / scale;
    for (int i = 0; i < masked.length; i++) {
      int q = field.canonical(ActivationQuantizer.quantize(x[i], inverse, range));
      // q − p is negative, so nothing overflows; p is added back where the sum is negative
      int sum = q - field.modulus() + masked[i];
      masked[i] = sum + ((sum >> 31) & field.modulus());
    }
  }

  /** out = (y − u, lifted) · s_x · s_w[oc] + bias[oc]. */
  static void unmask(
      ConvGeometry g, int[] y, int[] u, Lift lift, ChannelScales scales, float[] out) {
    dequantize(g, unmaskedIntegers(g, y, u, lift), scales, out);
  }

  /** The plain results: y − u, lifted. */
  public static int[] unmaskedIntegers(ConvGeometry g, int[] y, int[] u, Lift lift) {
    int plane = g.planeSize();
    int[] plain = new int[y.length];
    for (int i = 0; i < plain.length; i++) {
      plain[i] = lift.of(lift.field().subtract(y[i], u[i]), i / plane % g.outChannels());
    }
    return plain;
  }

  /** out = y · s_x · s_w[oc] + bias[oc]. */
  public static void dequantize(ConvGeometry g, int[] y, ChannelScales scales, float[] out) {
    int plane = g.planeSize();
    for (int i = 0; i < out.length; i++) {
      int oc = i / plane % g.outChannels();
      out[i] = ActivationQuantizer.dequantize(y[i], scales.scale(oc), scales.bias()[oc]);
    }
  }
}
