/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.bench.plainjob;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.model.LinearLayerSpec;
import org.lepcnn.core.model.MaskedTensorSpec;
import org.lepcnn.core.model.Plan;
import org.lepcnn.kafka.chunk.ChunkLayout;

class EchoRoundTest {
  private static final int CHUNK = ChunkLayout.MAX_CHUNK_ELEMENTS;

  @Test
  void rounds_areCutAsThePrivateTransportCutsThem() {
    Plan plan =
        new Plan(
            List.of(
                new MaskedTensorSpec(0, 0, 7, ResidueField.P31),
                new MaskedTensorSpec(1, 0, CHUNK + 5, ResidueField.P31),
                new MaskedTensorSpec(2, 1, 3, ResidueField.P31)),
            List.of(layer(0, 0, 7, 2), layer(1, 1, CHUNK + 5, 1), layer(2, 2, 3, 2 * CHUNK + 1)));

    List<EchoRound> rounds = EchoRound.of(plan);

    assertThat(rounds)
        .containsExactly(
            new EchoRound(List.of(7, CHUNK, 5), List.of(2, 1)),
            new EchoRound(List.of(3), List.of(CHUNK, CHUNK, 1)));
    assertThat(rounds.get(0).bytesUp()).isEqualTo(4L * (7 + CHUNK + 5));
    assertThat(rounds.get(1).bytesDown()).isEqualTo(4L * (2 * CHUNK + 1));
  }

  @Test
  void roundsIn24Bits_haveThreeQuartersOfTheBytes() {
    Plan plan =
        new Plan(
            List.of(new MaskedTensorSpec(0, 0, CHUNK + 5, ResidueField.P24)),
            List.of(layer(0, 0, CHUNK + 5, 8)));

    assertThat(EchoRound.of(plan))
        .containsExactly(new EchoRound(List.of(CHUNK / 4 * 3, 4), List.of(6)));
  }

  @Test
  void onlyTheLastRequest_asksForAnswers() {
    List<PlainRecord> requests =
        new EchoRound(List.of(7, CHUNK), List.of(2, 1))
            .requests("meter-7", 4).stream().map(PlainRecord::decode).toList();

    assertThat(requests.stream().map(request -> request.values().remaining()))
        .containsExactly(7, CHUNK);
    assertThat(requests.stream().map(PlainRecord::asked)).containsExactly(List.of(), List.of(2, 1));
  }

  @Test
  void largestRecord_staysBelowTheLimitOfTheBroker() {
    byte[] largest = new EchoRound(List.of(CHUNK), List.of(1)).requests("meter-7", 4).get(0);
    assertThat(largest.length).isLessThan(ChunkLayout.MAX_RECORD_BYTES);
  }

  @Test
  void roundWithoutARecordEachWay_isRefused() {
    assertThatThrownBy(() -> new EchoRound(List.of(1), List.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static LinearLayerSpec layer(int index, int tensor, int inputs, int outputs) {
    return new LinearLayerSpec(index, tensor, ConvGeometry.fullyConnected(1, inputs, outputs));
  }
}
