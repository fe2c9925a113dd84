/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.integrity;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lepcnn.core.field.Field31;
import org.lepcnn.core.linear.RandomLayers;
import org.lepcnn.device.vector.VectorUnit;

class DotProductTest {
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 7, 8, 9, 13, 207, 4098, 32767, 32768, 32769, 100_001})
  void randomResidues_equalTheSumOfBigIntegers(int length) {
    RandomLayers random = new RandomLayers(length);
    int[] values = random.residues(length + 3);
    int[] factors = random.residues(length + 5);
    BigInteger expected = BigInteger.ZERO;
    for (int i = 0; i < length; i++) {
      expected =
          expected.add(
              BigInteger.valueOf(values[i + 3]).multiply(BigInteger.valueOf(factors[i + 5])));
    }
    int residue = expected.mod(BigInteger.valueOf(Field31.P)).intValueExact();
    assertThat(DotProduct.of(values, 3, factors, 5, length)).isEqualTo(residue);
    assertThat(DotProduct.plain(values, 3, factors, 5, length)).isEqualTo(residue);
    assertThat(DotProduct.unrolled(values, 3, factors, 5, length)).isEqualTo(residue);
    assertThat(DotProduct.inBlocks(values, 3, factors, 5, length)).isEqualTo(residue);
    if (VectorUnit.present()) {
      assertThat(DotProduct.inVectors(values, 3, factors, 5, length)).isEqualTo(residue);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4, 8, 32767, 32768, 32769, 1_000_000})
  void largestResidues_doNotOverflow(int length) {
    int[] largest = RandomLayers.constant(length, Field31.P - 1);
    // (−1)·(−1) = 1, length times
    assertThat(DotProduct.plain(largest, 0, largest, 0, length)).isEqualTo(length);
    assertThat(DotProduct.unrolled(largest, 0, largest, 0, length)).isEqualTo(length);
    assertThat(DotProduct.inBlocks(largest, 0, largest, 0, length)).isEqualTo(length);
    if (VectorUnit.present()) {
      assertThat(DotProduct.inVectors(largest, 0, largest, 0, length)).isEqualTo(length);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 16, 31, 32, 4095, 4096, 4097, 9000})
  void valuesOutsideTheField_areFoundAnywhere(int length) {
    int[] values = new RandomLayers(1).residues(length);
    int[] factors = new RandomLayers(2).residues(length);
    for (int at = 0; at < length; at += 1 + length / 37) {
      int right = values[at];
      for (int bad : new int[] {Field31.P, -1, Integer.MIN_VALUE}) {
        values[at] = bad;
        assertThat(DotProduct.ifCanonical(values, 0, factors, 0, length)).isNegative();
        assertThat(DotProduct.inBlocks(values, 0, factors, 0, length)).isNegative();
        if (VectorUnit.present()) {
          assertThat(DotProduct.inVectors(values, 0, factors, 0, length)).isNegative();
        }
      }
      values[at] = right;
    }
    assertThat(DotProduct.ifCanonical(values, 0, factors, 0, length)).isNotNegative();
  }
}
