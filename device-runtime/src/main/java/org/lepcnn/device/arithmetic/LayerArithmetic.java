/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.arithmetic;

import org.lepcnn.core.field.Field31;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.quant.ActivationQuantizer;

/**
 * How float values enter and leave the field: one pass over the data each, without branches on it.
 * The plain integer network uses {@link #quantize} and {@link #dequantize}, the private path {@link
 * #mask} and {@link #unmask}; element by element both call the same functions of {@link
 * ActivationQuantizer}, so they agree bit for bit.
 */
public final class LayerArithmetic {
  private LayerArithmetic() {}

  /** q = quantized x, centred. */
  public static void quantize(float[] x, float scale, int bits, int[] q) {
    float inverse = 1 / scale;
    int limit = ActivationQuantizer.limit(bits);
    for (int i = 0; i < q.length; i++) {
      q[i] = ActivationQuantizer.quantize(x[i], inverse, limit);
    }
  }

  /**
   * x' = q + r mod p.
   *
   * @param masked holds the mask r and receives x'
   */
  static void mask(float[] x, float scale, int bits, int[] masked) {
    float inverse = 1 / scale;
    int limit = ActivationQuantizer.limit(bits);
    for (int i = 0; i < masked.length; i++) {
      int q = Field31.canonical(ActivationQuantizer.quantize(x[i], inverse, limit));
      // q − p is negative, so nothing overflows; p is added back where the sum is negative
      int sum = q - Field31.P + masked[i];
      masked[i] = sum + ((sum >> 31) & Field31.P);
    }
  }

  /** out = (y − u, centred) · s_x · s_w[oc] + bias[oc]. */
  static void unmask(ConvGeometry g, int[] y, int[] u, ChannelScales scales, float[] out) {
    int plane = g.planeSize();
    int base = 0;
    for (int n = 0; n < g.batch(); n++) {
      for (int oc = 0; oc < g.outChannels(); oc++) {
        float scale = scales.scale(oc);
        float offset = scales.bias()[oc];
        for (int i = base; i < base + plane; i++) {
          int centred = Field31.centred(Field31.subtract(y[i], u[i]));
          out[i] = ActivationQuantizer.dequantize(centred, scale, offset);
        }
        base += plane;
      }
    }
  }

  /** The centred plain results y − u. */
  public static int[] unmaskedIntegers(int[] y, int[] u) {
    int[] centred = new int[y.length];
    for (int i = 0; i < centred.length; i++) {
      centred[i] = Field31.centred(Field31.subtract(y[i], u[i]));
    }
    return centred;
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
