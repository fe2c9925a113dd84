/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.examples.meter.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MatrixTest {
  @ParameterizedTest
  @ValueSource(ints = {1, 3, 4, 13, 32})
  void products_areSumsOfProducts(int depth) {
    Matrix a = counting(5, depth);
    Matrix b = counting(depth, 7);
    Matrix result = Matrix.zeros(5, 7);
    result.addProduct(a, b);
    Matrix transposedResult = Matrix.zeros(5, 7);
    transposedResult.addTransposedProduct(a.transposed(), b);
    // Small whole numbers: float sums are exact.
    for (int row = 0; row < 5; row++) {
      for (int column = 0; column < 7; column++) {
        float expected = 0;
        for (int k = 0; k < depth; k++) {
          expected += a.values[1 + row * depth + k] * b.values[1 + k * 7 + column];
        }
        assertThat(result.values[row * 7 + column]).isEqualTo(expected);
      }
    }
    assertThat(transposedResult.values).isEqualTo(result.values);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void factorsThatDoNotFit_areRefused(int depth) {
    Matrix result = Matrix.zeros(2, 2);
    assertThatThrownBy(() -> result.addProduct(counting(2, depth), counting(2, 2)))
        .hasMessageContaining("factors");
  }

  /** A matrix that does not begin at the start of its array. */
  private static Matrix counting(int rows, int columns) {
    float[] values = new float[rows * columns + 1];
    for (int i = 0; i < values.length; i++) {
      values[i] = i * 5 % 11 - 4;
    }
    return new Matrix(values, 1, rows, columns);
  }
}
