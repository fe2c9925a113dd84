/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.integrity;

import org.lepcnn.core.field.Field;

/**
 * Σ values[i] · factors[i] mod p over canonical residues, without branches on the data and without
 * allocation.
 *
 * <p>A factor is split into its low 16 and high 15 bits. A product of 31 by 16 bits is below 2⁴⁷,
 * so 2¹⁵ of them stay below 2⁶² in a {@code long}; after that many terms the two sums are folded to
 * below 2³³, and fewer than 2²⁰ folded sums (2³⁵ terms) are added up before the only reduction.
 */
final class DotProduct {
  /** Terms between two folds. */
  static final int SEGMENT = 1 << 15;

  private static final int LOW = 0xffff;

  private DotProduct() {}

  static int of(int[] values, int valueOffset, int[] factors, int factorOffset, int length) {
    long low = 0;
    long high = 0;
    for (int from = 0; from < length; from += SEGMENT) {
      int count = Math.min(SEGMENT, length - from);
      int v = valueOffset + from;
      int f = factorOffset + from;
      long segmentLow = 0;
      long segmentHigh = 0;
      for (int i = 0; i < count; i++) {
        long value = values[v + i];
        int factor = factors[f + i];
        segmentLow += value * (factor & LOW);
        segmentHigh += value * (factor >>> 16);
      }
      low += Field.fold(segmentLow);
      high += Field.fold(segmentHigh);
    }
    return Field.reduce(((long) Field.reduce(high) << 16) + Field.fold(low));
  }
}
