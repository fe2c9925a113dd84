/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.chunk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.lepcnn.core.field.ResidueField;

class ChunkLayoutTest {
  @ParameterizedTest
  @ValueSource(ints = {1, 13, 249_743, 249_744, 249_745, 499_488, 3_211_264, 16_777_216})
  void chunks_coverTheTensorExactly(int elements) {
    int covered = 0;
    for (int chunk = 0; chunk < ChunkLayout.count(elements); chunk++) {
      assertThat(ChunkLayout.firstElement(chunk)).isEqualTo(covered);
      assertThat(ChunkLayout.elementsOf(chunk, elements))
          .isBetween(1, ChunkLayout.MAX_CHUNK_ELEMENTS);
      covered += ChunkLayout.elementsOf(chunk, elements);
    }
    assertThat(covered).isEqualTo(elements);
  }

  @Test
  void layout_isPartOfTheFormatAndDoesNotChange() {
    assertThat(ChunkLayout.MAX_CHUNK_ELEMENTS).isEqualTo(249_744);
    assertThat(ChunkLayout.MAX_CHUNKS).isEqualTo(68);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 1, 3",
    "0, 1, 4",
    "0, 1, 6",
    "0, 1, 749232",
    "0, 1, 998976",
    "0, 68, 749232",
    "0, 68, 998976",
    "67, 68, 3",
    "67, 68, 4"
  })
  void chunksWithinTheLayout_areAccepted(int chunk, int chunks, int bytes) {
    assertThatCode(() -> ChunkLayout.check("test", chunk, chunks, bytes))
        .doesNotThrowAnyException();
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0, 4",
    "0, 69, 998976",
    "-1, 1, 4",
    "1, 1, 4",
    "0, 1, 0",
    "0, 1, 2",
    "0, 1, 5",
    "0, 1, 998973",
    "0, 1, 998980",
    "0, 2, 998972",
    "0, 2, 749229",
    "0, 2, 749236",
    "0, -2147483648, 4"
  })
  void chunksOutsideTheLayout_areRefused(int chunk, int chunks, int bytes) {
    assertThatThrownBy(() -> ChunkLayout.check("test", chunk, chunks, bytes))
        .isInstanceOf(MalformedRecordException.class)
        .hasMessageStartingWith("test: expected");
  }

  @Test
  void recordsOfTheOtherField_doNotFit_whateverTheSize() {
    for (int elements : new int[] {1, 3, 4, 12, 249_744, 249_745, 499_488}) {
      int chunks = ChunkLayout.count(elements);
      for (int chunk = 0; chunk < chunks; chunk++) {
        int residues = ChunkLayout.elementsOf(chunk, elements);
        for (ResidueField field : ResidueField.values()) {
          for (ResidueField sent : ResidueField.values()) {
            int bytes = residues * sent.wireBytes();
            assertThat(ChunkLayout.misfit(field, elements, chunk, chunks, bytes).isEmpty())
                .isEqualTo(field == sent);
          }
        }
      }
    }
    assertThat(ChunkLayout.misfit(ResidueField.P24, 12, 0, 1, 48))
        .contains("payload: expected 36 bytes; found 48");
  }
}
