/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.integrity;

import org.lepcnn.core.field.Field31;
import org.lepcnn.device.vector.VectorLoops;
import org.lepcnn.device.vector.VectorUnit;

/**
 * Σ values[i] · factors[i] mod p over residues, without branches on the data and without
 * allocation.
 *
 * <p>A product of two residues is below 2⁶². Folded once it is below 2³², so that the sums of any
 * {@code int} number of them stay below 2⁶³ and are reduced once at the end. Compilers that turn
 * the plain loop into vectors get that one. JDK 17 does not; there four products, together below
 * 2⁶⁴ and taken as unsigned, are added before they fold, which saves a third of the time. Where the
 * Vector API is there, its loop is about twice as fast again, the test for canonical values
 * included.
 */
final class DotProduct {
  private static final int FIRST_JDK_WITH_VECTORS = 21;
  private static final boolean VECTORS = VectorUnit.multipliesLongs();
  private static final boolean PLAIN = Runtime.version().feature() >= FIRST_JDK_WITH_VECTORS;
  private static final int NOT_CANONICAL = -1;

  /** Values that fit a first-level cache beside the factors. */
  private static final int BLOCK = 4096;

  private DotProduct() {}

  /** The product; both sides hold canonical residues. */
  static int of(int[] values, int v, int[] factors, int f, int length) {
    return VECTORS
        ? inVectors(values, v, factors, f, length)
        : PLAIN ? plain(values, v, factors, f, length) : unrolled(values, v, factors, f, length);
  }

  /**
   * The product, or −1 when one of the values is not a canonical residue. Values are fetched from
   * memory once.
   *
   * @param values any
   * @param factors canonical residues
   */
  static int ifCanonical(int[] values, int v, int[] factors, int f, int length) {
    return VECTORS
        ? inVectors(values, v, factors, f, length)
        : inBlocks(values, v, factors, f, length);
  }

  static int inBlocks(int[] values, int v, int[] factors, int f, int length) {
    int sum = 0;
    boolean canonical = true;
    for (int done = 0; done < length; done += BLOCK) {
      int count = Math.min(BLOCK, length - done);
      sum = Field31.add(sum, of(values, v + done, factors, f + done, count));
      // second, when the block is in the first-level cache
      canonical &= Field31.allCanonical(values, v + done, count);
    }
    return canonical ? sum : NOT_CANONICAL;
  }

  static int inVectors(int[] values, int v, int[] factors, int f, int length) {
    int whole = VectorLoops.whole(length);
    int sum = VectorLoops.dotIfCanonical(values, v, factors, f, length);
    int rest = plain(values, v + whole, factors, f + whole, length - whole);
    boolean canonical = sum >= 0 && Field31.allCanonical(values, v + whole, length - whole);
    return canonical ? Field31.add(sum, rest) : NOT_CANONICAL;
  }

  static int plain(int[] values, int v, int[] factors, int f, int length) {
    long sum = 0;
    for (int i = 0; i < length; i++) {
      sum += Field31.fold((long) values[v + i] * factors[f + i]);
    }
    return Field31.reduce(sum);
  }

  static int unrolled(int[] values, int v, int[] factors, int f, int length) {
    long sum = 0;
    long more = 0;
    int i = 0;
    for (; i < length - 7; i += 8) {
      long one =
          (long) values[v + i] * factors[f + i]
              + (long) values[v + i + 1] * factors[f + i + 1]
              + (long) values[v + i + 2] * factors[f + i + 2]
              + (long) values[v + i + 3] * factors[f + i + 3];
      long other =
          (long) values[v + i + 4] * factors[f + i + 4]
              + (long) values[v + i + 5] * factors[f + i + 5]
              + (long) values[v + i + 6] * factors[f + i + 6]
              + (long) values[v + i + 7] * factors[f + i + 7];
      sum += (one & Field31.P) + (one >>> 31);
      more += (other & Field31.P) + (other >>> 31);
    }
    sum += more;
    for (; i < length; i++) {
      sum += Field31.fold((long) values[v + i] * factors[f + i]);
    }
    return Field31.reduce(sum);
  }
}
