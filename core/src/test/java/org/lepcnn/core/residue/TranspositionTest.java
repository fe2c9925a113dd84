/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.residue;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TranspositionTest {
  @Test
  void transpositions_takeAnySize() {
    for (int rows : new int[] {1, 7, 8, 13, 16}) {
      int[] x = new int[rows * 5 + 3];
      for (int i = 0; i < x.length; i++) {
        x[i] = i;
      }
      int[] y = new int[5 * (rows + 1) + 2];
      Transposition.toInts(x, 3, 5, rows, 5, y, 2, rows + 1);
      for (int r = 0; r < rows; r++) {
        for (int c = 0; c < 5; c++) {
          assertThat(y[2 + c * (rows + 1) + r]).isEqualTo(3 + r * 5 + c);
        }
      }
    }
  }
}
