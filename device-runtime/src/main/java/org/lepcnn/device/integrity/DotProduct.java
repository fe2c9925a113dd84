/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.integrity;

import org.lepcnn.core.field.Field;

/**
 * Σ values[i] · factors[i] mod p over canonical residues, without branches on the data and without
 * allocation.
 *
 * <p>A product of two residues is below 2⁶². Folded once it is below 2³², so that the sums of any
 * {@code int} number of them stay below 2⁶³ and are reduced once at the end. Compilers that turn
 * the plain loop into vectors get that one. JDK 17 does not; there four products, together below
 * 2⁶⁴ and taken as unsigned, are added before they fold, which saves a third of the time.
 */
final class DotProduct {
  private static final int FIRST_JDK_WITH_VECTORS = 21;
  private static final boolean PLAIN = Runtime.version().feature() >= FIRST_JDK_WITH_VECTORS;

  private DotProduct() {}

  static int of(int[] values, int valueOffset, int[] factors, int factorOffset, int length) {
    return PLAIN
        ? plain(values, valueOffset, factors, factorOffset, length)
        : unrolled(values, valueOffset, factors, factorOffset, length);
  }

  static int plain(int[] values, int v, int[] factors, int f, int length) {
    long sum = 0;
    for (int i = 0; i < length; i++) {
      sum += Field.fold((long) values[v + i] * factors[f + i]);
    }
    return Field.reduce(sum);
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
      sum += (one & Field.P) + (one >>> 31);
      more += (other & Field.P) + (other >>> 31);
    }
    sum += more;
    for (; i < length; i++) {
      sum += Field.fold((long) values[v + i] * factors[f + i]);
    }
    return Field.reduce(sum);
  }
}
