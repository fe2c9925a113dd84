/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.decode;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lepcnn.core.field.Field;
import org.lepcnn.kafka.codec.ByteSlice;

class ChunkValidatorTest {
  private static final int OFFSET = 3;

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 13, 4098})
  void canonicalResidues_areAccepted(int count) {
    int[] residues = new SplittableRandom(count).ints(count, 0, Field.P).toArray();
    residues[0] = Field.P - 1;
    residues[count - 1] = 0;
    assertThat(ChunkValidator.allCanonical(slice(residues))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(ints = {Field.P, Integer.MIN_VALUE, -1, Integer.MIN_VALUE + 1, -2})
  void oneOther_isFoundWhereverItStands(int bad) {
    for (int count : new int[] {1, 2, 7, 16}) {
      for (int at = 0; at < count; at++) {
        for (int rest : new int[] {0, Field.P - 1}) {
          int[] residues = new int[count];
          java.util.Arrays.fill(residues, rest);
          residues[at] = bad;
          assertThat(ChunkValidator.allCanonical(slice(residues)))
              .as("%d at %d of %d", bad, at, count)
              .isFalse();
        }
      }
    }
  }

  @Test
  void bytesAround_doNotCount() {
    byte[] bytes = new byte[OFFSET + Integer.BYTES + 9];
    java.util.Arrays.fill(bytes, (byte) -1);
    java.util.Arrays.fill(bytes, OFFSET, OFFSET + Integer.BYTES, (byte) 0);
    assertThat(ChunkValidator.allCanonical(new ByteSlice(bytes, OFFSET, Integer.BYTES))).isTrue();
  }

  private static ByteSlice slice(int[] residues) {
    ByteBuffer bytes =
        ByteBuffer.allocate(OFFSET + residues.length * Integer.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN)
            .position(OFFSET);
    for (int residue : residues) {
      bytes.putInt(residue);
    }
    return new ByteSlice(bytes.array(), OFFSET, residues.length * Integer.BYTES);
  }
}
