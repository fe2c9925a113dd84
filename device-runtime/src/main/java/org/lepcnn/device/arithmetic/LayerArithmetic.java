/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.arithmetic;

import java.util.Arrays;
import java.util.function.DoubleSupplier;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.quant.ActivationQuantizer;
import org.lepcnn.core.quant.ActivationRange;
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
  public static float[] scales(float[] x, int rows, ActivationRange range) {
    float[] scales = new float[rows];
    int elements = x.length / rows;
    for (int row = 0; row < rows; row++) {
      float[] part = Arrays.copyOfRange(x, row * elements, (row + 1) * elements);
      scales[row] = scale(() -> ActivationQuantizer.scale(part, elements, range), rows);
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
   * q = quantized x.
   *
   * @param scales of the rows of x
   */
  public static void quantize(float[] x, float[] scales, ActivationRange range, int[] q) {
    RowScales rows = new RowScales(scales, q.length);
    for (int i = 0; i < q.length; i++) {
      q[i] = ActivationQuantizer.quantize(rows.scaled(x[i], i), 1, range);
    }
  }

  /** The same for a tensor of one row. */
  static void quantize(float[] x, float scale, ActivationRange range, int[] q) {
    quantize(x, new float[] {scale}, range, q);
  }

  /** {@link #mask(float[], float[], ActivationRange, ResidueField, int[])} for one row. */
  static void mask(
      float[] x, float scale, ActivationRange range, ResidueField field, int[] masked) {
    mask(x, new float[] {scale}, range, field, masked);
  }

  /**
   * x' = q + r mod p.
   *
   * @param masked holds the mask r and receives x'
   */
  static void mask(
      float[] x, float[] scales, ActivationRange range, ResidueField field, int[] masked) {
    RowScales rows = new RowScales(scales, masked.length);
    for (int i = 0; i < masked.length; i++) {
      int q = field.canonical(ActivationQuantizer.quantize(rows.scaled(x[i], i), 1, range));
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
      float scale = scales.scale(i / plane / g.outChannels(), oc);
      out[i] = ActivationQuantizer.dequantize(y[i], scale, scales.bias()[oc]);
    }
  }
}
