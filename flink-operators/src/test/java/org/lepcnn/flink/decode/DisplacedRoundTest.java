/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.decode;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.port.EdgeErrorCode;
import org.lepcnn.flink.control.EdgeControl;
import org.lepcnn.flink.control.OpenServices;
import org.lepcnn.flink.kernel.ModelWarmUp;
import org.lepcnn.flink.metric.EdgeMetrics;
import org.lepcnn.flink.quota.QuotaSettings;
import org.lepcnn.flink.record.AssembledRequest;
import org.lepcnn.flink.record.Handled;
import org.lepcnn.flink.record.InboundRecord;
import org.lepcnn.flink.record.OutgoingRecord;
import org.lepcnn.flink.testkit.FakeControl;
import org.lepcnn.flink.testkit.FakeTopics;
import org.lepcnn.flink.testkit.RecordedCounters;
import org.lepcnn.flink.testkit.Requests;
import org.lepcnn.flink.testkit.TestModel;
import org.lepcnn.kafka.codec.AnswerCodec;
import org.lepcnn.kafka.codec.EdgeReplyView;
import org.lepcnn.kafka.topic.Topics;

/** A round that made room for another device: what its sender hears, and that it is repaired. */
class DisplacedRoundTest {
  /** Room for two first chunks of the wide tensor, which has two. */
  private static final AssemblyLimits LIMITS = new AssemblyLimits(2_200_000, 2_200_000, 100);

  @TempDir private static Path folder;
  private static TestModel model;
  private static Fingerprint fingerprint;
  private static EdgeControl control;

  private final RoundAssembler assembler = new RoundAssembler(LIMITS);
  private final RecordedCounters counters = new RecordedCounters();
  private final RequestDecoder decoder = decoder();

  @BeforeAll
  static void loadModel() {
    model = TestModel.write(folder.resolve("bundle")).load();
    fingerprint = model.bundle().fingerprint();
    FakeControl provider = new FakeControl(model.source(), QuotaSettings.UNLIMITED);
    for (String device : List.of("large", "small")) {
      provider.enrol(device, "gw", List.of(fingerprint), 0, 0);
    }
    provider.ready(true);
    control = provider.open(ModelWarmUp.NONE);
  }

  @AfterAll
  static void releaseModel() {
    control.close();
    model.close();
  }

  private RequestDecoder decoder() {
    EdgeMetrics metrics = new EdgeMetrics(counters);
    FakeTopics topics = FakeTopics.with(Requests.RESULTS, Topics.REJECTED);
    return new RequestDecoder(assembler, new OpenServices(topics.open(), control, metrics));
  }

  private static List<InboundRecord> records(String device, long pass) {
    return Requests.records(
        device, fingerprint, Requests.INSTANCE, pass, 1, model.tensors(1, pass));
  }

  /** Device, pass and code of every refusal that a sender reads. */
  private static List<String> replies(Handled<AssembledRequest> decoded) {
    List<String> replies = new ArrayList<>();
    for (OutgoingRecord notice : decoded.notices()) {
      if (notice.topic().equals(Requests.RESULTS)) {
        EdgeReplyView reply = (EdgeReplyView) AnswerCodec.current().decode(notice.value());
        EdgeErrorCode code = reply.error().orElseThrow();
        assertThat(code.retriable()).isTrue();
        replies.add(reply.call().pass().device() + " " + reply.call().pass().pass() + " " + code);
      }
    }
    return replies;
  }

  @Test
  void sender_isToldToComeAgain_andTheIdenticalRetryIsServed() {
    List<InboundRecord> displaced = records("large", 1);
    decoder.decode(records("large", 0).get(0), 0);
    decoder.decode(displaced.get(0), 0);
    Handled<AssembledRequest> small = decoder.decode(records("small", 0).get(0), 1);
    assertThat(replies(small)).containsExactly("large 1 NOT_READY");
    assertThat(decoder.decode(records("small", 0).get(1), 2).only()).isNotNull();

    long held = assembler.bytes();
    Handled<AssembledRequest> rest = decoder.decode(displaced.get(1), 3);
    assertThat(rest.only()).isNull();
    assertThat(rest.notices()).isEmpty();
    assertThat(assembler.bytes()).isEqualTo(held);

    assertThat(decoder.decode(displaced.get(0), 4).notices()).isEmpty();
    assertThat(decoder.decode(displaced.get(1), 5).only()).isNotNull();
    assertThat(decoder.decode(records("large", 0).get(1), 6).only()).isNotNull();
  }

  @Test
  void whatWasDropped_isCountedByReason() {
    decoder.decode(records("large", 0).get(0), 0);
    decoder.decode(records("large", 1).get(0), 0);
    decoder.decode(records("small", 0).get(0), 1);
    decoder.decode(records("large", 1).get(1), 2);
    decoder.decode(records("large", 2).get(0), 3);
    assertThat(counters.count("lepcnn.incompleteDropped.YIELDED.count")).isEqualTo(1);
    assertThat(counters.count("lepcnn.chunksDropped")).isEqualTo(1);
    assertThat(counters.count("lepcnn.incompleteRefused")).isEqualTo(1);
    assertThat(decoder.expire(LIMITS.timeoutMillis() + 1)).hasSize(2);
    assertThat(counters.count("lepcnn.incompleteDropped.OVERDUE.count")).isEqualTo(2);
    assertThat(counters.count("lepcnn.incompleteDropped.DEVICE_BOUND.count")).isZero();
    for (long pass = 3; pass < 6; pass++) {
      decoder.decode(records("large", pass).get(0), 200);
    }
    assertThat(counters.count("lepcnn.incompleteDropped.DEVICE_BOUND.count")).isEqualTo(1);
  }
}
