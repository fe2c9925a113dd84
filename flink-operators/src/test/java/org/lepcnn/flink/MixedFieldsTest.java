/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.field.Field24;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.model.MaskedTensorSpec;
import org.lepcnn.core.port.EdgeErrorCode;
import org.lepcnn.core.port.PassRound;
import org.lepcnn.core.port.RoundRequest;
import org.lepcnn.flink.record.Handled;
import org.lepcnn.flink.record.InboundRecord;
import org.lepcnn.flink.record.OutgoingRecord;
import org.lepcnn.flink.testkit.FakeTopics;
import org.lepcnn.flink.testkit.Requests;
import org.lepcnn.flink.testkit.TestModel;
import org.lepcnn.kafka.chunk.ByteSlice;
import org.lepcnn.kafka.chunk.ChunkLayout;
import org.lepcnn.kafka.codec.AnswerCodec;
import org.lepcnn.kafka.codec.EdgeReplyView;
import org.lepcnn.kafka.codec.LayerChunkView;
import org.lepcnn.kafka.codec.RequestCodec;
import org.lepcnn.kafka.codec.TensorChunkView;
import org.lepcnn.kafka.topic.Topics;

/** All steps of the edge, from record to record, with a model whose tensors are in both fields. */
class MixedFieldsTest {
  @TempDir private static Path folder;
  private static TestModel model;

  private final EdgeStep.Part<InboundRecord, OutgoingRecord> edge =
      EdgeSteps.of(
              EdgeSettings.of(model.source(), FakeTopics.with(Requests.RESULTS, Topics.REJECTED)))
          .alone()
          .get();

  @BeforeAll
  static void loadModel() {
    model = TestModel.writeMixed(folder.resolve("bundle")).load();
  }

  @AfterAll
  static void releaseModel() {
    model.close();
  }

  @Test
  void everyRound_isComputedExactly_withThreeBytesAResidueWhereThePlanSaysSo() throws Exception {
    claim();
    long bytesUp = 0;
    long bytesDown = 0;
    for (int round = 0; round < model.plan().rounds(); round++) {
      List<RoundRequest.Tensor> tensors = model.tensors(round, round);
      List<OutgoingRecord> results = new ArrayList<>();
      for (InboundRecord record : Requests.records(model.plan(), call(round), tensors)) {
        bytesUp += payload(record).length();
        Handled<OutgoingRecord> handled = edge.take(record, 0);
        assertThat(handled.notices()).isEmpty();
        results.addAll(handled.passed());
      }
      bytesDown += assertResults(results, model.expected(round, tensors));
    }
    assertThat(bytesUp).isEqualTo(model.plan().inputBytes());
    assertThat(bytesDown).isEqualTo(model.plan().outputBytes());
    assertThat(bytesUp).isEqualTo(4L * 90 + 3L * (17 + TestModel.WIDE + 2));
  }

  /** As a sender would that knows no field but one. */
  @Test
  void tensorsWithFourBytesAResidue_areRefusedWhereThePlanHasThree() throws Exception {
    claim();
    List<RoundRequest.Tensor> tensors = model.tensors(0, 1);
    List<InboundRecord> records = new ArrayList<>();
    for (RoundRequest.Tensor tensor : tensors) {
      MaskedTensorSpec spec =
          new MaskedTensorSpec(tensor.id(), 0, tensor.residues().length, ResidueField.P31);
      records.add(record(spec, tensor.residues()));
    }
    assertThat(edge.take(records.get(0), 0).notices()).isEmpty();
    assertRefused(edge.take(records.get(1), 0), "payload: expected 51 bytes; found 68");
  }

  @Test
  void residuesFromPOn_andRecordsCutOrGrown_areRefused() throws Exception {
    claim();
    MaskedTensorSpec tensor = model.plan().tensor(1);
    int[] residues = new int[17];
    residues[16] = Field24.P;
    assertRefused(edge.take(record(tensor, residues), 0), "expected residues in [0, p)");
    for (int elements : new int[] {16, 18}) {
      MaskedTensorSpec other = new MaskedTensorSpec(1, 0, elements, ResidueField.P24);
      assertRefused(edge.take(record(other, new int[18]), 0), "expected 51 bytes");
    }
  }

  private void claim() throws IOException {
    InboundRecord claim =
        Requests.claimRecord("d", model.bundle().fingerprint(), Requests.INSTANCE, 0, 9);
    OutgoingRecord reply = edge.take(claim, 0).notices().get(0);
    EdgeReplyView read = (EdgeReplyView) AnswerCodec.current().decode(reply.value());
    assertThat(read.error()).isEmpty();
  }

  private static void assertRefused(Handled<OutgoingRecord> handled, String message) {
    assertThat(handled.passed()).isEmpty();
    EdgeReplyView reply =
        handled.notices().stream()
            .filter(notice -> notice.topic().equals(Requests.RESULTS))
            .map(notice -> (EdgeReplyView) AnswerCodec.current().decode(notice.value()))
            .findFirst()
            .orElseThrow();
    assertThat(reply.error()).contains(EdgeErrorCode.MALFORMED);
    assertThat(reply.message()).contains(message);
  }

  /** The bytes of residues. */
  private static long assertResults(List<OutgoingRecord> records, Map<Integer, int[]> expected) {
    Map<Integer, int[]> results = new HashMap<>();
    long bytes = 0;
    for (OutgoingRecord record : records) {
      LayerChunkView chunk = (LayerChunkView) AnswerCodec.current().decode(record.value());
      ResidueField field = model.plan().field(model.plan().layer(chunk.layer()));
      int[] result =
          results.computeIfAbsent(
              chunk.layer(), layer -> new int[model.plan().layer(layer).geometry().outputSize()]);
      chunk.payload().copyResidues(field, result, ChunkLayout.firstElement(chunk.chunk()));
      bytes += chunk.payload().length();
    }
    assertThat(results.keySet()).isEqualTo(expected.keySet());
    expected.forEach((layer, residues) -> assertThat(results.get(layer)).isEqualTo(residues));
    return bytes;
  }

  private static InboundRecord record(MaskedTensorSpec tensor, int[] residues) {
    return Requests.record(
        RequestCodec.current().encodeTensor(call(0), tensor, residues, Requests.LIFETIME).get(0));
  }

  private static ByteSlice payload(InboundRecord record) {
    return ((TensorChunkView) RequestCodec.current().decode(record.value())).payload();
  }

  private static PassRound call(int round) {
    return Requests.roundCall("d", model.bundle().fingerprint(), Requests.INSTANCE, 0, round);
  }
}
