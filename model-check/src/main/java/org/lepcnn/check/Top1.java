/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.check;

/** The largest of a row of scores. */
public final class Top1 {
  private Top1() {}

  /** The index of the largest value, the first of equals; −1 for no values. */
  public static int of(float[] values) {
    int best = values.length == 0 ? -1 : 0;
    for (int i = 1; i < values.length; i++) {
      if (values[i] > values[best]) {
        best = i;
      }
    }
    return best;
  }
}
