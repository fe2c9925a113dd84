/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.model.LinearLayerSpec;
import org.lepcnn.core.model.MaskedTensorSpec;
import org.lepcnn.core.model.Plan;
import org.lepcnn.core.port.EdgeErrorCode;
import org.lepcnn.core.port.InstanceId;
import org.lepcnn.core.port.RoundRequest;
import org.lepcnn.flink.decode.RoundAssembler.Assembled;
import org.lepcnn.flink.decode.RoundAssembler.Dropped;
import org.lepcnn.flink.decode.RoundAssembler.Place;
import org.lepcnn.flink.decode.RoundAssembler.Reason;
import org.lepcnn.flink.record.AssembledRequest;
import org.lepcnn.flink.record.InboundRecord;
import org.lepcnn.flink.record.RequestHeader;
import org.lepcnn.flink.record.RoundKey;
import org.lepcnn.flink.testkit.Requests;
import org.lepcnn.flink.testkit.TestModel;
import org.lepcnn.kafka.chunk.ChunkLayout;
import org.lepcnn.kafka.codec.RequestCodec;
import org.lepcnn.kafka.codec.TensorChunkView;

class RoundAssemblerTest {
  private static final long ROUND_BYTES = TestModel.WIDE * 4L + 2 * (512 + 8) + 1_024;
  private static final long FIRST_CHUNK_BYTES =
      4L * ChunkLayout.MAX_CHUNK_ELEMENTS + 512 + 2 * 8 + 1_024;
  @TempDir private static Path folder;
  private static TestModel model;
  private static Fingerprint fingerprint;

  private final RoundAssembler assembler =
      new RoundAssembler(new AssemblyLimits(2 * FIRST_CHUNK_BYTES, 3 * FIRST_CHUNK_BYTES, 100));

  @BeforeAll
  static void writeModel() {
    model = TestModel.write(folder.resolve("bundle"));
    fingerprint = model.bundle().fingerprint();
  }

  private static List<TensorChunkView> chunks(
      String device, InstanceId instance, long pass, int round, long seed) {
    List<RoundRequest.Tensor> tensors = model.tensors(round, seed);
    List<TensorChunkView> chunks = new ArrayList<>();
    for (InboundRecord record :
        Requests.records(device, fingerprint, instance, pass, round, tensors)) {
      chunks.add((TensorChunkView) RequestCodec.current().decode(record.value()));
    }
    return chunks;
  }

  private static List<TensorChunkView> chunks(String device, long pass) {
    return chunks(device, Requests.INSTANCE, pass, 1, pass);
  }

  private Assembled add(TensorChunkView chunk, long now) {
    return assembler.add(place(chunk), Requests.header(chunk.call()), chunk, model.plan(), now);
  }

  @Test
  void chunksInAnyOrder_makeTheSameRequest() {
    List<TensorChunkView> chunks = chunks("d", Requests.INSTANCE, 0, 0, 5);
    assertThat(chunks).hasSize(2);
    add(chunks.get(0), 0);
    AssembledRequest forward = add(chunks.get(1), 0).request();
    Collections.reverse(chunks);
    add(chunks.get(0), 0);
    AssembledRequest backward = add(chunks.get(1), 0).request();
    assertThat(forward.digest()).isEqualTo(backward.digest());
    for (int i = 0; i < 2; i++) {
      int[] residues = model.tensors(0, 5).get(i).residues();
      assertThat(forward.tensors().get(i).toResidues(ResidueField.P31)).isEqualTo(residues);
      assertThat(backward.tensors().get(i).toResidues(ResidueField.P31)).isEqualTo(residues);
    }
    assertThat(assembler.bytes()).isZero();
  }

  @Test
  void duplicates_doNotComplete_andConflictsAreSuspected() {
    List<TensorChunkView> chunks = chunks("d", 0);
    assertThat(add(chunks.get(0), 0)).isEqualTo(Assembled.WAITING);
    assertThat(add(chunks.get(0), 0))
        .as("a repetition is no suspicion")
        .isEqualTo(Assembled.WAITING);
    Assembled conflict = add(chunks("d", Requests.INSTANCE, 0, 1, 99).get(0), 0);
    assertThat(conflict.refusal().code()).isEqualTo(EdgeErrorCode.MASK_REUSE_SUSPECTED);
    int[] residues = add(chunks.get(1), 0).request().tensors().get(0).toResidues(ResidueField.P31);
    assertThat(residues).isEqualTo(model.tensors(1, 0).get(0).residues());
  }

  @Test
  void placeOfAChunk_isInItsOpenRound_alsoOutsideOfThePlan() {
    List<TensorChunkView> chunks = chunks("d", 0);
    assertThat(place(chunks.get(0)).begins()).isTrue();
    assertThat(place(chunks.get(0)).isTaken()).isFalse();
    add(chunks.get(0), 0);
    assertThat(place(chunks.get(0)).begins()).isFalse();
    assertThat(place(chunks.get(0)).isTaken()).isTrue();
    assertThat(place(chunks.get(1)).begins()).isFalse();
    assertThat(place(chunks.get(1)).isTaken()).isFalse();
    TensorChunkView chunk = chunks.get(0);
    assertThat(place(at(chunk, 9, 0)).isTaken()).isFalse();
    assertThat(place(at(chunk, 2, 2)).isTaken()).isFalse();
    assertThat(place(at(chunk, 2, 3)).isTaken()).isFalse();
  }

  private Place place(TensorChunkView chunk) {
    return assembler.find(RoundKey.of(Requests.header(chunk.call())), chunk);
  }

  private static TensorChunkView at(TensorChunkView chunk, int tensor, int number) {
    return new TensorChunkView(
        chunk.call(), tensor, number, 9, chunk.lifetimeMillis(), chunk.payload(), chunk.record());
  }

  @Test
  void chunksOfTwoInstances_areNeverMixed() {
    List<TensorChunkView> one = chunks("d", Requests.INSTANCE, 0, 1, 1);
    List<TensorChunkView> two = chunks("d", Requests.OTHER_INSTANCE, 0, 1, 2);
    assertThat(add(one.get(0), 0).request()).isNull();
    assertThat(add(two.get(1), 0).request()).isNull();
    assertThat(assembler.size()).isEqualTo(2);
    assertThat(add(one.get(1), 0).request()).isNotNull();
  }

  @Test
  void digest_dependsOnIdsAndResidues_notOnTheInstance() {
    long one = complete(chunks("d", Requests.INSTANCE, 0, 0, 5));
    assertThat(complete(chunks("d", Requests.OTHER_INSTANCE, 0, 0, 5))).isEqualTo(one);
    assertThat(complete(chunks("d", Requests.INSTANCE, 1, 0, 5))).isNotEqualTo(one);
    assertThat(complete(chunks("e", Requests.INSTANCE, 0, 0, 5))).isNotEqualTo(one);
    assertThat(complete(chunks("d", Requests.INSTANCE, 0, 0, 6))).isNotEqualTo(one);
  }

  private long complete(List<TensorChunkView> chunks) {
    AssembledRequest request = null;
    for (TensorChunkView chunk : chunks) {
      request = add(chunk, 0).request();
    }
    return request.digest();
  }

  @Test
  void round_holdsWhatHasArrived() {
    add(chunks("d", 0).get(0), 0);
    assertThat(assembler.bytes()).isEqualTo(FIRST_CHUNK_BYTES).isLessThan(ROUND_BYTES);
    add(chunks("d", 0).get(1), 0);
    assertThat(assembler.bytes()).isZero();
    assertThat(assembler.size()).isZero();
  }

  @Test
  void deviceOverItsBound_losesItsOldestRequest_othersNone() {
    add(chunks("other", 0).get(0), 0);
    add(chunks("d", 0).get(0), 0);
    add(chunks("d", 1).get(0), 0);
    Assembled third = add(chunks("d", 2).get(0), 0);
    assertThat(third.refusal()).isNull();
    assertThat(third.dropped())
        .extracting(d -> d.header().asRound().pass().pass())
        .containsExactly(0L);
    assertThat(third.dropped()).extracting(d -> d.header().device()).containsExactly("d");
    assertThat(third.dropped()).extracting(Dropped::reason).containsExactly(Reason.DEVICE_BOUND);
    assertThat(add(chunks("d", 1).get(1), 0).request()).isNotNull();
    assertThat(add(chunks("other", 0).get(1), 0).request()).isNotNull();
  }

  @Test
  void subtaskOverItsBound_refusesWhoHoldsAsMuchAsOthers_andFinishesOldOnes() {
    add(chunks("a", 0).get(0), 0);
    add(chunks("b", 0).get(0), 0);
    add(chunks("c", 0).get(0), 0);
    Assembled fourth = add(chunks("d", 0).get(0), 0);
    assertThat(fourth.refusal().code()).isEqualTo(EdgeErrorCode.NOT_READY);
    assertThat(fourth.dropped()).isEmpty();
    assertThat(assembler.bytes()).isEqualTo(3 * FIRST_CHUNK_BYTES);
    assertThat(add(chunks("a", 0).get(1), 0).request()).isNotNull();
    assertThat(add(chunks("d", 0).get(0), 0).refusal()).isNull();
  }

  @Test
  void roundLargerThanTheBound_isTooLarge() {
    RoundAssembler small = new RoundAssembler(new AssemblyLimits(1_000_000, 2_000_000, 100));
    Assembled outcome = addTo(small, chunks("d", 0).get(0));
    assertThat(outcome.refusal().code()).isEqualTo(EdgeErrorCode.TOO_LARGE);
  }

  /** What is refused at the bound could never be served; what fits exactly must be. */
  @Test
  void roundAsLargeAsTheBound_isTaken() {
    for (AssemblyLimits limits :
        List.of(
            new AssemblyLimits(ROUND_BYTES, Long.MAX_VALUE, 100),
            new AssemblyLimits(Long.MAX_VALUE, ROUND_BYTES, 100))) {
      RoundAssembler exact = new RoundAssembler(limits);
      AssembledRequest request = null;
      for (TensorChunkView chunk : chunks("d", 0)) {
        Assembled outcome = addTo(exact, chunk);
        assertThat(outcome.refusal()).isNull();
        request = outcome.request();
      }
      assertThat(request).isNotNull();
    }
    for (AssemblyLimits limits :
        List.of(
            new AssemblyLimits(ROUND_BYTES - 1, Long.MAX_VALUE, 100),
            new AssemblyLimits(Long.MAX_VALUE, ROUND_BYTES - 1, 100))) {
      Assembled outcome = addTo(new RoundAssembler(limits), chunks("d", 0).get(0));
      assertThat(outcome.refusal().code()).isEqualTo(EdgeErrorCode.TOO_LARGE);
    }
  }

  private static Assembled addTo(RoundAssembler other, TensorChunkView chunk) {
    RequestHeader header = Requests.header(chunk.call());
    Place place = other.find(RoundKey.of(header), chunk);
    return other.add(place, header, chunk, model.plan(), 0);
  }

  @Test
  void overdueRequests_areDropped_youngerOnesKept() {
    add(chunks("d", 0).get(0), 0);
    add(chunks("d", 1).get(0), 50);
    assertThat(assembler.expire(99)).isEmpty();
    assertThat(assembler.expire(100))
        .extracting(d -> d.header().asRound().pass().pass())
        .containsExactly(0L);
    assertThat(assembler.bytes()).isEqualTo(FIRST_CHUNK_BYTES);
    assertThat(add(chunks("d", 0).get(1), 100).request()).isNull();
    assertThat(add(chunks("d", 1).get(1), 100).request()).isNotNull();
  }

  /** So that the rest of that attempt, and no new one, is known by what stands behind it. */
  @Test
  void droppedRound_isNamedByTheChunkThatCameLast() {
    add(chunks("d", 0).get(1), 0);
    assertThat(assembler.expire(100))
        .extracting(Dropped::tensor, Dropped::chunk, Dropped::reason)
        .containsExactly(tuple(2, 1, Reason.OVERDUE));
  }

  @Test
  void roundThatBeginsAtAnyTime_hasItsWholeTime() {
    long now = 1_700_000_000_000L;
    add(chunks("d", 0).get(0), now);
    assertThat(assembler.expire(now + 99)).isEmpty();
    assertThat(assembler.expire(now + 100)).hasSize(1);
  }

  @Test
  void duplicates_doNotKeepARequestAlive() {
    TensorChunkView first = chunks("d", 0).get(0);
    add(first, 0);
    add(first, 60);
    assertThat(assembler.expire(100)).hasSize(1);
  }

  @Test
  void newChunks_giveARequestItsTimeAgain() {
    List<MaskedTensorSpec> specs = new ArrayList<>();
    List<LinearLayerSpec> layers = new ArrayList<>();
    List<RoundRequest.Tensor> tensors = new ArrayList<>();
    for (int id = 0; id < 3; id++) {
      specs.add(new MaskedTensorSpec(id, 0, 2, ResidueField.P31));
      layers.add(new LinearLayerSpec(id, id, ConvGeometry.fullyConnected(1, 2, 1)));
      tensors.add(new RoundRequest.Tensor(id, new int[] {id, 1}));
    }
    Plan plan = new Plan(specs, layers);
    List<InboundRecord> records =
        Requests.records("d", fingerprint, Requests.INSTANCE, 0, 0, tensors);
    for (int i = 0; i < 2; i++) {
      TensorChunkView chunk =
          (TensorChunkView) RequestCodec.current().decode(records.get(i).value());
      assembler.add(place(chunk), Requests.header(chunk.call()), chunk, plan, i * 90L);
    }
    assertThat(assembler.expire(100)).isEmpty();
    assertThat(assembler.expire(190)).hasSize(1);
  }

  @Test
  void limitsOfSubtasks_shareAQuarterOfTheHeap() {
    AssemblyLimits wanted = new AssemblyLimits(1, Long.MAX_VALUE, 10);
    long quarter = Runtime.getRuntime().maxMemory() / 4;
    assertThat(wanted.withinHeap(1).bytesPerSubtask()).isEqualTo(quarter);
    assertThat(wanted.withinHeap(4).bytesPerSubtask()).isEqualTo(quarter / 4);
    assertThat(new AssemblyLimits(1, 7, 10).withinHeap(4).bytesPerSubtask()).isEqualTo(7);
  }
}
