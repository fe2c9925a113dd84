/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.chunk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.model.LinearLayerSpec;
import org.lepcnn.core.model.MaskedTensorSpec;
import org.lepcnn.core.model.Plan;
import org.lepcnn.kafka.codec.Samples;

class ChunkAssemblerTest {
  private static final int FULL = ChunkLayout.MAX_CHUNK_ELEMENTS;
  private static final int LARGE = 2 * FULL + 5;

  /** Round 1 has tensor 1 of three chunks and tensor 2 of one, in 24 bits. */
  private static final Plan PLAN =
      new Plan(
          List.of(
              new MaskedTensorSpec(0, 0, 4, ResidueField.P31),
              new MaskedTensorSpec(1, 1, LARGE, ResidueField.P31),
              new MaskedTensorSpec(2, 1, 6, ResidueField.P24)),
          List.of(
              new LinearLayerSpec(0, 0, ConvGeometry.fullyConnected(1, 4, 3)),
              new LinearLayerSpec(1, 1, ConvGeometry.fullyConnected(1, LARGE, 2)),
              new LinearLayerSpec(2, 2, ConvGeometry.fullyConnected(2, 3, 4)),
              new LinearLayerSpec(3, 1, ConvGeometry.fullyConnected(LARGE, 1, 1))));

  private static final RoundShape SHAPE = RoundShape.tensorsOf(PLAN, 1);

  private final Samples samples = new Samples(61);
  private final int[] large = samples.residues(LARGE);
  private final int[] small = samples.residues(ResidueField.P24, 6);
  private final ChunkAssembler<String> assembler = new ChunkAssembler<>();

  @Test
  void shapes_followThePlan() {
    RoundShape layers = RoundShape.layersOf(PLAN, 1);
    assertThat(layers.parts()).isEqualTo(3);
    assertThat(List.of(layers.id(0), layers.id(1), layers.id(2))).containsExactly(1, 2, 3);
    assertThat(List.of(layers.elements(0), layers.elements(1), layers.elements(2)))
        .containsExactly(2, 8, LARGE);
    assertThat(List.of(layers.field(0), layers.field(1), layers.field(2)))
        .containsExactly(ResidueField.P31, ResidueField.P24, ResidueField.P31);
    assertThat(layers.chunks()).isEqualTo(5);
    assertThat(SHAPE.bytes()).isEqualTo(4L * (LARGE + 6));
    assertThat(SHAPE.positionOf(2)).isEqualTo(1);
    assertThat(SHAPE.positionOf(0)).isEqualTo(-1);
  }

  @Test
  void chunksInAnyOrder_giveTheRound() {
    assertThat(offerLarge("a", 2)).isEqualTo(new ChunkOutcome.Incomplete(3));
    assertThat(offerSmall("a")).isEqualTo(new ChunkOutcome.Incomplete(2));
    assertThat(offerLarge("a", 0)).isEqualTo(new ChunkOutcome.Incomplete(1));
    ChunkOutcome.Complete complete = (ChunkOutcome.Complete) offerLarge("a", 1);
    assertThat(complete.parts().get(0)).isEqualTo(large);
    assertThat(complete.parts().get(1)).isEqualTo(small);
    assertThat(assembler.bytes()).isZero();
    assertThat(assembler.size()).isZero();
  }

  @Test
  void duplicates_areIgnoredAndTheFirstCounts() {
    offerLarge("a", 0);
    int[] other = new int[FULL];
    assertThat(offer("a", 1, 0, 3, other)).isEqualTo(new ChunkOutcome.Duplicate());
    offerLarge("a", 1);
    offerLarge("a", 2);
    ChunkOutcome.Complete complete = (ChunkOutcome.Complete) offerSmall("a");
    assertThat(complete.parts().get(0)).isEqualTo(large);
  }

  @Test
  void chunksOfTwoSenders_areNotMixed() {
    int[] others = samples.residues(LARGE);
    offerLarge("sender 1", 0);
    offer("sender 2", 1, 0, 3, Arrays.copyOf(others, FULL));
    offer("sender 2", 1, 1, 3, Arrays.copyOfRange(others, FULL, 2 * FULL));
    offerLarge("sender 1", 1);
    offerLarge("sender 1", 2);
    offer("sender 2", 1, 2, 3, Arrays.copyOfRange(others, 2 * FULL, LARGE));
    ChunkOutcome.Complete one = (ChunkOutcome.Complete) offerSmall("sender 1");
    ChunkOutcome.Complete two = (ChunkOutcome.Complete) offerSmall("sender 2");
    assertThat(one.parts().get(0)).isEqualTo(large);
    assertThat(two.parts().get(0)).isEqualTo(others);
  }

  @Test
  void chunksThatDoNotFit_areRefusedAndChangeNothing() {
    offerLarge("a", 0);
    long held = assembler.bytes();
    requireRefused(0, 0, 1, 4, "found part 0");
    requireRefused(7, 0, 1, 4, "found part 7");
    requireRefused(1, 0, 2, FULL, "number of chunks: expected 3; found 2");
    requireRefused(1, 3, 3, 5, "chunk number: expected 0 to 2; found 3");
    requireRefused(1, -1, 3, FULL, "chunk number: expected 0 to 2; found -1");
    requireRefused(1, 1, 3, FULL - 1, "expected 998976 bytes");
    requireRefused(1, 2, 3, 6, "expected 20 bytes");
    requireRefused(2, 0, 1, 5, "expected 18 bytes; found 15");
    assertThatThrownBy(() -> assembler.offer("a", SHAPE, 2, 0, 1, ByteSlice.of(new byte[24])))
        .isInstanceOf(MalformedRecordException.class)
        .hasMessageContaining("expected 18 bytes; found 24");
    assertThat(assembler.bytes()).isEqualTo(held);
    assertThat(assembler.size()).isEqualTo(1);
  }

  @Test
  void parts_takeTheirMemoryWithTheirFirstChunk_andOnlyOnce() {
    offerSmall("a");
    assertThat(assembler.bytes()).isEqualTo(4L * 6);
    offerLarge("a", 0);
    offerLarge("a", 1);
    assertThat(assembler.bytes()).isEqualTo(SHAPE.bytes());
  }

  @Test
  void droppedRound_leavesNothing_andIsRepairedByARetry() {
    offerLarge("a", 0);
    assembler.drop("a");
    assembler.drop("never there");
    assertThat(assembler.bytes()).isZero();
    offerLarge("a", 0);
    offerLarge("a", 1);
    offerLarge("a", 2);
    assertThat(offerSmall("a")).isInstanceOf(ChunkOutcome.Complete.class);
  }

  private void requireRefused(int part, int chunk, int chunks, int elements, String message) {
    assertThatThrownBy(() -> offer("a", part, chunk, chunks, new int[elements]))
        .isInstanceOf(MalformedRecordException.class)
        .hasMessageContaining(message);
  }

  private ChunkOutcome offerLarge(String key, int chunk) {
    int from = ChunkLayout.firstElement(chunk);
    int[] part = Arrays.copyOfRange(large, from, from + ChunkLayout.elementsOf(chunk, LARGE));
    return offer(key, 1, chunk, 3, part);
  }

  private ChunkOutcome offerSmall(String key) {
    return offer(key, 2, 0, 1, small);
  }

  private ChunkOutcome offer(String key, int part, int chunk, int chunks, int[] residues) {
    ResidueField field = part == 2 ? ResidueField.P24 : ResidueField.P31;
    ByteSlice payload = ByteSlice.of(Samples.littleEndian(field, residues));
    return assembler.offer(key, SHAPE, part, chunk, chunks, payload);
  }
}
