/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.residue;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.lepcnn.core.field.ResidueField;

class ResidueCodingTest {
  private static final int OFFSET = 3;
  private static final int[] SIZES = {0, 1, 2, 3, 7, 8, 9, 13, 16, 23, 207, 4098};

  @ParameterizedTest
  @EnumSource(ResidueField.class)
  void residues_areReadAsTheyWereWritten_andNothingAround(ResidueField field) {
    for (int count : SIZES) {
      int[] residues = new SplittableRandom(count).ints(count + 4, 0, field.modulus()).toArray();
      byte[] bytes = new byte[OFFSET + count * field.wireBytes() + OFFSET];
      Arrays.fill(bytes, (byte) 0x5a);
      ResidueCoding.write(field, residues, 4, count, bytes, OFFSET);
      for (int i = 0; i < OFFSET; i++) {
        assertThat(bytes[i]).isEqualTo((byte) 0x5a);
        assertThat(bytes[bytes.length - 1 - i]).isEqualTo((byte) 0x5a);
      }
      assertThat(ResidueCoding.allCanonical(field, bytes, OFFSET, count)).isTrue();
      int[] read = new int[count + 2];
      ResidueCoding.read(field, bytes, OFFSET, read, 1, count);
      assertThat(Arrays.copyOfRange(read, 1, count + 1))
          .isEqualTo(Arrays.copyOfRange(residues, 4, count + 4));
      assertThat(read[0] | read[count + 1]).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource(ResidueField.class)
  void oneThatIsNotCanonical_isFoundWhereverItStands(ResidueField field) {
    int p = field.modulus();
    int[] others =
        field == ResidueField.P31
            ? new int[] {p, Integer.MIN_VALUE, -1, Integer.MIN_VALUE + 1, -2}
            : new int[] {p, p + 1, p + 2};
    for (int count : new int[] {1, 2, 7, 8, 16, 19}) {
      for (int rest : new int[] {0, p - 1}) {
        int[] residues = new int[count];
        Arrays.fill(residues, rest);
        assertThat(canonical(field, residues)).isTrue();
        for (int at = 0; at < count; at++) {
          for (int other : others) {
            residues[at] = other;
            assertThat(canonical(field, residues)).as("%d at %d", other, at).isFalse();
          }
          residues[at] = rest;
        }
      }
    }
  }

  private static boolean canonical(ResidueField field, int[] residues) {
    byte[] bytes = new byte[OFFSET + residues.length * field.wireBytes() + OFFSET];
    Arrays.fill(bytes, (byte) -1); // bytes around do not count
    ResidueCoding.write(field, residues, 0, residues.length, bytes, OFFSET);
    return ResidueCoding.allCanonical(field, bytes, OFFSET, residues.length);
  }
}
