/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.session;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.Arrays;
import org.lepcnn.core.field.Field;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.quant.ActivationQuantizer;
import org.lepcnn.core.quant.NonFiniteActivationException;

/**
 * {@link LayerArithmetic} for the private path, in loops that the compiler of JDK 17 turns into
 * vector instructions. {@link LayerArithmetic} is the definition; results are equal bit for bit.
 *
 * <p>Three rules make these loops what they are:
 *
 * <ul>
 *   <li>A loop holds float operations or int operations, never a conversion: that compiler has no
 *       vector form of {@code (int)}, {@code (float)} or {@code floatToRawIntBits}. Values cross
 *       over as bits, copied in bulk through a buffer that is both.
 *   <li>All arrays of a loop are read and written at the same index: at different ones the compiler
 *       cannot exclude an overlap. Hence tiles, which also stay in the first-level cache.
 *   <li>No branch and no table depends on the data.
 * </ul>
 *
 * <p>Float to int: for |v| ≤ 2²² the bits of v + 1.5·2²³ are those of 1.5·2²³ plus v rounded half
 * to even. Int to float: with d = 2¹⁶·h + l, 0 ≤ l &lt; 2¹⁶, the floats 2³⁹ + 2¹⁶·(2¹⁵ + h) and 2²³
 * + l are made from bits; subtracting 2³⁹ + 2³¹ + 2²³ from the first is exact, and adding the
 * second rounds 2¹⁶·h + l once, half to even, like {@code (float) d}.
 *
 * <p>Not thread-safe. The tiles hold private values until {@link #erase}.
 */
final class TileArithmetic {
  /** Elements of a tile; six tiles fit a first-level cache. */
  static final int TILE = 1024;

  private static final float ROUNDING = 12_582_912f; // 1.5 · 2²³
  private static final int ROUNDING_BITS = Float.floatToRawIntBits(ROUNDING);
  private static final int MAGNITUDE = 0x7fff_ffff;
  private static final int MANTISSA = 0x7f_ffff;

  /** What the mantissa of 1.5·2²³ + q is more than q. */
  private static final int OFFSET = ROUNDING_BITS & MANTISSA;

  private static final int INFINITY_BITS = 0x7f80_0000;
  private static final int HIGH_BITS = Float.floatToRawIntBits(0x1p39f) + 0x8000;
  private static final int LOW_BITS = Float.floatToRawIntBits(0x1p23f);
  private static final float SUBTRAHEND = 0x1p39f + 0x1p31f + 0x1p23f;

  private final float[] floats = new float[TILE];
  private final float[] lows = new float[TILE];
  private final float[] scales = new float[TILE];
  private final float[] offsets = new float[TILE];
  private final int[] ints = new int[TILE];
  private final int[] residues = new int[TILE];
  private final IntBuffer asInts;
  private final FloatBuffer asFloats;

  /** Where a tensor's mask comes from, piece by piece. */
  @FunctionalInterface
  interface MaskSource {
    /** Puts the next {@code count} canonical residues to {@code out}, from index 0. */
    void next(int[] out, int count);
  }

  TileArithmetic() {
    ByteBuffer bytes = ByteBuffer.allocate(TILE * Float.BYTES).order(ByteOrder.nativeOrder());
    asInts = bytes.asIntBuffer();
    asFloats = bytes.asFloatBuffer();
  }

  /**
   * The scale of a tensor, as {@link ActivationQuantizer#scale(float, int)} defines it.
   *
   * @param x the activations, from index 0
   * @throws NonFiniteActivationException when a value is NaN or infinite
   */
  float scale(FloatBuffer x, int length, int bits) {
    Arrays.fill(residues, 0);
    for (int from = 0; from < length; from += TILE) {
      int count = Math.min(TILE, length - from);
      asFloats.put(0, x, from, count);
      asInts.get(0, ints, 0, count);
      largestMagnitudes(ints, residues, count);
    }
    int max = 0;
    for (int value : residues) {
      max = Math.max(max, value);
    }
    if (max >= INFINITY_BITS) {
      throw new NonFiniteActivationException();
    }
    return ActivationQuantizer.scale(Float.intBitsToFloat(max), bits);
  }

  /**
   * x' = q + r mod p, tile by tile: the mask never leaves the first-level cache.
   *
   * <p>q is not clamped to ±limit, because it cannot be beyond: s is at least max|x| / limit, but
   * for one rounding of that quotient by a factor of at least 1 − 2⁻²⁴; 1/s and x/s are exact for a
   * power of two, so that |x|/s is at most limit · (1 + 2⁻²³), with limit &lt; 2²¹ less than limit
   * + ½, and rounds to limit at most. Whatever x holds, the result is a canonical residue: of q
   * only 23 bits are used.
   *
   * @param x the activations that the scale was computed from, from index 0
   * @param scale from {@link #scale}
   * @param masks yields the mask r
   * @param masked receives x', from index 0
   */
  void mask(FloatBuffer x, float scale, MaskSource masks, int[] masked, int length) {
    float inverse = 1 / scale;
    for (int from = 0; from < length; from += TILE) {
      int count = Math.min(TILE, length - from);
      x.get(from, floats, 0, count);
      round(floats, inverse, count);
      asFloats.put(0, floats, 0, count);
      asInts.get(0, ints, 0, count);
      masks.next(residues, count);
      addQuantized(ints, residues, count);
      System.arraycopy(residues, 0, masked, from, count);
    }
  }

  /**
   * out = (y − u, centred) · s_x · s_w[oc] + bias[oc].
   *
   * @param y the result; overwritten
   * @param u the unblinding factors from index 0; overwritten
   * @param out receives the values from index 0
   */
  void unmask(
      ConvGeometry g,
      int[] y,
      int[] u,
      float tensorScale,
      float[] weightScales,
      float[] bias,
      FloatBuffer out) {
    int length = g.outputSize();
    for (int from = 0; from < length; from += TILE) {
      int count = Math.min(TILE, length - from);
      toFloatBits(y, u, from, from + count);
      asInts.put(0, y, from, count);
      asFloats.get(0, floats, 0, count);
      asInts.put(0, u, from, count);
      asFloats.get(0, lows, 0, count);
      spread(g, from, count, weightScales, scales);
      spread(g, from, count, bias, offsets);
      dequantize(floats, lows, scales, offsets, tensorScale, count);
      out.put(from, floats, 0, count);
    }
  }

  /** Overwrites what the tiles hold. */
  void erase() {
    Arrays.fill(floats, 0);
    Arrays.fill(lows, 0);
    Arrays.fill(ints, 0);
    Arrays.fill(residues, 0);
    asInts.put(0, ints);
  }

  /** largest = max(largest, |x|) on bits, which order like the values; both are not negative. */
  private static void largestMagnitudes(int[] bits, int[] largest, int count) {
    for (int i = 0; i < count; i++) {
      int more = (bits[i] & MAGNITUDE) - largest[i];
      largest[i] += more & ~(more >> 31);
    }
  }

  private static void round(float[] x, float inverse, int count) {
    for (int i = 0; i < count; i++) {
      x[i] = x[i] * inverse + ROUNDING;
    }
  }

  /**
   * The mantissa is q + 2²², 0 ≤ q + 2²² &lt; 2²³. Added to the mask it is below 2³², one fold
   * brings it to [0, p]; without the 2²² it is in [−2²², p − 2²²].
   */
  private static void addQuantized(int[] rounded, int[] masked, int count) {
    for (int i = 0; i < count; i++) {
      int sum = (rounded[i] & MANTISSA) + masked[i];
      sum = (sum & Field.P) + (sum >>> 31) - OFFSET;
      masked[i] = sum + ((sum >> 31) & Field.P);
    }
  }

  private static void toFloatBits(int[] y, int[] u, int from, int to) {
    for (int i = from; i < to; i++) {
      int d = y[i] - u[i];
      d += (d >> 31) & Field.P;
      d -= Field.P & ((Field.HALF - d) >> 31);
      y[i] = HIGH_BITS + (d >> 16);
      u[i] = LOW_BITS | (d & 0xffff);
    }
  }

  private static void dequantize(
      float[] high, float[] low, float[] scale, float[] offset, float tensorScale, int count) {
    for (int i = 0; i < count; i++) {
      high[i] = ((high[i] - SUBTRAHEND) + low[i]) * (tensorScale * scale[i]) + offset[i];
    }
  }

  /** Repeats the values of the output channels for the elements {@code from} on. */
  private static void spread(ConvGeometry g, int from, int count, float[] perChannel, float[] to) {
    int plane = g.planeSize();
    int channels = g.outChannels();
    int channel = from / plane % channels;
    if (plane == 1) {
      for (int done = 0; done < count; channel = 0) {
        int some = Math.min(channels - channel, count - done);
        System.arraycopy(perChannel, channel, to, done, some);
        done += some;
      }
      return;
    }
    int left = plane - from % plane;
    for (int done = 0; done < count; left = plane) {
      int some = Math.min(left, count - done);
      Arrays.fill(to, done, done + some, perChannel[channel]);
      channel = channel + 1 == channels ? 0 : channel + 1;
      done += some;
    }
  }
}
