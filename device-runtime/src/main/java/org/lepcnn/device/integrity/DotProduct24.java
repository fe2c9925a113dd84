/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.integrity;

import org.lepcnn.core.field.Field24;
import org.lepcnn.device.vector.VectorLoops;
import org.lepcnn.device.vector.VectorUnit;

/**
 * Σ values[i] · one[i] and Σ values[i] · other[i] mod p = 2²⁴ − 3 in one go, without branches on
 * the data and without allocation: every layer in this field is checked by two challenges.
 *
 * <p>A product of two residues is below 2⁴⁸, so that 2¹⁵ of them add up in a {@code long} without
 * folding. Both sums are returned in one {@code long}, see {@link #first} and {@link #second}.
 */
final class DotProduct24 {
  private static final boolean VECTORS = VectorUnit.multipliesLongs();
  private static final long NOT_CANONICAL = -1;

  /** Values whose products add up in a {@code long}. */
  private static final int BLOCK = 1 << 15;

  private DotProduct24() {}

  /** The first of two sums. */
  static int first(long sums) {
    return (int) (sums >>> Integer.SIZE) & Field24.MASK;
  }

  /** The second of two sums. */
  static int second(long sums) {
    return (int) sums & Field24.MASK;
  }

  /** Two sums in one; not negative. */
  static long of(int first, int second) {
    return ((long) first << Integer.SIZE) | second;
  }

  /**
   * Both sums, or −1 when one of the values is not a canonical residue. Values are fetched from
   * memory once.
   *
   * @param values any
   * @param one canonical residues
   * @param other canonical residues
   * @param f where both begin
   */
  static long ifCanonical(int[] values, int v, int[] one, int[] other, int f, int length) {
    return VECTORS
        ? inVectors(values, v, one, other, f, length)
        : plain(values, v, one, other, f, length);
  }

  static long inVectors(int[] values, int v, int[] one, int[] other, int f, int length) {
    int whole = VectorLoops.whole(length);
    long sums = 0;
    long bad = 0;
    for (int done = 0; done < whole; done += BLOCK) {
      int count = Math.min(BLOCK, whole - done);
      long more = VectorLoops.dots24(values, v + done, one, other, f + done, count);
      bad |= more;
      sums = add(sums, more);
    }
    long rest = plain(values, v + whole, one, other, f + whole, length - whole);
    return (bad | rest) < 0 ? NOT_CANONICAL : add(sums, rest);
  }

  static long plain(int[] values, int v, int[] one, int[] other, int f, int length) {
    int first = 0;
    int second = 0;
    int bad = 0;
    for (int done = 0; done < length; done += BLOCK) {
      int end = Math.min(length, done + BLOCK);
      long sum = 0;
      long more = 0;
      for (int i = done; i < end; i++) {
        int value = values[v + i];
        bad |= value | (Field24.P - 1 - value);
        sum += (long) value * one[f + i];
        more += (long) value * other[f + i];
      }
      // of values that are no residues nothing but the sign of "bad" counts
      first = Field24.add(first, Field24.reduce(sum & Long.MAX_VALUE));
      second = Field24.add(second, Field24.reduce(more & Long.MAX_VALUE));
    }
    return bad < 0 ? NOT_CANONICAL : of(first, second);
  }

  private static long add(long sums, long more) {
    return of(Field24.add(first(sums), first(more)), Field24.add(second(sums), second(more)));
  }
}
