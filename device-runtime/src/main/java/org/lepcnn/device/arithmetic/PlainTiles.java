/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.arithmetic;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.Arrays;
import org.lepcnn.core.field.Field24;
import org.lepcnn.core.field.Field31;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.quant.ActivationRange;
import org.lepcnn.device.supply.ResidueBuffer;

/**
 * {@link TileArithmetic} in loops that the compiler of JDK 17 turns into vector instructions.
 *
 * <p>Two rules make these loops what they are:
 *
 * <ul>
 *   <li>A loop holds float operations or int operations, never a conversion: that compiler has no
 *       vector form of {@code (int)}, {@code (float)} or {@code floatToRawIntBits}. Values cross
 *       over as bits, copied in bulk through a buffer that is both.
 *   <li>All arrays of a loop are read and written at the same index: at different ones the compiler
 *       cannot exclude an overlap. Hence tiles.
 * </ul>
 *
 * <p>Float to int: for |v| ≤ 2²² the bits of v + 1.5·2²³ are those of 1.5·2²³ plus v rounded half
 * to even. Int to float: with d = 2¹⁶·h + l, 0 ≤ l &lt; 2¹⁶, the floats 2³⁹ + 2¹⁶·(2¹⁵ + h) and 2²³
 * + l are made from bits; subtracting 2³⁹ + 2³¹ + 2²³ from the first is exact, and adding the
 * second rounds 2¹⁶·h + l once, half to even, like {@code (float) d}.
 */
final class PlainTiles implements TileArithmetic {
  /** Elements of a tile; six tiles fit a first-level cache. */
  private static final int TILE = 1024;

  private static final float ROUNDING = 12_582_912f; // 1.5 · 2²³
  private static final int ROUNDING_BITS = Float.floatToRawIntBits(ROUNDING);
  private static final int MAGNITUDE = 0x7fff_ffff;
  private static final int MANTISSA = 0x7f_ffff;

  /** What the mantissa of 1.5·2²³ + q is more than q. */
  private static final int OFFSET = ROUNDING_BITS & MANTISSA;

  private static final int HIGH_BITS = Float.floatToRawIntBits(0x1p39f) + 0x8000;
  private static final int LOW_BITS = Float.floatToRawIntBits(0x1p23f);
  private static final float SUBTRAHEND = 0x1p39f + 0x1p31f + 0x1p23f;

  private final float[] floats = new float[TILE];
  private final float[] lows = new float[TILE];
  private final float[] factors = new float[TILE];
  private final float[] offsets = new float[TILE];
  private final int[] ints = new int[TILE];
  private final int[] residues = new int[TILE];
  private final int[] rejections = new int[TILE];
  private final int[] tops = new int[TILE];
  private final byte[] words = new byte[WORDS * Integer.BYTES];
  private final IntBuffer wordsAsInts =
      ByteBuffer.wrap(words).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer();
  private final IntBuffer asInts;
  private final FloatBuffer asFloats;

  PlainTiles() {
    ByteBuffer bytes = ByteBuffer.allocate(TILE * Float.BYTES).order(ByteOrder.nativeOrder());
    asInts = bytes.asIntBuffer();
    asFloats = bytes.asFloatBuffer();
  }

  @Override
  public float scale(FloatBuffer x, int length, ActivationRange range) {
    Arrays.fill(residues, 0);
    Arrays.fill(rejections, Integer.MIN_VALUE);
    for (int from = 0; from < length; from += TILE) {
      int count = Math.min(TILE, length - from);
      asFloats.put(0, x, from, count);
      asInts.get(0, ints, 0, count);
      largestMagnitudes(ints, residues, count);
      if (!range.signed()) {
        mostNegatives(ints, rejections, count);
      }
    }
    boolean negative = largest(rejections) > 0;
    return TileArithmetic.scaleOf(largest(residues), negative, range);
  }

  @Override
  public boolean mask(
      FloatBuffer x,
      float[] scales,
      ResidueField field,
      MaskSource masks,
      int[] masked,
      int length) {
    RowScales rows = new RowScales(scales, length);
    Arrays.fill(rejections, 0);
    for (int from = 0; from < length; from += TILE) {
      int count = Math.min(TILE, length - from);
      x.get(from, floats, 0, count);
      round(floats, rows.inverse(floats, from, count), count);
      asFloats.put(0, floats, 0, count);
      asInts.get(0, ints, 0, count);
      if (from % WORDS == 0) {
        masks.nextWords(words, Math.min(WORDS, length - from));
      }
      wordsAsInts.get(from % WORDS, residues, 0, count);
      switch (field) {
        case P31 -> addQuantized31(ints, residues, rejections, count);
        case P24 -> addQuantized24(ints, residues, rejections, count);
      }
      System.arraycopy(residues, 0, masked, from, count);
    }
    int rejected = 0;
    for (int each : rejections) {
      rejected |= each;
    }
    return rejected < 0;
  }

  @Override
  public void unmask(
      ConvGeometry g, int[] y, ResidueBuffer u, Lift lift, ChannelScales scales, FloatBuffer out) {
    int length = g.outputSize();
    for (int from = 0; from < length; from += TILE) {
      int count = Math.min(TILE, length - from);
      System.arraycopy(y, from, ints, 0, count);
      u.residues().get(from, residues, 0, count);
      repeatTops(g, lift, from, count);
      toFloatBits(ints, residues, lift.field().modulus(), tops, count);
      asInts.put(0, ints, 0, count);
      asFloats.get(0, floats, 0, count);
      asInts.put(0, residues, 0, count);
      asFloats.get(0, lows, 0, count);
      if (g.planeSize() == 1) {
        dequantizeVectors(from, count, scales);
      } else {
        dequantizePlanes(g.planeSize(), from, count, scales);
      }
      out.put(from, floats, 0, count);
    }
  }

  @Override
  public void erase() {
    Arrays.fill(floats, 0);
    Arrays.fill(lows, 0);
    Arrays.fill(ints, 0);
    Arrays.fill(residues, 0);
    Arrays.fill(rejections, 0);
    Arrays.fill(tops, 0);
    Arrays.fill(words, (byte) 0);
    asInts.put(0, ints);
  }

  /** largest = max(largest, |x|) on bits, which order like the values; both are not negative. */
  private static void largestMagnitudes(int[] bits, int[] largest, int count) {
    for (int i = 0; i < count; i++) {
      int more = (bits[i] & MAGNITUDE) - largest[i];
      largest[i] += more & ~(more >> 31);
    }
  }

  /**
   * most = max(most, x without its sign bit's meaning): what is below 0 becomes positive, in the
   * order of its magnitude, −0 becomes 0, and all else negative.
   */
  private static void mostNegatives(int[] bits, int[] most, int count) {
    for (int i = 0; i < count; i++) {
      most[i] = Math.max(most[i], bits[i] ^ Integer.MIN_VALUE);
    }
  }

  private static int largest(int[] values) {
    int largest = Integer.MIN_VALUE;
    for (int value : values) {
      largest = Math.max(largest, value);
    }
    return largest;
  }

  private static void round(float[] x, float inverse, int count) {
    for (int i = 0; i < count; i++) {
      x[i] = x[i] * inverse + ROUNDING;
    }
  }

  /**
   * The mantissa is q + 2²², 0 ≤ q + 2²² &lt; 2²³. Added to the mask it is below 2³², one fold
   * brings it to [0, p]; without the 2²² it is in [−2²², p − 2²²]. Nothing of that changes when the
   * mask is p, which then counts as 0; p alone makes the rejection negative.
   */
  private static void addQuantized31(int[] rounded, int[] masked, int[] rejections, int count) {
    for (int i = 0; i < count; i++) {
      int word = masked[i] & Field31.P;
      rejections[i] |= word + 1;
      int sum = (rounded[i] & MANTISSA) + word;
      sum = (sum & Field31.P) + (sum >>> 31) - OFFSET;
      masked[i] = sum + ((sum >> 31) & Field31.P);
    }
  }

  /**
   * The same modulo 2²⁴ − 3: the sum is from −2²² to 2²⁴ + 2²², less than 2p. A word of p or above
   * makes the rejection negative, and counts as what it is more than p.
   */
  private static void addQuantized24(int[] rounded, int[] masked, int[] rejections, int count) {
    for (int i = 0; i < count; i++) {
      int word = masked[i];
      rejections[i] |= Field24.P - 1 - word;
      int sum = (rounded[i] & MANTISSA) + word - (OFFSET + Field24.P);
      sum += (sum >> 31) & Field24.P;
      masked[i] = sum + ((sum >> 31) & Field24.P);
    }
  }

  /** {@link Lift#top} of every element of a tile. */
  private void repeatTops(ConvGeometry g, Lift lift, int from, int count) {
    int plane = g.planeSize();
    int[] all = lift.tops();
    int channel = from / plane % all.length;
    int left = plane - from % plane;
    for (int done = 0; done < count; left = plane) {
      int to = Math.min(count, done + left);
      Arrays.fill(tops, done, to, all[channel]);
      channel = channel + 1 == all.length ? 0 : channel + 1;
      done = to;
    }
  }

  private static void toFloatBits(int[] y, int[] u, int p, int[] tops, int count) {
    for (int i = 0; i < count; i++) {
      int d = y[i] - u[i];
      d += (d >> 31) & p;
      d -= p & ((tops[i] - d) >> 31);
      y[i] = HIGH_BITS + (d >> 16);
      u[i] = LOW_BITS | (d & 0xffff);
    }
  }

  /** The tile of the elements {@code from} on, where each is a channel of its own. */
  private void dequantizeVectors(int from, int count, ChannelScales scales) {
    repeat(scales.weightScales(), from, factors, count);
    repeat(scales.bias(), from, offsets, count);
    int some;
    for (int done = 0; done < count; done += some) {
      int image = (from + done) / scales.channels();
      some = Math.min(count - done, scales.channels() - (from + done) % scales.channels());
      multiply(factors, scales.rowScale(image), done, done + some);
    }
    dequantize(floats, lows, factors, offsets, count);
  }

  private static void multiply(float[] values, float factor, int from, int to) {
    for (int i = from; i < to; i++) {
      values[i] *= factor;
    }
  }

  /** The tile of the elements {@code from} on, channel by channel. */
  private void dequantizePlanes(int plane, int from, int count, ChannelScales scales) {
    int number = from / plane;
    int left = plane - from % plane;
    for (int done = 0; done < count; left = plane) {
      int to = Math.min(count, done + left);
      int channel = number % scales.channels();
      float scale = scales.scale(number / scales.channels(), channel);
      dequantize(floats, lows, scale, scales.bias()[channel], done, to);
      number++;
      done = to;
    }
  }

  private static void dequantize(
      float[] high, float[] low, float[] scale, float[] offset, int count) {
    for (int i = 0; i < count; i++) {
      high[i] = ((high[i] - SUBTRAHEND) + low[i]) * scale[i] + offset[i];
    }
  }

  private static void dequantize(
      float[] high, float[] low, float scale, float offset, int from, int to) {
    for (int i = from; i < to; i++) {
      high[i] = ((high[i] - SUBTRAHEND) + low[i]) * scale + offset;
    }
  }

  /** Values {@code from}, {@code from} + 1, … of an endless repetition. */
  private static void repeat(float[] values, int from, float[] to, int count) {
    int next = from % values.length;
    for (int done = 0; done < count; next = 0) {
      int some = Math.min(values.length - next, count - done);
      System.arraycopy(values, next, to, done, some);
      done += some;
    }
  }
}
