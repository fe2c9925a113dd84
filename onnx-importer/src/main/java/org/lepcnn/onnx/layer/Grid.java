/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.layer;

import java.util.Arrays;

/**
 * What a value's elements are: k·step with integers |k| ≤ limit, each rounded to float32.
 *
 * @param step positive and finite
 * @param limit at least 0; infinite where nothing bounds the elements
 */
public record Grid(double step, double limit) {
  /** Integers of any size. */
  static final Grid INTEGERS = new Grid(1, Double.POSITIVE_INFINITY);

  /** How far a number may be from a multiple of the step, relative to itself. */
  private static final double TOLERANCE = 0x1p-22;

  /** Integers up to a magnitude. */
  static Grid integers(double limit) {
    return new Grid(1, limit);
  }

  /** Whether its elements, and sums of their products with integers, are exact in float32. */
  boolean isPowerOfTwo() {
    return isPowerOfTwo(step);
  }

  static boolean isPowerOfTwo(double value) {
    return value != 0 && Math.abs(value) == Math.scalb(1.0, Math.getExponent(value));
  }

  /** The grid of the elements times a number; null where that is no grid. */
  Grid times(double factor) {
    double scaled = step * Math.abs(factor);
    return scaled > 0 && Double.isFinite(scaled) ? new Grid(scaled, limit) : null;
  }

  Grid within(double newLimit) {
    return new Grid(step, newLimit);
  }

  /** Whether all numbers are multiples of the step. */
  boolean contains(float[] numbers) {
    for (float number : numbers) {
      double steps = Math.abs(number / step);
      if (!Float.isFinite(number) || Math.abs(steps - Math.rint(steps)) > TOLERANCE * steps) {
        return false;
      }
    }
    return true;
  }

  /** The largest of numbers that are multiples of the step, in steps. */
  double largest(float[] numbers) {
    double largest = 0;
    for (float number : numbers) {
      largest = Math.max(largest, Math.rint(Math.abs(number / step)));
    }
    return largest;
  }

  /** The grid that holds the elements of all; null where they have no step in common. */
  static Grid union(Grid... grids) {
    boolean same =
        grids.length > 0
            && Arrays.stream(grids).allMatch(grid -> grid != null && grid.step == grids[0].step);
    return same
        ? grids[0].within(Arrays.stream(grids).mapToDouble(Grid::limit).max().orElseThrow())
        : null;
  }
}
