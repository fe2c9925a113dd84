/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.arithmetic;

import java.util.Arrays;
import java.util.function.DoubleSupplier;
import org.lepcnn.core.field.Field31;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.quant.ActivationQuantizer;
import org.lepcnn.core.quant.NonFiniteActivationException;

/**
 * How float values enter and leave the field: one pass over the data each, without branches on it.
 * The plain integer network uses {@link #quantize} and {@link #dequantize}, the private path {@link
 * #mask} and {@link #unmask}; element by element both call the same functions of {@link
 * ActivationQuantizer}, so they agree bit for bit.
 */
public final class LayerArithmetic {
  private LayerArithmetic() {}

  /**
   * The scales of a tensor's rows, equal parts one after the other: of each what it would be alone,
   * and NaN of one of several rows that holds numbers that are none.
   *
   * @throws NonFiniteActivationException when the only row holds one
   */
  public static float[] scales(float[] x, int rows, int bits) {
    float[] scales = new float[rows];
    int elements = x.length / rows;
    for (int row = 0; row < rows; row++) {
      float[] part = Arrays.copyOfRange(x, row * elements, (row + 1) * elements);
      scales[row] = scale(() -> ActivationQuantizer.scale(part, elements, bits), rows);
    }
    return scales;
  }

  /** The scale that is computed, or NaN where the numbers of one of several rows have none. */
  static float scale(DoubleSupplier computed, int rows) {
    try {
      return (float) computed.getAsDouble();
    } catch (NonFiniteActivationException e) {
      if (rows == 1) {
        throw e;
      }
      return Float.NaN;
    }
  }

  /**
   * q = quantized x, centred.
   *
   * @param scales of the rows of x
   */
  public static void quantize(float[] x, float[] scales, int bits, int[] q) {
    RowScales rows = new RowScales(scales, q.length);
    int limit = ActivationQuantizer.limit(bits);
    for (int i = 0; i < q.length; i++) {
      q[i] = ActivationQuantizer.quantize(rows.scaled(x[i], i), 1, limit);
    }
  }

  /** The same for a tensor of one row. */
  static void quantize(float[] x, float scale, int bits, int[] q) {
    quantize(x, new float[] {scale}, bits, q);
  }

  /** {@link #mask(float[], float[], int, int[])} for a tensor of one row. */
  static void mask(float[] x, float scale, int bits, int[] masked) {
    mask(x, new float[] {scale}, bits, masked);
  }

  /**
   * x' = q + r mod p.
   *
   * @param masked holds the mask r and receives x'
   */
  static void mask(float[] x, float[] scales, int bits, int[] masked) {
    RowScales rows = new RowScales(scales, masked.length);
    int limit = ActivationQuantizer.limit(bits);
    for (int i = 0; i < masked.length; i++) {
      int q = Field31.canonical(ActivationQuantizer.quantize(rows.scaled(x[i], i), 1, limit));
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
        float scale = scales.scale(n, oc);
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
      float scale = scales.scale(i / plane / g.outChannels(), oc);
      out[i] = ActivationQuantizer.dequantize(y[i], scale, scales.bias()[oc]);
    }
  }
}
