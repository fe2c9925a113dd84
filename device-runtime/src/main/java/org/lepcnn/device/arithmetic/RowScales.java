/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.arithmetic;

import java.util.Arrays;

/**
 * The factors 1/s_x of a tensor whose rows, equal parts one after the other, have a scale each.
 *
 * <p>Scales are powers of two, so that x · (1/s_x) is the same float whether it is multiplied at
 * once or before: a tile that lies in two rows is multiplied before.
 *
 * <p>A row whose scale is NaN holds numbers that are none; its elements count as 0.
 */
final class RowScales {
  private final float[] scales;
  private final int rowElements;

  /**
   * @param scales of the rows
   * @param length elements of the tensor
   */
  RowScales(float[] scales, int length) {
    this.scales = scales;
    this.rowElements = length / scales.length;
  }

  /** 1/s_x of the row of an element. */
  float inverse(int element) {
    return 1 / scales[element / rowElements];
  }

  /**
   * What a tile is to be multiplied with.
   *
   * @param tile the elements {@code from} on; multiplied where they are of several rows
   * @return the factor that is left
   */
  float inverse(float[] tile, int from, int count) {
    if (scales.length == 1) {
      return inverse(from);
    }
    boolean oneRow = from / rowElements == (from + count - 1) / rowElements;
    if (oneRow && !isLost(from)) {
      return inverse(from);
    }
    int some;
    for (int done = 0; done < count; done += some) {
      some = Math.min(count - done, rowElements - (from + done) % rowElements);
      multiply(tile, from + done, done, done + some);
    }
    return 1;
  }

  private void multiply(float[] tile, int element, int from, int to) {
    if (isLost(element)) {
      Arrays.fill(tile, from, to, 0);
      return;
    }
    float inverse = inverse(element);
    for (int i = from; i < to; i++) {
      tile[i] *= inverse;
    }
  }

  /** x · (1/s_x) of one element, and 0 where its row is lost. */
  float scaled(float x, int element) {
    return isLost(element) ? 0 : x * inverse(element);
  }

  private boolean isLost(int element) {
    return Float.isNaN(scales[element / rowElements]);
  }
}
