/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.vector;

import static jdk.incubator.vector.VectorOperators.ADD;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.MAX;
import static jdk.incubator.vector.VectorOperators.OR;
import static jdk.incubator.vector.VectorOperators.XOR;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorSpecies;
import org.lepcnn.core.field.Field24;
import org.lepcnn.core.field.Field31;

/**
 * The inner loops. Each handles as many elements as whole vectors hold and says how many; the rest,
 * fewer than {@link #LANES}, is the caller's. To be called only where {@link VectorUnit} says so.
 *
 * <p>Time depends on lengths alone. Nothing is allocated once the compiler has seen the loops.
 */
public final class VectorLoops {
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Byte> BYTES = ByteVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Long> LONGS = LongVector.SPECIES_PREFERRED;

  /** Elements of a vector. */
  public static final int LANES = INTS.length();

  private static final float ROUNDING = 12_582_912f; // 1.5 · 2²³
  private static final int MANTISSA = 0x7f_ffff;
  private static final int OFFSET = Float.floatToRawIntBits(ROUNDING) & MANTISSA;
  private static final int MAGNITUDE = 0x7fff_ffff;
  private static final long LOW = 0xffff_ffffL;
  private static final long P = Field31.P;
  private static final int NOT_CANONICAL = -1;

  private VectorLoops() {}

  /** How many of {@code count} elements whole vectors hold. */
  public static int whole(int count) {
    return count & -LANES;
  }

  /** The largest of {@code soFar} and the bits of |x[0]| … |x[whole(count) − 1]|. */
  public static int largestMagnitude(float[] x, int count, int soFar) {
    IntVector largest = IntVector.broadcast(INTS, soFar);
    for (int i = 0; i < whole(count); i += LANES) {
      IntVector bits = FloatVector.fromArray(FLOATS, x, i).reinterpretAsInts();
      largest = largest.max(bits.and(MAGNITUDE));
    }
    return largest.reduceLanes(MAX);
  }

  /** Whether one of x[0] … x[whole(count) − 1] is below 0; −0 is not. */
  public static boolean anyNegative(float[] x, int count) {
    IntVector most = IntVector.broadcast(INTS, Integer.MIN_VALUE);
    for (int i = 0; i < whole(count); i += LANES) {
      IntVector bits = FloatVector.fromArray(FLOATS, x, i).reinterpretAsInts();
      // below 0 becomes positive, in the order of the magnitude, −0 becomes 0, all else negative
      most = most.max(bits.lanewise(XOR, Integer.MIN_VALUE));
    }
    return most.reduceLanes(MAX) > 0;
  }

  /**
   * masked[to + i] = rint(x[i] · inverse) + word i mod p = 2³¹ − 1, where a word p counts as 0.
   *
   * <p>For |v| ≤ 2²² the mantissa of v + 1.5·2²³ is 2²² + v rounded half to even. Added to a word
   * it is below 2³², one fold brings it to [0, p]; without the 2²² it is in [−2²², p − 2²²].
   *
   * @param x the values, |x[i] · inverse| ≤ 2²²
   * @param words of the mask, little-endian; their top bits say nothing
   * @return whether one of the words was p
   */
  public static boolean mask31(
      float[] x, float inverse, byte[] words, int[] masked, int to, int count) {
    IntVector rejected = IntVector.zero(INTS);
    for (int i = 0; i < whole(count); i += LANES) {
      FloatVector scaled = FloatVector.fromArray(FLOATS, x, i).mul(inverse).add(ROUNDING);
      IntVector word = ints(words, i).and(Field31.P);
      // p alone becomes negative
      rejected = rejected.or(word.add(1));
      IntVector sum = scaled.reinterpretAsInts().and(MANTISSA).add(word);
      sum = sum.and(Field31.P).add(sum.lanewise(LSHR, 31)).sub(OFFSET);
      sum = sum.add(sum.lanewise(ASHR, 31).and(Field31.P));
      sum.intoArray(masked, to + i);
    }
    return rejected.reduceLanes(OR) < 0;
  }

  /**
   * masked[to + i] = rint(x[i] · inverse) + word i mod p = 2²⁴ − 3, where a word of p or above
   * counts as what it is more than p.
   *
   * <p>The sum of the mantissa, less its 2²², and a word is from −2²² to 2²⁴ + 2²², less than 2p.
   *
   * @param x the values, |x[i] · inverse| ≤ 2²²
   * @param words of the mask, little-endian, below 2²⁴
   * @return whether one of the words was p or above
   */
  public static boolean mask24(
      float[] x, float inverse, byte[] words, int[] masked, int to, int count) {
    IntVector rejected = IntVector.zero(INTS);
    IntVector last = IntVector.broadcast(INTS, Field24.P - 1);
    for (int i = 0; i < whole(count); i += LANES) {
      FloatVector scaled = FloatVector.fromArray(FLOATS, x, i).mul(inverse).add(ROUNDING);
      IntVector word = ints(words, i);
      rejected = rejected.or(last.sub(word));
      IntVector sum = scaled.reinterpretAsInts().and(MANTISSA).add(word).sub(OFFSET + Field24.P);
      sum = sum.add(sum.lanewise(ASHR, 31).and(Field24.P));
      sum = sum.add(sum.lanewise(ASHR, 31).and(Field24.P));
      sum.intoArray(masked, to + i);
    }
    return rejected.reduceLanes(OR) < 0;
  }

  /**
   * Makes int32 3·quarter + i of the highest bytes of int32 i, quarter + i and 2·quarter + i, the
   * lowest first, for i = first … first + whole(count) − 1, and returns whole(count).
   *
   * @param words little-endian int32
   */
  public static int join24(byte[] words, int first, int quarter, int count) {
    for (int i = first; i < first + whole(count); i += LANES) {
      IntVector low = ints(words, i).lanewise(LSHR, 24);
      IntVector middle = ints(words, quarter + i).lanewise(LSHR, 24).lanewise(LSHL, 8);
      IntVector high = ints(words, 2 * quarter + i).lanewise(LSHR, 24).lanewise(LSHL, 16);
      IntVector word = low.or(middle).or(high);
      word.reinterpretAsBytes().intoArray(words, (3 * quarter + i) * Integer.BYTES);
    }
    return whole(count);
  }

  /**
   * Clears the highest bytes of int32 first … first + whole(count) − 1, and returns whole(count).
   *
   * @param words little-endian int32
   */
  public static int clear24(byte[] words, int first, int count) {
    for (int i = first; i < first + whole(count); i += LANES) {
      ints(words, i).and(Field24.MASK).reinterpretAsBytes().intoArray(words, i * Integer.BYTES);
    }
    return whole(count);
  }

  private static IntVector ints(byte[] bytes, int at) {
    return ByteVector.fromArray(BYTES, bytes, at * Integer.BYTES).reinterpretAsInts();
  }

  /**
   * out[i] = (y[from + i] − u[from + i], lifted) · scale + offset, for values of one channel.
   *
   * @param u residues, little-endian
   * @param p the modulus
   * @param top the largest residue that stands for itself; those above stand for what they are less
   *     than p
   */
  public static void unmask(
      int[] y,
      byte[] u,
      int from,
      int p,
      int top,
      float scale,
      float offset,
      float[] out,
      int to,
      int count) {
    IntVector modulus = IntVector.broadcast(INTS, p);
    IntVector largest = IntVector.broadcast(INTS, top);
    for (int i = 0; i < whole(count); i += LANES) {
      plain(y, u, from + i, modulus, largest).mul(scale).add(offset).intoArray(out, to + i);
    }
  }

  /**
   * out[i] = (y[from + i] − u[from + i], lifted by tops[channel + i]) · (tensorScale ·
   * scales[channel + i]) + offsets[channel + i], for one value a channel.
   */
  public static void unmaskChannels(
      int[] y,
      byte[] u,
      int from,
      int p,
      int[] tops,
      float tensorScale,
      float[] scales,
      float[] offsets,
      int channel,
      float[] out,
      int to,
      int count) {
    IntVector modulus = IntVector.broadcast(INTS, p);
    for (int i = 0; i < whole(count); i += LANES) {
      IntVector largest = IntVector.fromArray(INTS, tops, channel + i);
      FloatVector scale = FloatVector.fromArray(FLOATS, scales, channel + i).mul(tensorScale);
      FloatVector offset = FloatVector.fromArray(FLOATS, offsets, channel + i);
      plain(y, u, from + i, modulus, largest).mul(scale).add(offset).intoArray(out, to + i);
    }
  }

  private static FloatVector plain(int[] y, byte[] u, int at, IntVector p, IntVector top) {
    IntVector difference = IntVector.fromArray(INTS, y, at).sub(ints(u, at));
    difference = difference.add(difference.lanewise(ASHR, 31).and(p));
    IntVector above = top.sub(difference);
    difference = difference.sub(above.lanewise(ASHR, 31).and(p));
    return (FloatVector) difference.convert(I2F, 0);
  }

  /**
   * Σ values[v + i] · one[f + i] and Σ values[v + i] · other[f + i] mod p = 2²⁴ − 3 over i = 0 …
   * whole(count) − 1, the first in the upper half; negative when one of the values is not a
   * canonical residue.
   *
   * <p>A product of residues is below 2⁴⁸, and 2¹⁵ of them together below 2⁶³.
   *
   * @param one canonical residues
   * @param other canonical residues
   * @param count at most 2¹⁵
   */
  public static long dots24(int[] values, int v, int[] one, int[] other, int f, int count) {
    LongVector first = LongVector.zero(LONGS);
    LongVector second = LongVector.zero(LONGS);
    IntVector bad = IntVector.zero(INTS);
    IntVector last = IntVector.broadcast(INTS, Field24.P - 1);
    for (int i = 0; i < whole(count); i += LANES) {
      IntVector value = IntVector.fromArray(INTS, values, v + i);
      bad = bad.or(value).or(last.sub(value));
      LongVector even = value.reinterpretAsLongs().and(LOW);
      LongVector odd = value.reinterpretAsLongs().lanewise(LSHR, 32);
      LongVector by = IntVector.fromArray(INTS, one, f + i).reinterpretAsLongs();
      first = first.add(even.mul(by.and(LOW))).add(odd.mul(by.lanewise(LSHR, 32)));
      by = IntVector.fromArray(INTS, other, f + i).reinterpretAsLongs();
      second = second.add(even.mul(by.and(LOW))).add(odd.mul(by.lanewise(LSHR, 32)));
    }
    // of values that are no residues nothing but the sign of "bad" counts
    long high = Field24.reduce(first.reduceLanes(ADD) & Long.MAX_VALUE);
    long low = Field24.reduce(second.reduceLanes(ADD) & Long.MAX_VALUE);
    return bad.reduceLanes(OR) < 0 ? NOT_CANONICAL : (high << Integer.SIZE) | low;
  }

  /**
   * Σ values[v + i] · factors[f + i] mod p = 2³¹ − 1 over i = 0 … whole(count) − 1, or −1 when one
   * of the values is not a canonical residue.
   *
   * <p>Two products of residues are below 2⁶³; folded they are below 2³³, so that the sums of any
   * {@code int} number of elements stay below 2⁶³.
   *
   * @param factors canonical residues
   */
  public static int dotIfCanonical(int[] values, int v, int[] factors, int f, int count) {
    LongVector low = LongVector.zero(LONGS);
    LongVector high = LongVector.zero(LONGS);
    IntVector bad = IntVector.zero(INTS);
    for (int i = 0; i < whole(count); i += LANES) {
      IntVector value = IntVector.fromArray(INTS, values, v + i);
      // negative, or p itself: then value + 1 is
      bad = bad.or(value).or(value.add(1));
      LongVector two = value.reinterpretAsLongs();
      LongVector by = IntVector.fromArray(INTS, factors, f + i).reinterpretAsLongs();
      LongVector products =
          two.and(LOW).mul(by.and(LOW)).add(two.lanewise(LSHR, 32).mul(by.lanewise(LSHR, 32)));
      low = low.add(products.and(P));
      high = high.add(products.lanewise(LSHR, 31));
    }
    long sum = low.add(high).reduceLanes(ADD);
    return bad.reduceLanes(OR) < 0 ? NOT_CANONICAL : Field31.reduce(sum);
  }
}
