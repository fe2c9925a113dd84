/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.decode;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lepcnn.core.field.Field24;
import org.lepcnn.core.field.Field31;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.model.LinearLayerSpec;
import org.lepcnn.core.model.MaskedTensorSpec;
import org.lepcnn.core.model.Plan;
import org.lepcnn.core.port.PassRound;
import org.lepcnn.flink.record.Refusal;
import org.lepcnn.flink.testkit.Requests;
import org.lepcnn.kafka.chunk.ChunkLayout;
import org.lepcnn.kafka.codec.RequestCodec;
import org.lepcnn.kafka.codec.TensorChunkView;

class ChunkValidatorTest {
  private static final Fingerprint MODEL = Fingerprint.of(new byte[32]);
  private static final int WIDE = ChunkLayout.MAX_CHUNK_ELEMENTS + 2;

  /** Tensors 0 and 1 in round 0, 2 in round 1; the second takes two chunks, the third 24 bits. */
  private static final Plan PLAN =
      new Plan(
          List.of(
              new MaskedTensorSpec(0, 0, 5, ResidueField.P31),
              new MaskedTensorSpec(1, 0, WIDE, ResidueField.P31),
              new MaskedTensorSpec(2, 1, 5, ResidueField.P24)),
          List.of(
              new LinearLayerSpec(0, 0, ConvGeometry.fullyConnected(1, 5, 1)),
              new LinearLayerSpec(1, 1, ConvGeometry.fullyConnected(1, WIDE, 1)),
              new LinearLayerSpec(2, 2, ConvGeometry.fullyConnected(1, 5, 1))));

  private static String detail(int round, int tensor, int[] residues, int chunk) {
    return detail(ResidueField.P31, round, tensor, residues, chunk);
  }

  private static String detail(
      ResidueField field, int round, int tensor, int[] residues, int chunk) {
    PassRound call = Requests.roundCall("d", MODEL, Requests.INSTANCE, 0, round);
    MaskedTensorSpec spec = new MaskedTensorSpec(tensor, round, residues.length, field);
    byte[] record = RequestCodec.current().encodeTensor(call, spec, residues, 1).get(chunk);
    TensorChunkView view = (TensorChunkView) RequestCodec.current().decode(record);
    return ChunkValidator.check(view, PLAN).map(Refusal::detail).orElse("fits");
  }

  @Test
  void chunksOfThePlan_fit() {
    assertThat(detail(0, 0, new int[5], 0)).isEqualTo("fits");
    assertThat(detail(0, 1, new int[WIDE], 0)).isEqualTo("fits");
    assertThat(detail(0, 1, new int[WIDE], 1)).isEqualTo("fits");
    assertThat(detail(ResidueField.P24, 1, 2, new int[5], 0)).isEqualTo("fits");
  }

  @Test
  void whatDoesNotFit_isNamed() {
    assertThat(detail(2, 0, new int[5], 0)).isEqualTo("round: expected below 2; found 2");
    assertThat(detail(1, 3, new int[5], 0)).isEqualTo("tensor: expected one of round 1; found 3");
    assertThat(detail(1, 0, new int[5], 0)).isEqualTo("tensor: expected one of round 1; found 0");
    assertThat(detail(0, 0, new int[WIDE], 0)).isEqualTo("number of chunks: expected 1; found 2");
    assertThat(detail(0, 1, new int[5], 0)).isEqualTo("number of chunks: expected 2; found 1");
    assertThat(detail(0, 0, new int[6], 0)).isEqualTo("payload: expected 20 bytes; found 24");
    assertThat(detail(0, 1, new int[WIDE - 1], 1)).isEqualTo("payload: expected 8 bytes; found 4");
    assertThat(detail(0, 0, new int[] {0, 0, 0, 0, Field31.P}, 0))
        .isEqualTo("payload: expected residues in [0, p); found others");
  }

  @Test
  void aTensorInTheOtherFieldsForm_doesNotFit() {
    assertThat(detail(ResidueField.P31, 1, 2, new int[5], 0))
        .isEqualTo("payload: expected 15 bytes; found 20");
    assertThat(detail(ResidueField.P24, 0, 0, new int[5], 0))
        .isEqualTo("payload: expected 20 bytes; found 15");
    assertThat(detail(ResidueField.P24, 0, 1, new int[WIDE], 0))
        .isEqualTo("payload: expected 998976 bytes; found 749232");
  }

  @ParameterizedTest
  @ValueSource(ints = {Field24.P, Field24.P + 1, Field24.P + 2})
  void residuesFromPOn_doNotFit(int bad) {
    for (int at = 0; at < 5; at++) {
      int[] residues = new int[5];
      residues[at] = bad;
      assertThat(detail(ResidueField.P24, 1, 2, residues, 0))
          .isEqualTo("payload: expected residues in [0, p); found others");
      residues[at] = Field24.P - 1;
      assertThat(detail(ResidueField.P24, 1, 2, residues, 0)).isEqualTo("fits");
    }
  }
}
