/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.chunk;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.fuzz.ByteMutator;
import org.lepcnn.core.fuzz.FuzzRun;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.model.LinearLayerSpec;
import org.lepcnn.core.model.MaskedTensorSpec;
import org.lepcnn.core.model.Plan;

/**
 * Sequences of chunks of several senders, disordered, doubled, cut off, or with numbers and lengths
 * that lie: no sender makes more memory held than a round takes, nothing is left in the end, and a
 * round that comes out consists of what its own sender sent.
 */
@Tag("slow")
class ChunkSequenceFuzzTest {
  private static final int[] ELEMENTS = {40, 17, 3};
  private static final Plan PLAN = plan();
  private static final RoundShape SHAPE = RoundShape.tensorsOf(PLAN, 0);

  private record Chunk(int sender, int part, int chunk, int chunks, byte[] payload) {}

  @Test
  void whateverTheOrder_memoryIsBounded_andRoundsAreTheirSenders() {
    long sequences = Long.getLong("fuzz.sequences", 3_000);
    new FuzzRun(Long.getLong("fuzz.seed", 11), (random, number) -> attempt(random))
        .check("Chunk sequences", sequences, "complete", "incomplete");
  }

  private static String attempt(ByteMutator random) {
    ChunkAssembler<Integer> assembler = new ChunkAssembler<>();
    List<Chunk> arriving = List.of();
    int senders = 1 + random.below(8);
    for (int sender = 0; sender < senders; sender++) {
      arriving = random.interleaved(arriving, random.disordered(sent(sender)));
    }
    int complete = 0;
    for (Chunk chunk : arriving) {
      if (random.onceIn(20)) {
        assembler.drop(random.below(senders));
      }
      if (offer(assembler, random.onceIn(8) ? lying(chunk, random) : chunk)) {
        complete++;
      }
      assertThat(assembler.size()).isLessThanOrEqualTo(senders);
      assertThat(assembler.bytes()).isBetween(0L, senders * SHAPE.bytes());
    }
    for (int sender = 0; sender < senders; sender++) {
      assembler.drop(sender);
    }
    assertThat(assembler.size()).isZero();
    assertThat(assembler.bytes()).isZero();
    return complete > 0 ? "complete" : "incomplete";
  }

  private static boolean offer(ChunkAssembler<Integer> assembler, Chunk chunk) {
    int held = assembler.size();
    try {
      ChunkOutcome outcome =
          assembler.offer(
              chunk.sender(),
              SHAPE,
              chunk.part(),
              chunk.chunk(),
              chunk.chunks(),
              ByteSlice.of(chunk.payload()));
      if (outcome instanceof ChunkOutcome.Complete round) {
        requireOf(chunk.sender(), round.parts());
        return true;
      }
    } catch (MalformedRecordException e) {
      assertThat(assembler.size()).isEqualTo(held);
    }
    return false;
  }

  private static void requireOf(int sender, List<int[]> parts) {
    for (int part = 0; part < ELEMENTS.length; part++) {
      int[] expected = new int[ELEMENTS[part]];
      Arrays.fill(expected, value(sender, part));
      assertThat(parts.get(part)).isEqualTo(expected);
    }
  }

  /** Another number or another length, always one that tells. */
  private static Chunk lying(Chunk c, ByteMutator random) {
    int lie = (int) random.extreme();
    return switch (random.below(4)) {
      case 0 -> new Chunk(c.sender(), 3 + (lie & 0xffff), c.chunk(), c.chunks(), c.payload());
      case 1 -> new Chunk(c.sender(), c.part(), 1 | lie, c.chunks(), c.payload());
      case 2 -> new Chunk(c.sender(), c.part(), c.chunk(), lie == 1 ? 2 : lie, c.payload());
      default -> {
        byte[] other = new byte[random.below(300)];
        boolean fits = other.length == c.payload().length;
        yield fits ? c : new Chunk(c.sender(), c.part(), c.chunk(), c.chunks(), other);
      }
    };
  }

  private static List<Chunk> sent(int sender) {
    List<Chunk> chunks = new ArrayList<>();
    for (int part = 0; part < ELEMENTS.length; part++) {
      byte[] payload = new byte[ELEMENTS[part] * Integer.BYTES];
      for (int i = 0; i < payload.length; i += Integer.BYTES) {
        payload[i] = (byte) value(sender, part);
      }
      chunks.add(new Chunk(sender, part, 0, 1, payload));
    }
    return chunks;
  }

  private static int value(int sender, int part) {
    return 1 + sender * ELEMENTS.length + part;
  }

  private static Plan plan() {
    List<MaskedTensorSpec> tensors = new ArrayList<>();
    List<LinearLayerSpec> layers = new ArrayList<>();
    for (int i = 0; i < ELEMENTS.length; i++) {
      tensors.add(new MaskedTensorSpec(i, 0, ELEMENTS[i], ResidueField.P31));
      layers.add(new LinearLayerSpec(i, i, ConvGeometry.fullyConnected(1, ELEMENTS[i], 1)));
    }
    return new Plan(tensors, layers);
  }
}
