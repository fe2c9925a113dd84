/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.integrity;

import org.lepcnn.core.field.Field;

/**
 * Σ values[i] · factors[i] mod p over canonical residues, without branches on the data and without
 * allocation.
 *
 * <p>A product of two residues is below 2⁶². Folded once it is below 2³², so that the sums of any
 * {@code int} number of them stay below 2⁶³ and are reduced once at the end. Short rows add four
 * products, below 2⁶⁴ and taken as unsigned, before they fold: fewer instructions where the loop is
 * too short for vectors.
 */
final class DotProduct {
  /** From this length on the compilers that have vectors for this loop use them. */
  static final int LONG_ROW = 512;

  private DotProduct() {}

  static int of(int[] values, int valueOffset, int[] factors, int factorOffset, int length) {
    return Field.reduce(
        length < LONG_ROW
            ? shortRow(values, valueOffset, factors, factorOffset, length)
            : longRow(values, valueOffset, factors, factorOffset, length));
  }

  private static long longRow(int[] values, int v, int[] factors, int f, int length) {
    long sum = 0;
    for (int i = 0; i < length; i++) {
      long product = (long) values[v + i] * factors[f + i];
      sum += (product & Field.P) + (product >>> 31);
    }
    return sum;
  }

  private static long shortRow(int[] values, int v, int[] factors, int f, int length) {
    long sum = 0;
    int i = 0;
    for (; i < length - 3; i += 4) {
      long products =
          (long) values[v + i] * factors[f + i]
              + (long) values[v + i + 1] * factors[f + i + 1]
              + (long) values[v + i + 2] * factors[f + i + 2]
              + (long) values[v + i + 3] * factors[f + i + 3];
      sum += (products & Field.P) + (products >>> 31);
    }
    for (; i < length; i++) {
      long product = (long) values[v + i] * factors[f + i];
      sum += (product & Field.P) + (product >>> 31);
    }
    return sum;
  }
}
