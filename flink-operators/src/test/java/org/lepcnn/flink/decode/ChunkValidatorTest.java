/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.decode;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lepcnn.core.field.Field31;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.model.LinearLayerSpec;
import org.lepcnn.core.model.MaskedTensorSpec;
import org.lepcnn.core.model.Plan;
import org.lepcnn.core.port.PassId;
import org.lepcnn.flink.record.Refusal;
import org.lepcnn.flink.testkit.Requests;
import org.lepcnn.kafka.chunk.ByteSlice;
import org.lepcnn.kafka.chunk.ChunkLayout;
import org.lepcnn.kafka.codec.RequestCodec;
import org.lepcnn.kafka.codec.TensorChunkView;

class ChunkValidatorTest {
  private static final int OFFSET = 3;

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 13, 4098})
  void canonicalResidues_areAccepted(int count) {
    int[] residues = new SplittableRandom(count).ints(count, 0, Field31.P).toArray();
    residues[0] = Field31.P - 1;
    residues[count - 1] = 0;
    assertThat(ChunkValidator.allCanonical(slice(residues))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(ints = {Field31.P, Integer.MIN_VALUE, -1, Integer.MIN_VALUE + 1, -2})
  void oneOther_isFoundWhereverItStands(int bad) {
    for (int count : new int[] {1, 2, 7, 16}) {
      for (int at = 0; at < count; at++) {
        for (int rest : new int[] {0, Field31.P - 1}) {
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

  private static final Fingerprint MODEL = Fingerprint.of(new byte[32]);
  private static final int WIDE = ChunkLayout.MAX_CHUNK_ELEMENTS + 2;

  /** Tensors 0 and 1 in round 0, 2 in round 1; the second takes two chunks. */
  private static final Plan PLAN =
      new Plan(
          List.of(
              new MaskedTensorSpec(0, 0, 5, ResidueField.P31),
              new MaskedTensorSpec(1, 0, WIDE, ResidueField.P31),
              new MaskedTensorSpec(2, 1, 5, ResidueField.P31)),
          List.of(
              new LinearLayerSpec(0, 0, ConvGeometry.fullyConnected(1, 5, 1)),
              new LinearLayerSpec(1, 1, ConvGeometry.fullyConnected(1, WIDE, 1)),
              new LinearLayerSpec(2, 2, ConvGeometry.fullyConnected(1, 5, 1))));

  private static String detail(int round, int tensor, int[] residues, int chunk) {
    PassId pass = new PassId("d", Requests.CHAIN, MODEL, 0);
    byte[] record =
        RequestCodec.current()
            .encodeTensor(pass, round, Requests.INSTANCE, tensor, residues, residues.length, 1)
            .get(chunk);
    TensorChunkView view = (TensorChunkView) RequestCodec.current().decode(record);
    return ChunkValidator.check(view, PLAN).map(Refusal::detail).orElse("fits");
  }

  @Test
  void chunksOfThePlan_fit() {
    assertThat(detail(0, 0, new int[5], 0)).isEqualTo("fits");
    assertThat(detail(0, 1, new int[WIDE], 0)).isEqualTo("fits");
    assertThat(detail(0, 1, new int[WIDE], 1)).isEqualTo("fits");
    assertThat(detail(1, 2, new int[5], 0)).isEqualTo("fits");
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
