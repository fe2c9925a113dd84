/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.lepcnn.flink.testkit.Notices.NOTICES;
import static org.lepcnn.flink.testkit.Notices.notices;
import static org.lepcnn.flink.testkit.Notices.rejections;
import static org.lepcnn.flink.testkit.Notices.replies;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.core.port.EdgeErrorCode;
import org.lepcnn.flink.EdgeSettings;
import org.lepcnn.flink.admission.Admission;
import org.lepcnn.flink.quota.QuotaSettings;
import org.lepcnn.flink.record.AssembledRequest;
import org.lepcnn.flink.record.InboundRecord;
import org.lepcnn.flink.record.InboundRecordSerializer;
import org.lepcnn.flink.record.OutgoingRecord;
import org.lepcnn.flink.testkit.FakeControl;
import org.lepcnn.flink.testkit.FakeTopics;
import org.lepcnn.flink.testkit.Requests;
import org.lepcnn.flink.testkit.WithLoadedModel;
import org.lepcnn.kafka.codec.EdgeReplyView;
import org.lepcnn.kafka.topic.Topics;
import org.lepcnn.kafka.wire.Rejection;

/** Who is let in at the decoder, and what becomes of those who are not. */
class DecodeAdmissionTest extends WithLoadedModel {
  private FakeControl control;
  private Duration readyWait = EdgeSettings.READY_WAIT;

  @BeforeEach
  void enrol() {
    control = new FakeControl(model.source(), QuotaSettings.UNLIMITED);
    control.enrol("d", "gw", List.of(fingerprint), 0, 0);
  }

  private OneInputStreamOperatorTestHarness<InboundRecord, AssembledRequest> open()
      throws Exception {
    EdgeSettings settings =
        EdgeSettings.of(
                control,
                FakeTopics.with(Requests.RESULTS, Topics.results("other"), Topics.REJECTED))
            .withReadyWait(readyWait);
    OneInputStreamOperatorTestHarness<InboundRecord, AssembledRequest> harness =
        new OneInputStreamOperatorTestHarness<>(
            DecodeOperator.factory(settings.services(), settings.assembly(), NOTICES),
            InboundRecordSerializer.INSTANCE);
    harness.open();
    return harness;
  }

  private static InboundRecord claim(String device) {
    return Requests.claimRecord(device, fingerprint, Requests.INSTANCE, 0, 9);
  }

  private static List<InboundRecord> round(String device, long pass, int round) {
    return Requests.records(
        device, fingerprint, Requests.INSTANCE, pass, round, model.tensors(round, pass));
  }

  private static void send(
      OneInputStreamOperatorTestHarness<InboundRecord, AssembledRequest> harness,
      List<InboundRecord> records)
      throws Exception {
    for (InboundRecord record : records) {
      harness.processElement(record, 0);
    }
  }

  private EdgeErrorCode refusalOf(InboundRecord record) throws Exception {
    try (var harness = open()) {
      harness.processElement(record, 0);
      assertThat(harness.extractOutputValues()).isEmpty();
      List<EdgeReplyView> replies = replies(harness);
      assertThat(replies).hasSize(1);
      EdgeErrorCode code = replies.get(0).error().orElseThrow();
      if (code != EdgeErrorCode.NOT_READY) {
        assertThat(rejections(harness)).extracting(Rejection::getCode).containsExactly(code.name());
      }
      return code;
    }
  }

  @Test
  void enrolledDevice_isLetIn() throws Exception {
    try (var harness = open()) {
      harness.processElement(claim("d"), 0);
      send(harness, round("d", 1, 1));
      assertThat(harness.extractOutputValues()).hasSize(2);
      assertThat(notices(harness)).isEmpty();
    }
  }

  @Test
  void unenrolledDevice_isToldSo_underItsId() throws Exception {
    try (var harness = open()) {
      harness.processElement(claim("stranger"), 0);
      send(harness, round("stranger", 1, 1)); // two chunks, one answer
      assertThat(harness.extractOutputValues()).isEmpty();
      assertThat(replies(harness))
          .hasSize(2)
          .allSatisfy(
              reply -> {
                assertThat(reply.error()).contains(EdgeErrorCode.UNKNOWN_DEVICE);
                assertThat(reply.call().pass().device()).isEqualTo("stranger");
              });
      assertThat(rejections(harness)).extracting(Rejection::getDevice).containsOnly("stranger");
    }
  }

  @Test
  void revokedDevice_anotherGateway_anotherModel_anotherChain_areNotAuthorised() throws Exception {
    control.enrol("gone", "gw", List.of(fingerprint), 0, 0);
    control.revoke("gone");
    assertThat(refusalOf(claim("gone"))).isEqualTo(EdgeErrorCode.NOT_AUTHORISED);

    control.enrol("elsewhere", "other", List.of(fingerprint), 0, 0);
    assertThat(refusalOf(claim("elsewhere"))).isEqualTo(EdgeErrorCode.NOT_AUTHORISED);

    control.enrol("modelless", "gw", List.of(), 0, 0);
    assertThat(refusalOf(claim("modelless"))).isEqualTo(EdgeErrorCode.NOT_AUTHORISED);

    control.enrol("other-chain", "gw", List.of(fingerprint), 0, 0);
    control.restrict("other-chain", List.of(new ChainId(7, 7)));
    assertThat(refusalOf(claim("other-chain"))).isEqualTo(EdgeErrorCode.NOT_AUTHORISED);
  }

  @Test
  void revocation_takesEffectBetweenTwoRecords() throws Exception {
    try (var harness = open()) {
      harness.processElement(claim("d"), 0);
      control.revoke("d");
      harness.processElement(claim("d"), 0);
      assertThat(harness.extractOutputValues()).hasSize(1);
      assertThat(replies(harness).get(0).error()).contains(EdgeErrorCode.NOT_AUTHORISED);
    }
  }

  @Test
  void anotherGatewaysDevice_isAnsweredOnTheTopicItCameFrom() throws Exception {
    InboundRecord record = claim("d");
    try (var harness = open()) {
      harness.processElement(
          new InboundRecord(Topics.requests("other"), 0, 1, 0, record.value()), 0);
      assertThat(notices(harness))
          .extracting(OutgoingRecord::topic)
          .containsExactlyInAnyOrder(Topics.results("other"), Topics.REJECTED);
      assertThat(replies(harness).get(0).error()).contains(EdgeErrorCode.NOT_AUTHORISED);
    }
  }

  @Test
  void implausiblePass_isRefused_theLargestPlausibleIsNot() throws Exception {
    long last = Admission.MAX_PASS - 1;
    assertThat(
            refusalOf(
                Requests.claimRecord(
                    "d", fingerprint, Requests.INSTANCE, 1L << 62, (1L << 62) + 1)))
        .isEqualTo(EdgeErrorCode.PASS_OUT_OF_RANGE);
    assertThat(refusalOf(Requests.claimRecord("d", fingerprint, Requests.INSTANCE, last, last + 1)))
        .isEqualTo(EdgeErrorCode.PASS_OUT_OF_RANGE);
    try (var harness = open()) {
      harness.processElement(
          Requests.claimRecord("d", fingerprint, Requests.INSTANCE, last, last), 0);
      assertThat(harness.extractOutputValues()).hasSize(1);
    }
  }

  @Test
  void beforeTheControlTopicsAreRead_theAnswerIsNotReady() throws Exception {
    control.ready(false);
    readyWait = Duration.ofMillis(50);
    assertThat(refusalOf(claim("d"))).isEqualTo(EdgeErrorCode.NOT_READY);
    assertThat(refusalOf(claim("stranger"))).isEqualTo(EdgeErrorCode.NOT_READY);
  }

  /** As after a restart, when what came since the checkpoint is read again at once. */
  @Test
  void whatIsReadAtTheStart_waitsForTheControlTopics_andNothingIsLost() throws Exception {
    control.readyAfter(5);
    try (var harness = open()) {
      harness.processElement(claim("d"), 0);
      send(harness, round("d", 1, 1));
      harness.processElement(Requests.releaseRecord("d", fingerprint, Requests.INSTANCE, 2), 0);
      assertThat(harness.extractOutputValues()).hasSize(3);
      assertThat(notices(harness)).isEmpty();
    }
  }

  @Test
  void cancellation_endsTheWait() {
    control.ready(false);
    Thread.currentThread().interrupt();
    assertThatThrownBy(this::open).isInstanceOf(InterruptedException.class);
    assertThat(Thread.interrupted()).isFalse();
  }

  @Test
  void requestsOverQuota_areToldSoOnce_andLetInLater() throws Exception {
    control.enrol("d", "gw", List.of(fingerprint), 2, 0); // a burst of four
    try (var harness = open()) {
      harness.setProcessingTime(1_000);
      for (int pass = 0; pass < 6; pass++) {
        send(harness, round("d", pass, 1)); // two chunks each
      }
      assertThat(harness.extractOutputValues()).hasSize(4);
      assertThat(replies(harness))
          .hasSize(2)
          .allSatisfy(reply -> assertThat(reply.error()).contains(EdgeErrorCode.QUOTA_EXCEEDED));
      send(harness, round("d", 5, 1));
      assertThat(replies(harness)).as("a repetition is judged anew").hasSize(3);
      harness.setProcessingTime(1_500);
      send(harness, round("d", 5, 1));
      assertThat(harness.extractOutputValues()).hasSize(5);
    }
  }

  @Test
  void bytesOverQuota_areRefused_butARoundLargerThanTheBurstIsNot() throws Exception {
    control.enrol("d", "gw", List.of(fingerprint), 0, 100_000); // round 1 has 1.2 MB
    try (var harness = open()) {
      harness.setProcessingTime(1_000);
      send(harness, round("d", 0, 1));
      assertThat(harness.extractOutputValues()).hasSize(1);
      send(harness, round("d", 1, 1));
      assertThat(harness.extractOutputValues()).hasSize(1);
      assertThat(replies(harness)).hasSize(1);
      harness.setProcessingTime(9_000);
      send(harness, round("d", 1, 1));
      assertThat(harness.extractOutputValues()).as("the debt is not paid yet").hasSize(1);
      harness.setProcessingTime(13_000);
      send(harness, round("d", 1, 1));
      assertThat(harness.extractOutputValues()).hasSize(2);
    }
  }

  @Test
  void quotaOfOneDevice_leavesAnotherAlone() throws Exception {
    control.enrol("d", "gw", List.of(fingerprint), 1, 0);
    control.enrol("e", "gw", List.of(fingerprint), 0, 0);
    try (var harness = open()) {
      for (int i = 0; i < 50; i++) {
        harness.processElement(claim("d"), 0);
        harness.processElement(claim("e"), 0);
      }
      assertThat(harness.extractOutputValues())
          .filteredOn(request -> request.header().device().equals("e"))
          .hasSize(50);
      assertThat(harness.extractOutputValues()).hasSize(52);
    }
  }

  @Test
  void refusalsOfASenderThatDoesNotStop_areNotAllAnswered() throws Exception {
    try (var harness = open()) {
      for (int i = 0; i < 5_000; i++) {
        harness.processElement(claim("stranger" + i), 0);
      }
      assertThat(replies(harness)).hasSizeBetween(100, 1_000);
      harness.processElement(claim("d"), 0);
      assertThat(harness.extractOutputValues()).hasSize(1);
    }
  }

  @Test
  void repeatedChunksOfAnOpenRound_areChargedToo() throws Exception {
    control.enrol("d", "gw", List.of(fingerprint), 5, 0);
    try (var harness = open()) {
      InboundRecord first = round("d", 0, 1).get(0);
      for (int i = 0; i < 100; i++) {
        harness.processElement(first, 0);
      }
      harness.processElement(claim("d"), 0);
      assertThat(harness.extractOutputValues()).isEmpty();
      assertThat(replies(harness).get(0).error()).contains(EdgeErrorCode.QUOTA_EXCEEDED);
    }
  }

  /** After a failure they may be read again late, and the guard must not miss them. */
  @Test
  void claimsAndReleasesOlderThanTheirLifetime_reachTheGuard_roundsDoNot() throws Exception {
    try (var harness = open()) {
      long now = Requests.LIFETIME + 1;
      harness.setProcessingTime(now);
      send(harness, List.of(new InboundRecord(Requests.TOPIC, 0, 0, now, claim("d").value())));
      send(harness, List.of(claim("d")));
      send(harness, List.of(Requests.releaseRecord("d", fingerprint, Requests.INSTANCE, 4)));
      send(harness, round("d", 0, 0));
      assertThat(harness.extractOutputValues())
          .extracting(request -> request.header().isRound())
          .containsExactly(false, false, false);
      assertThat(replies(harness))
          .extracting(EdgeReplyView::error)
          .containsExactly(Optional.of(EdgeErrorCode.EXPIRED));
    }
  }

  /** All of the log since the checkpoint comes at once, and is more than the quota. */
  @Test
  void claimsAndReleasesFromBeforeTheStart_areChargedButNotRefusedForAQuota() throws Exception {
    control.enrol("d", "gw", List.of(fingerprint), 1, 0); // a burst of two
    try (var harness = open()) {
      harness.setProcessingTime(1_000);
      for (int i = 0; i < 5; i++) {
        harness.processElement(claim("d"), 0);
        send(harness, List.of(Requests.releaseRecord("d", fingerprint, Requests.INSTANCE, 4)));
      }
      assertThat(harness.extractOutputValues()).hasSize(10);
      InboundRecord old = claim("d");
      InboundRecord fresh =
          new InboundRecord(old.topic(), old.partition(), old.offset(), 1_000, old.value());
      harness.processElement(fresh, 0);
      send(harness, round("d", 0, 0));
      assertThat(harness.extractOutputValues()).as("the debt stays").hasSize(10);
    }
  }

  @Test
  void lateClaimsOfStrangers_doNot() throws Exception {
    try (var harness = open()) {
      harness.setProcessingTime(Requests.LIFETIME + 1);
      send(harness, List.of(claim("nobody")));
      assertThat(harness.extractOutputValues()).isEmpty();
    }
  }
}
