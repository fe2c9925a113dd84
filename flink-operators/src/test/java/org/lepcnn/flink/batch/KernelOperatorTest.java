/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.lepcnn.flink.testkit.Notices.NOTICES;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.port.RoundRequest;
import org.lepcnn.flink.EdgeSettings;
import org.lepcnn.flink.control.EdgeServices;
import org.lepcnn.flink.control.OpenControl;
import org.lepcnn.flink.decode.AssemblyLimits;
import org.lepcnn.flink.guard.GuardLimits;
import org.lepcnn.flink.kernel.ModelWarmUp;
import org.lepcnn.flink.record.AssembledRequest;
import org.lepcnn.flink.record.AssembledRequestSerializer;
import org.lepcnn.flink.record.OutgoingRecord;
import org.lepcnn.flink.record.TensorPayload;
import org.lepcnn.flink.testkit.FakeTopics;
import org.lepcnn.flink.testkit.Notices;
import org.lepcnn.flink.testkit.Requests;
import org.lepcnn.flink.testkit.WithLoadedModel;
import org.lepcnn.kafka.chunk.ByteSlice;
import org.lepcnn.kafka.chunk.ChunkLayout;
import org.lepcnn.kafka.codec.AnswerCodec;
import org.lepcnn.kafka.codec.LayerChunkView;
import org.lepcnn.kafka.topic.Topics;

class KernelOperatorTest extends WithLoadedModel {
  private final FakeTopics topics = FakeTopics.with(Requests.RESULTS, Topics.REJECTED);

  private OneInputStreamOperatorTestHarness<AssembledRequest, OutgoingRecord> open(
      BatchSettings batch) throws Exception {
    EdgeSettings settings =
        new EdgeSettings(
            new EdgeServices(
                OpenControl.of(model.source()), topics, Duration.ZERO, ModelWarmUp.NONE),
            AssemblyLimits.DEFAULT,
            GuardLimits.DEFAULT,
            batch);
    OneInputStreamOperatorTestHarness<AssembledRequest, OutgoingRecord> harness =
        new OneInputStreamOperatorTestHarness<>(
            KernelOperator.factory(settings.services(), settings.batch(), NOTICES),
            AssembledRequestSerializer.INSTANCE);
    harness.open();
    return harness;
  }

  private static AssembledRequest request(String device, int round, long seed) {
    return Requests.round(
        device, fingerprint, Requests.INSTANCE, 0, round, 0, model.tensors(round, seed));
  }

  /** Residues by device and layer, put together from the chunks. */
  private static Map<String, int[]> results(
      OneInputStreamOperatorTestHarness<AssembledRequest, OutgoingRecord> harness) {
    Map<String, int[]> results = new HashMap<>();
    for (OutgoingRecord record : harness.extractOutputValues()) {
      assertThat(record.topic()).isEqualTo(Requests.RESULTS);
      assertThat(record.batchBytes()).isLessThan(ChunkLayout.MAX_RECORD_BYTES);
      LayerChunkView chunk = (LayerChunkView) AnswerCodec.current().decode(record.value());
      assertThat(record.key()).isEqualTo(chunk.call().pass().device());
      int elements = model.plan().layer(chunk.layer()).geometry().outputSize();
      int[] residues =
          results.computeIfAbsent(record.key() + "/" + chunk.layer(), key -> new int[elements]);
      ResidueField field = model.plan().field(model.plan().layer(chunk.layer()));
      chunk.payload().copyResidues(field, residues, ChunkLayout.firstElement(chunk.chunk()));
    }
    return results;
  }

  private static void assertResult(
      Map<String, int[]> results, String device, int round, long seed) {
    model
        .expected(round, model.tensors(round, seed))
        .forEach(
            (layer, residues) -> assertThat(results.get(device + "/" + layer)).isEqualTo(residues));
  }

  @Test
  void results_equalTheReference_forAllRoundsAndDevices() throws Exception {
    try (var harness = open(BatchSettings.DEFAULT)) {
      for (int device = 0; device < 5; device++) {
        for (int round = 0; round < 3; round++) {
          harness.processElement(request("d" + device, round, 10L * device + round), 0);
        }
      }
      harness.prepareSnapshotPreBarrier(1);
      Map<String, int[]> results = results(harness);
      assertThat(results).hasSize(5 * 5);
      for (int device = 0; device < 5; device++) {
        for (int round = 0; round < 3; round++) {
          assertResultOf(results, device, round);
        }
      }
    }
  }

  private static void assertResultOf(Map<String, int[]> results, int device, int round) {
    assertResult(results, "d" + device, round, 10L * device + round);
  }

  @Test
  void everythingInside_isEmittedBeforeTheBarrier_andNothingIsState() throws Exception {
    try (var harness = open(new BatchSettings(2, 4, 60_000, 64, 1 << 26))) {
      for (int i = 0; i < 10; i++) {
        harness.processElement(request("d" + i, 0, i), 0);
      }
      harness.prepareSnapshotPreBarrier(1);
      assertThat(results(harness)).hasSize(30);
      assertThat(harness.snapshot(1, 1).getStateSize()).isZero();
    }
  }

  @Test
  void endOfInput_drains() throws Exception {
    try (var harness = open(new BatchSettings(1, 4, 60_000, 64, 1 << 26))) {
      harness.processElement(request("a", 0, 1), 0);
      assertThat(harness.extractOutputValues()).isEmpty();
      harness.endInput();
      assertResult(results(harness), "a", 0, 1);
    }
  }

  @Test
  void withAWait_nothingStartsBeforeItsTime() throws Exception {
    try (var harness = open(new BatchSettings(1, 4, 100, 64, 1 << 26))) {
      harness.processElement(request("a", 0, 1), 0);
      assertThat(harness.getProcessingTimeService().getNumActiveTimers()).isEqualTo(1);
      harness.setProcessingTime(99);
      assertThat(harness.getProcessingTimeService().getNumActiveTimers()).isEqualTo(1);
      harness.setProcessingTime(100);
      assertThat(harness.getProcessingTimeService().getNumActiveTimers()).isZero();
      harness.prepareSnapshotPreBarrier(1);
      assertResult(results(harness), "a", 0, 1);
    }
  }

  @Test
  void fullOperator_takesInputOnlyAsItFinishes() throws Exception {
    try (var harness = open(new BatchSettings(1, 1, 0, 2, 1 << 26))) {
      for (int i = 0; i < 20; i++) {
        harness.processElement(request("d" + i, 0, i), 0);
      }
      assertThat(harness.extractOutputValues()).hasSizeGreaterThanOrEqualTo(18 * 3);
      harness.endInput();
      assertThat(results(harness)).hasSize(60);
    }
  }

  @Test
  void fullOperator_refusesTheDeviceWithManyWaiting_andServesOthers() throws Exception {
    try (var harness = open(new BatchSettings(1, 64, 60_000, 10, 1 << 26))) {
      for (int pass = 0; pass < 20; pass++) {
        harness.processElement(request("busy", 2, pass), 0);
      }
      harness.processElement(request("quiet", 2, 5), 0);
      assertThat(errors(harness)).hasSize(11).containsOnly("busy NOT_READY");
      harness.endInput();
      assertResult(results(harness), "quiet", 2, 5);
      assertThat(errors(harness)).hasSize(11);
    }
  }

  @Test
  void boundInBytes_letsOneLargeRequestIn() throws Exception {
    try (var harness = open(new BatchSettings(1, 8, 0, 64, 1))) {
      harness.processElement(request("a", 1, 1), 0);
      harness.processElement(request("b", 1, 2), 0);
      harness.endInput();
      assertResult(results(harness), "a", 1, 1);
      assertResult(results(harness), "b", 1, 2);
    }
  }

  @Test
  void requestThatBreaksTheKernel_spoilsNoOther_andIsInternal() throws Exception {
    RoundRequest.Tensor tensor = model.tensors(2, 1).get(0);
    AssembledRequest broken =
        new AssembledRequest(
            request("broken", 2, 1).header(),
            0,
            List.of(new TensorPayload(tensor.id(), 1, List.of(ByteSlice.of(new byte[4])))));
    try (var harness = open(new BatchSettings(1, 8, 60_000, 64, 1 << 26))) {
      harness.processElement(request("a", 2, 1), 0);
      harness.processElement(broken, 0);
      harness.processElement(request("b", 2, 2), 0);
      harness.endInput();
      Map<String, int[]> results = results(harness);
      assertResult(results, "a", 2, 1);
      assertResult(results, "b", 2, 2);
      assertThat(errors(harness)).containsExactly("broken INTERNAL");
    }
  }

  /** Refusals as the sender sees them. */
  private static List<String> errors(
      OneInputStreamOperatorTestHarness<AssembledRequest, OutgoingRecord> harness) {
    return Notices.replies(harness).stream()
        .map(reply -> reply.call().pass().device() + " " + reply.error().orElseThrow())
        .toList();
  }

  @Test
  void resultsOfATopicThatVanished_neverReachTheSink() throws Exception {
    try (var harness = open(new BatchSettings(1, 8, 60_000, 64, 1 << 26))) {
      harness.processElement(request("a", 0, 1), 0);
      topics.remove(Requests.RESULTS);
      harness.endInput();
      assertThat(harness.extractOutputValues()).isEmpty();
    }
  }
}
