/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.residue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lepcnn.core.field.ResidueField;

class ResidueBytesTest {
  private static final int SIZE = 40;

  @Test
  void residues_areLittleEndian() {
    byte[] bytes = new byte[10];
    ResidueBytes residues =
        new ResidueBytes(ResidueField.P31, List.of(new ResidueBytes.Part(bytes, 1, 2)));
    residues.put(1, new int[] {7, 0x01020304}, 1, 1);
    residues.putColumns(new int[] {0x7f0000ff}, 0, 1, 1, 1, 0, 1);
    assertThat(bytes).containsExactly(0, 0xff, 0, 0, 0x7f, 4, 3, 2, 1, 0);
  }

  @Test
  void residuesOf24Bits_takeThreeBytes() {
    byte[] bytes = new byte[8];
    ResidueBytes residues =
        new ResidueBytes(ResidueField.P24, List.of(new ResidueBytes.Part(bytes, 1, 2)));
    residues.put(1, new int[] {7, 0x010203}, 1, 1);
    residues.putColumns(new int[] {0x7f00ff}, 0, 1, 1, 1, 0, 1);
    assertThat(bytes).containsExactly(0, 0xff, 0, 0x7f, 3, 2, 1, 0);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 7, 39, 40})
  void runs_goOverTheEndsOfParts(int partSize) {
    for (ResidueField field : ResidueField.values()) {
      int[] values = numbers(field, SIZE);
      for (int from = 0; from < SIZE; from++) {
        for (int count = 0; count <= SIZE - from; count++) {
          SplitBytes bytes = new SplitBytes(field, SIZE, partSize);
          bytes.room().put(from, values, from, count);
          int[] expected = new int[SIZE];
          System.arraycopy(values, from, expected, from, count);
          assertThat(bytes.read()).isEqualTo(expected);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5, 8, 16, 30, 64, 97, 200})
  void columns_goWhereAnArrayHasThem(int partSize) {
    for (ResidueField field : ResidueField.values()) {
      for (int rows : new int[] {1, 7, 8, 13, 16}) {
        for (int columns : new int[] {1, 2, 5}) {
          int stride = rows + 3;
          int[] expected = new int[2 + columns * stride + rows];
          int[] matrix = numbers(field, 4 + rows * (columns + 1));
          ResidueSink.of(expected).putColumns(matrix, 3, columns + 1, rows, columns, 2, stride);
          SplitBytes bytes = new SplitBytes(field, expected.length, partSize);
          bytes.room().putColumns(matrix, 3, columns + 1, rows, columns, 2, stride);
          assertThat(bytes.read()).as("%s, %d × %d", field, rows, columns).isEqualTo(expected);
        }
      }
    }
  }

  @Test
  void partsOfOtherSizes_areRefused() {
    ResidueBytes.Part one = new ResidueBytes.Part(new byte[4], 0, 1);
    ResidueBytes.Part two = new ResidueBytes.Part(new byte[8], 0, 2);
    ResidueBytes.Part none = new ResidueBytes.Part(new byte[8], 0, 0);
    for (List<ResidueBytes.Part> parts :
        List.of(List.of(one, two), List.of(two, one, two), List.of(none), List.of(one, none))) {
      assertThatThrownBy(() -> new ResidueBytes(ResidueField.P31, parts))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  private static int[] numbers(ResidueField field, int count) {
    int[] numbers = new int[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = 0x01020304 * (i + 1) & (-1 >>> (Integer.SIZE - field.bits()));
    }
    return numbers;
  }
}
