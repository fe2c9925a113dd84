/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.examples.meter.train;

/** A matrix in row order that looks at a part of an array. */
final class Matrix {
  final float[] values;
  final int offset;
  final int rows;
  final int columns;

  Matrix(float[] values, int offset, int rows, int columns) {
    if (offset < 0 || offset + Math.multiplyExact(rows, columns) > values.length) {
      throw new IllegalArgumentException(
          "A matrix of "
              + rows
              + " x "
              + columns
              + " at "
              + offset
              + " does not fit in "
              + values.length
              + " values");
    }
    this.values = values;
    this.offset = offset;
    this.rows = rows;
    this.columns = columns;
  }

  static Matrix zeros(int rows, int columns) {
    return new Matrix(new float[rows * columns], 0, rows, columns);
  }

  /** A transposed copy. */
  Matrix transposed() {
    Matrix result = zeros(columns, rows);
    for (int row = 0; row < rows; row++) {
      int from = offset + row * columns;
      for (int column = 0; column < columns; column++) {
        result.values[column * rows + row] = values[from + column];
      }
    }
    return result;
  }

  /** Adds a · b to this matrix. */
  void addProduct(Matrix a, Matrix b) {
    requireShape(a.columns == b.rows && a.rows == rows, a, b);
    addProduct(a, a.columns, 1, a.columns, b);
  }

  /** Adds aᵀ · b to this matrix. */
  void addTransposedProduct(Matrix a, Matrix b) {
    requireShape(a.rows == b.rows && a.columns == rows, a, b);
    addProduct(a, 1, a.columns, a.rows, b);
  }

  private void requireShape(boolean fits, Matrix a, Matrix b) {
    if (!fits || b.columns != columns) {
      throw new IllegalArgumentException(
          "Adding a product to "
              + rows
              + " x "
              + columns
              + ": the factors are "
              + a.rows
              + " x "
              + a.columns
              + " and "
              + b.rows
              + " x "
              + b.columns);
    }
  }

  /**
   * Every row of the result is a sum of scaled rows of b, taken four at a time. The loop over
   * columns is the one that the compiler turns into vector instructions; the order of the additions
   * to one value is fixed.
   */
  private void addProduct(Matrix a, int aRowStep, int aStep, int depth, Matrix b) {
    float[] from = b.values;
    float[] to = values;
    int length = columns;
    for (int row = 0; row < rows; row++) {
      int target = offset + row * length;
      int factor = a.offset + row * aRowStep;
      int k = 0;
      for (; k + 4 <= depth; k += 4, factor += 4 * aStep) {
        float a0 = a.values[factor];
        float a1 = a.values[factor + aStep];
        float a2 = a.values[factor + 2 * aStep];
        float a3 = a.values[factor + 3 * aStep];
        int b0 = b.offset + k * length;
        int b1 = b0 + length;
        int b2 = b1 + length;
        int b3 = b2 + length;
        for (int i = 0; i < length; i++) {
          to[target + i] +=
              a0 * from[b0 + i] + a1 * from[b1 + i] + a2 * from[b2 + i] + a3 * from[b3 + i];
        }
      }
      for (; k < depth; k++, factor += aStep) {
        float a0 = a.values[factor];
        int b0 = b.offset + k * length;
        for (int i = 0; i < length; i++) {
          to[target + i] += a0 * from[b0 + i];
        }
      }
    }
  }
}
