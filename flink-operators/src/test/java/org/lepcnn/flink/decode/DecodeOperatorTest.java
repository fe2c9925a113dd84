/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.lepcnn.flink.testkit.Notices.NOTICES;
import static org.lepcnn.flink.testkit.Notices.notices;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.apache.flink.api.common.JobID;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.runtime.clusterframework.types.ResourceID;
import org.apache.flink.runtime.executiongraph.ExecutionAttemptID;
import org.apache.flink.runtime.metrics.groups.TaskManagerMetricGroup;
import org.apache.flink.runtime.metrics.groups.TaskMetricGroup;
import org.apache.flink.runtime.metrics.scope.ScopeFormats;
import org.apache.flink.runtime.metrics.util.TestingMetricRegistry;
import org.apache.flink.runtime.operators.testutils.MockEnvironment;
import org.apache.flink.runtime.operators.testutils.MockEnvironmentBuilder;
import org.apache.flink.streaming.runtime.tasks.mailbox.Mail;
import org.apache.flink.streaming.runtime.tasks.mailbox.TaskMailbox;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.port.EdgeErrorCode;
import org.lepcnn.core.port.PassClaim;
import org.lepcnn.core.port.PassId;
import org.lepcnn.core.port.PassRelease;
import org.lepcnn.core.port.PassRound;
import org.lepcnn.core.port.RoundRequest;
import org.lepcnn.flink.EdgeSettings;
import org.lepcnn.flink.kernel.ModelLease;
import org.lepcnn.flink.kernel.ModelRegistry;
import org.lepcnn.flink.kernel.ModelSource;
import org.lepcnn.flink.kernel.ModelWarmUp;
import org.lepcnn.flink.quota.QuotaSettings;
import org.lepcnn.flink.record.AssembledRequest;
import org.lepcnn.flink.record.InboundRecord;
import org.lepcnn.flink.record.InboundRecordSerializer;
import org.lepcnn.flink.record.RequestHeader;
import org.lepcnn.flink.testkit.FakeControl;
import org.lepcnn.flink.testkit.FakeTopics;
import org.lepcnn.flink.testkit.Notices;
import org.lepcnn.flink.testkit.Requests;
import org.lepcnn.flink.testkit.WithLoadedModel;
import org.lepcnn.kafka.topic.Topics;
import org.lepcnn.kafka.wire.Rejection;

class DecodeOperatorTest extends WithLoadedModel {
  private static OneInputStreamOperatorTestHarness<InboundRecord, AssembledRequest> open(
      ModelSource source) throws Exception {
    OneInputStreamOperatorTestHarness<InboundRecord, AssembledRequest> harness =
        harness(EdgeSettings.of(source, FakeTopics.with(Requests.RESULTS, Topics.REJECTED)));
    harness.open();
    return harness;
  }

  private static OneInputStreamOperatorTestHarness<InboundRecord, AssembledRequest> harness(
      EdgeSettings settings) throws Exception {
    return new OneInputStreamOperatorTestHarness<>(
        DecodeOperator.factory(settings.services(), settings.assembly(), NOTICES),
        InboundRecordSerializer.INSTANCE);
  }

  private static List<String> codes(
      OneInputStreamOperatorTestHarness<InboundRecord, AssembledRequest> harness) {
    return Notices.rejections(harness).stream().map(Rejection::getCode).toList();
  }

  private static List<EdgeErrorCode> replies(
      OneInputStreamOperatorTestHarness<InboundRecord, AssembledRequest> harness) {
    return Notices.replies(harness).stream().map(reply -> reply.error().orElseThrow()).toList();
  }

  private static List<InboundRecord> records(int round) {
    return Requests.records(
        "d", fingerprint, Requests.INSTANCE, 5, round, model.tensors(round, round));
  }

  @Test
  void claimsAndRounds_comeOutComplete() throws Exception {
    try (var harness = open(model.source())) {
      harness.processElement(Requests.claimRecord("d", fingerprint, Requests.INSTANCE, 5, 9), 0);
      for (int round = 0; round < model.plan().rounds(); round++) {
        for (InboundRecord record : records(round)) {
          harness.processElement(record, 0);
        }
      }
      List<AssembledRequest> requests = harness.extractOutputValues();
      assertThat(requests).hasSize(4);
      PassClaim claim = (PassClaim) requests.get(0).header().call();
      assertThat(claim.lastPass()).isEqualTo(9);
      assertThat(requests.get(2).header().asRound().round()).isEqualTo(1);
      assertThat(requests.get(2).header().expiresAtMillis()).isEqualTo(Requests.LIFETIME);
      assertThat(requests.get(2).tensors().get(0).toResidues(ResidueField.P31))
          .isEqualTo(model.tensors(1, 1).get(0).residues());
      assertThat(notices(harness)).isEmpty();
    }
  }

  @Test
  void release_comesOutAsItIs() throws Exception {
    try (var harness = open(model.source())) {
      harness.processElement(Requests.releaseRecord("d", fingerprint, Requests.INSTANCE, 7), 0);
      RequestHeader header = harness.extractOutputValues().get(0).header();
      assertThat(header.isRound()).isFalse();
      assertThat(((PassRelease) header.call()).firstFree()).isEqualTo(7);
      assertThat(notices(harness)).isEmpty();
    }
  }

  @Test
  void randomBytes_areAlwaysRejected_neverAnException() throws Exception {
    SplittableRandom random = new SplittableRandom(3);
    try (var harness = open(model.source())) {
      int count = 3_000;
      for (int i = 0; i < count; i++) {
        byte[] value = new byte[random.nextInt(300)];
        random.nextBytes(value);
        if (value.length > 1 && random.nextBoolean()) {
          value[0] = (byte) 0xc3;
          value[1] = 1;
        }
        harness.setProcessingTime(10L * i); // slow enough for each to be told
        harness.processElement(Requests.record(value), 0);
      }
      assertThat(harness.extractOutputValues()).isEmpty();
      assertThat(codes(harness)).hasSize(count).containsOnly("MALFORMED");
    }
  }

  @Test
  void damagedRequests_areRejectedOrDecoded_neverInternal() throws Exception {
    SplittableRandom random = new SplittableRandom(4);
    List<byte[]> originals = new ArrayList<>();
    records(0).forEach(record -> originals.add(record.value()));
    originals.add(Requests.claimRecord("d", fingerprint, Requests.INSTANCE, 5, 9).value());
    try (var harness = open(model.source())) {
      for (int i = 0; i < 3_000; i++) {
        byte[] value = originals.get(i % originals.size()).clone();
        int flips = 1 + random.nextInt(3);
        for (int flip = 0; flip < flips; flip++) {
          value[random.nextInt(value.length)] ^= (byte) (1 << random.nextInt(8));
        }
        byte[] sent = random.nextInt(4) == 0 ? Arrays.copyOf(value, random.nextInt(400)) : value;
        harness.processElement(Requests.record(sent), 0);
      }
      assertThat(codes(harness)).contains("MALFORMED", "UNKNOWN_MODEL").doesNotContain("INTERNAL");
    }
  }

  @Test
  void recordFromAForeignTopic_isRejected() throws Exception {
    try (var harness = open(model.source())) {
      byte[] value = records(2).get(0).value();
      harness.processElement(new InboundRecord("other", 0, 0, 0, value), 0);
      assertThat(harness.extractOutputValues()).isEmpty();
      assertThat(codes(harness)).containsExactly("MALFORMED");
      assertThat(replies(harness)).isEmpty();
    }
  }

  @Test
  void compressedRecord_isRejectedByThatName_andNobodyIsAnswered() throws Exception {
    try (var harness = open(model.source())) {
      String topic = Requests.record(new byte[0]).topic();
      harness.processElement(new InboundRecord(topic, 0, 7, 0, new byte[0], "found zstd"), 0);
      assertThat(harness.extractOutputValues()).isEmpty();
      assertThat(codes(harness)).containsExactly("COMPRESSED");
      assertThat(replies(harness)).isEmpty();
    }
  }

  @Test
  void wrongShapes_areMalformed_andTold() throws Exception {
    PassId pass = new PassId("d", Requests.CHAIN, fingerprint, 0);
    try (var harness = open(model.source())) {
      for (int[] roundTensorElements :
          new int[][] {{3, 0, 90}, {0, 2, 90}, {0, 4, 90}, {0, 0, 89}, {0, 0, 300_000}}) {
        PassRound call = new PassRound(pass, roundTensorElements[0], Requests.INSTANCE);
        harness.processElement(
            Requests.zeros(call, roundTensorElements[1], roundTensorElements[2]), 0);
      }
      assertThat(codes(harness)).hasSize(5).containsOnly("MALFORMED");
      assertThat(replies(harness)).hasSize(5).containsOnly(EdgeErrorCode.MALFORMED);
    }
  }

  @Test
  void residuesOutsideTheField_areMalformed() throws Exception {
    for (int wrong : new int[] {Integer.MAX_VALUE, -1, Integer.MIN_VALUE}) {
      try (var harness = open(model.source())) {
        int[] residues = {wrong, 0};
        for (InboundRecord record :
            Requests.records(
                "d",
                fingerprint,
                Requests.INSTANCE,
                0,
                2,
                List.of(new RoundRequest.Tensor(3, residues)))) {
          harness.processElement(record, 0);
        }
        assertThat(replies(harness)).containsExactly(EdgeErrorCode.MALFORMED);
      }
    }
  }

  @Test
  void expiredRound_isAnsweredOnce() throws Exception {
    try (var harness = open(model.source())) {
      long now = Requests.LIFETIME + 1;
      harness.setProcessingTime(now);
      harness.processElement(new InboundRecord(Requests.TOPIC, 0, 0, now, new byte[0]), 0);
      for (InboundRecord record : records(1)) {
        harness.processElement(record, 0);
      }
      assertThat(replies(harness)).containsExactly(EdgeErrorCode.EXPIRED);
      assertThat(codes(harness)).containsExactly("MALFORMED", "EXPIRED");
    }
  }

  /** A clock that is minutes off makes no request older or younger than it is at the broker. */
  @ParameterizedTest
  @ValueSource(longs = {-300_000, 0, 300_000})
  void lifetime_isJudgedByTheBrokersClock(long ahead) throws Exception {
    long appended = 1_000_000;
    try (var harness = open(model.source())) {
      harness.setProcessingTime(appended + ahead + 20);
      for (InboundRecord record : appended(records(0), appended)) {
        harness.processElement(record, 0);
      }
      assertThat(replies(harness)).isEmpty();
      assertThat(harness.extractOutputValues()).hasSize(1);
      long late = appended + Requests.LIFETIME + 1;
      harness.setProcessingTime(late + ahead);
      harness.processElement(new InboundRecord(Requests.TOPIC, 0, 0, late, new byte[0]), 0);
      for (InboundRecord record : appended(records(1), appended)) {
        harness.processElement(record, 0);
      }
      assertThat(replies(harness)).containsExactly(EdgeErrorCode.EXPIRED);
    }
  }

  @Test
  void roundOfATopicWhoseTimesAreItsWriters_neitherExpiresNorSetsTheClock() throws Exception {
    try (var harness = open(model.source())) {
      harness.setProcessingTime(1_000_000);
      for (InboundRecord record : appended(records(1), InboundRecord.UNDATED)) {
        harness.processElement(record, 0);
      }
      assertThat(replies(harness)).isEmpty();
      assertThat(harness.extractOutputValues()).hasSize(1);
      for (InboundRecord record : records(2)) {
        harness.processElement(record, 0);
      }
      assertThat(replies(harness)).as("nothing tells that these are late").isEmpty();
    }
  }

  private static List<InboundRecord> appended(List<InboundRecord> records, long millis) {
    return records.stream()
        .map(r -> new InboundRecord(r.topic(), r.partition(), r.offset(), millis, r.value()))
        .toList();
  }

  @Test
  void otherModel_isUnknown() throws Exception {
    try (var harness = open(model.source())) {
      harness.processElement(
          Requests.claimRecord("d", Fingerprint.of(new byte[32]), Requests.INSTANCE, 0, 9), 0);
      assertThat(replies(harness)).containsExactly(EdgeErrorCode.UNKNOWN_MODEL);
    }
  }

  @Test
  void loadingModel_isNotReady() throws Exception {
    try (var harness = open(new ModelSource(folder.resolve("absent").toString(), "scalar"))) {
      for (InboundRecord record : records(1)) {
        harness.processElement(record, 0);
      }
      assertThat(replies(harness)).containsExactly(EdgeErrorCode.NOT_READY);
      assertThat(codes(harness)).isEmpty();
    }
  }

  @Test
  void loadingModel_letsClaimsAndReleasesThrough_forTheGuard() throws Exception {
    try (var harness = open(new ModelSource(folder.resolve("absent").toString(), "scalar"))) {
      harness.processElement(Requests.claimRecord("d", fingerprint, Requests.INSTANCE, 0, 9), 0);
      harness.processElement(Requests.releaseRecord("d", fingerprint, Requests.INSTANCE, 4), 0);
      assertThat(harness.extractOutputValues()).hasSize(2);
      assertThat(replies(harness)).isEmpty();
    }
  }

  @Test
  void incompleteRound_isDroppedByTheTimer() throws Exception {
    try (var harness = open(model.source())) {
      harness.processElement(records(1).get(0), 0);
      harness.setProcessingTime(AssemblyLimits.DEFAULT.timeoutMillis() - 1);
      assertThat(codes(harness)).isEmpty();
      harness.setProcessingTime(AssemblyLimits.DEFAULT.timeoutMillis() * 2);
      assertThat(codes(harness)).containsExactly("EXPIRED");
      assertThat(replies(harness)).isEmpty();
      harness.processElement(records(1).get(1), 0);
      assertThat(harness.extractOutputValues()).isEmpty();
    }
  }

  @Test
  void nothingIsInACheckpoint() throws Exception {
    try (var harness = open(model.source())) {
      harness.processElement(records(1).get(0), 0);
      assertThat(harness.snapshot(1, 1).getStateSize()).isZero();
    }
  }

  /** Flink closes what it could not open as well. */
  @Test
  void whatWasOpened_isClosed_andNothingElse() throws Exception {
    FakeTopics topics = FakeTopics.with(Requests.RESULTS, Topics.REJECTED);
    FakeControl control = new FakeControl(model.source(), QuotaSettings.UNLIMITED);
    EdgeSettings settings = EdgeSettings.of(control, topics);
    try (var harness = harness(settings)) {
      harness.open();
      assertThat(control.shares()).isEqualTo(1);
      assertThat(topics.views()).isEqualTo(1);
    }
    assertThat(control.shares()).isZero();
    assertThat(topics.views()).isZero();
    try (var neverOpened = harness(settings)) {
      neverOpened.setup();
    }
    assertThat(control.shares()).isZero();
    assertThat(topics.views()).isZero();
  }

  /** A task that answered NOT_READY for ever would hide what is wrong. */
  @Test
  void modelThatCannotBeLoaded_failsTheTask() throws Exception {
    ModelSource absent = new ModelSource(folder.resolve("absent").toString(), "scalar");
    try (ModelLease failed = ModelRegistry.acquire(absent, ModelWarmUp.NONE)) {
      assertThatThrownBy(() -> failed.future().join()).isNotNull();
      try (var harness = open(absent)) {
        Mail mail = harness.getTaskMailbox().tryTake(TaskMailbox.MIN_PRIORITY).orElseThrow();
        assertThatThrownBy(mail::run)
            .isInstanceOf(EnvironmentException.class)
            .hasMessageStartingWith("Loading the model: ");
      }
    }
  }

  @Test
  void figuresOfTheControl_areShownAsGauges() throws Exception {
    Map<String, Gauge<?>> gauges = new HashMap<>();
    TestingMetricRegistry registry =
        TestingMetricRegistry.builder()
            .setScopeFormats(ScopeFormats.fromConfig(new Configuration()))
            .setRegisterConsumer(
                (metric, name, group) -> {
                  if (metric instanceof Gauge<?> gauge) {
                    gauges.put(name, gauge);
                  }
                })
            .build();
    TaskMetricGroup task =
        TaskManagerMetricGroup.createTaskManagerMetricGroup(registry, "host", ResourceID.generate())
            .addJob(new JobID(), "job")
            .addTask(ExecutionAttemptID.randomId(), "decode");
    FakeControl control = new FakeControl(model.source(), QuotaSettings.UNLIMITED);
    EdgeSettings settings =
        EdgeSettings.of(control.figure("devices", 42), FakeTopics.with(Topics.REJECTED));
    try (MockEnvironment environment = new MockEnvironmentBuilder().setMetricGroup(task).build();
        var harness =
            new OneInputStreamOperatorTestHarness<>(
                DecodeOperator.factory(settings.services(), settings.assembly(), NOTICES),
                InboundRecordSerializer.INSTANCE,
                environment)) {
      harness.open();
      assertThat(gauges.get("devices").getValue()).isEqualTo(42L);
    }
  }

  /** Four times a time-out, so that no round stays for much longer than that. */
  @Test
  void incompleteRounds_areLookedForEveryQuarterOfTheTimeout() throws Exception {
    long quarter = AssemblyLimits.DEFAULT.timeoutMillis() / 4;
    try (var harness = open(model.source())) {
      harness.setProcessingTime(quarter - 1);
      harness.processElement(records(1).get(0), 0);
      for (int i = 1; i <= 4; i++) {
        harness.setProcessingTime(i * quarter);
        assertThat(codes(harness)).isEmpty();
      }
      harness.setProcessingTime(5 * quarter);
      assertThat(codes(harness)).containsExactly("EXPIRED");
    }
  }
}
