/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.residue;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Transposes matrices of 32-bit integers, eight rows at a time: so many loads are under way at
 * once, and a target line is written in one go.
 */
public final class Transposition {
  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final int INT = Integer.BYTES;
  private static final int ROWS = 8;

  private Transposition() {}

  /**
   * Into an array: {@code y[to + c·toStride + r] = x[from + r·fromStride + c]}.
   *
   * @param rows of x
   * @param columns of x
   */
  public static void toInts(
      int[] x, int from, int fromStride, int rows, int columns, int[] y, int to, int toStride) {
    int full = rows & -ROWS;
    for (int r = 0; r < full; r += ROWS) {
      int source = from + r * fromStride;
      int target = to + r;
      for (int c = 0; c < columns; c++) {
        y[target] = x[source];
        y[target + 1] = x[source + fromStride];
        y[target + 2] = x[source + 2 * fromStride];
        y[target + 3] = x[source + 3 * fromStride];
        y[target + 4] = x[source + 4 * fromStride];
        y[target + 5] = x[source + 5 * fromStride];
        y[target + 6] = x[source + 6 * fromStride];
        y[target + 7] = x[source + 7 * fromStride];
        source++;
        target += toStride;
      }
    }
    for (int c = 0; c < columns; c++) {
      for (int r = full; r < rows; r++) {
        y[to + c * toStride + r] = x[from + r * fromStride + c];
      }
    }
  }

  /**
   * Into little-endian words of four bytes, as fast as {@link #toInts}.
   *
   * @param to the first byte of the first element in y
   * @param toStride elements from one column to the next in y
   */
  static void toWords(
      int[] x, int from, int fromStride, int rows, int columns, byte[] y, int to, int toStride) {
    int full = rows & -ROWS;
    for (int r = 0; r < full; r += ROWS) {
      int source = from + r * fromStride;
      int target = to + r * INT;
      for (int c = 0; c < columns; c++) {
        INTS.set(y, target, x[source]);
        INTS.set(y, target + INT, x[source + fromStride]);
        INTS.set(y, target + 2 * INT, x[source + 2 * fromStride]);
        INTS.set(y, target + 3 * INT, x[source + 3 * fromStride]);
        INTS.set(y, target + 4 * INT, x[source + 4 * fromStride]);
        INTS.set(y, target + 5 * INT, x[source + 5 * fromStride]);
        INTS.set(y, target + 6 * INT, x[source + 6 * fromStride]);
        INTS.set(y, target + 7 * INT, x[source + 7 * fromStride]);
        source++;
        target += toStride * INT;
      }
    }
    for (int c = 0; c < columns; c++) {
      for (int r = full; r < rows; r++) {
        INTS.set(y, to + (c * toStride + r) * INT, x[from + r * fromStride + c]);
      }
    }
  }

  /**
   * Into {@link Triples}; eight rows are three 64-bit words of a column.
   *
   * @param x elements below 2²⁴
   * @param to the first byte of the first element in y
   * @param toStride elements from one column to the next in y
   */
  static void toTriples(
      int[] x, int from, int fromStride, int rows, int columns, byte[] y, int to, int toStride) {
    int full = rows & -Triples.GROUP;
    for (int r = 0; r < full; r += Triples.GROUP) {
      int source = from + r * fromStride;
      int target = to + r * Triples.BYTES;
      for (int c = 0; c < columns; c++) {
        Triples.setGroup(
            y,
            target,
            x[source],
            x[source + fromStride],
            x[source + 2 * fromStride],
            x[source + 3 * fromStride],
            x[source + 4 * fromStride],
            x[source + 5 * fromStride],
            x[source + 6 * fromStride],
            x[source + 7 * fromStride]);
        source++;
        target += toStride * Triples.BYTES;
      }
    }
    for (int c = 0; c < columns; c++) {
      for (int r = full; r < rows; r++) {
        int at = to + (c * toStride + r) * Triples.BYTES;
        Triples.set(y, at, x[from + r * fromStride + c]);
      }
    }
  }
}
