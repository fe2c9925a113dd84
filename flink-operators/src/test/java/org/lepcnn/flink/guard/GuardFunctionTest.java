/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.lepcnn.flink.testkit.Notices.NOTICES;
import static org.lepcnn.flink.testkit.Notices.notices;
import static org.lepcnn.flink.testkit.Notices.rejections;
import static org.lepcnn.flink.testkit.Notices.replies;
import static org.lepcnn.flink.testkit.Requests.INSTANCE;
import static org.lepcnn.flink.testkit.Requests.OTHER_INSTANCE;

import java.net.URL;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.apache.flink.streaming.util.OperatorSnapshotUtil;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.port.CallId;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.core.port.EdgeCall;
import org.lepcnn.core.port.EdgeErrorCode;
import org.lepcnn.core.port.InstanceId;
import org.lepcnn.flink.EdgeSettings;
import org.lepcnn.flink.kernel.ModelSource;
import org.lepcnn.flink.quota.QuotaSettings;
import org.lepcnn.flink.record.AssembledRequest;
import org.lepcnn.flink.record.OutgoingRecord;
import org.lepcnn.flink.record.RequestHeader;
import org.lepcnn.flink.testkit.FakeControl;
import org.lepcnn.flink.testkit.FakeTopics;
import org.lepcnn.flink.testkit.Requests;
import org.lepcnn.flink.testkit.WithLoadedModel;
import org.lepcnn.kafka.codec.EdgeReplyView;
import org.lepcnn.kafka.topic.Topics;
import org.lepcnn.kafka.wire.Rejection;

class GuardFunctionTest extends WithLoadedModel {
  private final FakeTopics topics = FakeTopics.with(Requests.RESULTS, Topics.REJECTED);

  private KeyedOneInputStreamOperatorTestHarness<String, AssembledRequest, AssembledRequest>
      harness(ModelSource source) throws Exception {
    return harness(EdgeSettings.of(source, topics));
  }

  private static KeyedOneInputStreamOperatorTestHarness<String, AssembledRequest, AssembledRequest>
      harness(EdgeSettings settings) throws Exception {
    return new KeyedOneInputStreamOperatorTestHarness<>(
        new KeyedProcessOperator<>(
            new GuardFunction(settings.services(), settings.guard(), NOTICES)),
        request -> request.header().device(),
        Types.STRING);
  }

  private static void send(
      KeyedOneInputStreamOperatorTestHarness<String, AssembledRequest, AssembledRequest> harness,
      AssembledRequest request)
      throws Exception {
    harness.processElement(request, 0);
  }

  private static AssembledRequest round(String device, long pass, int round, long digest) {
    return Requests.round(device, fingerprint, INSTANCE, pass, round, digest, List.of());
  }

  private static AssembledRequest claim(String device, long first, long last) {
    return Requests.claim(device, fingerprint, INSTANCE, first, last);
  }

  @Test
  void claim_isAnswered_andRoundsPass() throws Exception {
    try (var harness = harness(model.source())) {
      harness.open();
      send(harness, claim("d", 0, 9));
      AssembledRequest request = round("d", 0, 0, 5);
      send(harness, request);
      assertThat(replies(harness))
          .extracting(EdgeReplyView::error)
          .containsExactly(Optional.empty());
      assertThat(harness.extractOutputValues()).containsExactly(request);
      assertThat(rejections(harness)).isEmpty();
    }
  }

  @Test
  void refusal_isToldAndRejected_withoutOutput() throws Exception {
    try (var harness = harness(model.source())) {
      harness.open();
      send(harness, round("d", 4, 2, 5));
      assertThat(harness.extractOutputValues()).isEmpty();
      EdgeReplyView reply = replies(harness).get(0);
      assertThat(reply.error()).contains(EdgeErrorCode.NOT_CLAIMED);
      assertThat(reply.call()).isInstanceOf(CallId.OfRound.class);
      assertThat(((CallId.OfRound) reply.call()).round()).isEqualTo(2);
      assertThat(reply.call().pass().pass()).isEqualTo(4);
      Rejection rejection = rejections(harness).get(0);
      assertThat(rejection.getCode()).isEqualTo("NOT_CLAIMED");
      assertThat(rejection.getDevice()).isEqualTo("d");
      assertThat(rejection.getTopic()).isEqualTo(Requests.TOPIC);
    }
  }

  @Test
  void maskReuse_isRejected_andTheFirstRequestStaysGood() throws Exception {
    try (var harness = harness(model.source())) {
      harness.open();
      send(harness, claim("d", 0, 9));
      send(harness, round("d", 0, 0, 5));
      send(harness, round("d", 0, 0, 6));
      send(harness, round("d", 0, 0, 5));
      assertThat(harness.extractOutputValues()).hasSize(2);
      assertThat(rejections(harness))
          .extracting(Rejection::getCode)
          .containsExactly("MASK_REUSE_SUSPECTED");
    }
  }

  @Test
  void devices_doNotShareState() throws Exception {
    try (var harness = harness(model.source())) {
      harness.open();
      send(harness, claim("a", 0, 9));
      send(harness, round("b", 0, 0, 5));
      assertThat(harness.extractOutputValues()).isEmpty();
      send(harness, Requests.claim("b", fingerprint, OTHER_INSTANCE, 0, 9));
      send(harness, round("a", 0, 0, 5));
      assertThat(harness.extractOutputValues()).hasSize(1);
      assertThat(harness.numKeyedStateEntries()).isEqualTo(2);
    }
  }

  @Test
  void claimsAndDigests_surviveSnapshotAndRestore() throws Exception {
    OperatorSubtaskState snapshot;
    try (var harness = harness(model.source())) {
      harness.open();
      send(harness, claim("d", 0, 9));
      send(harness, round("d", 0, 0, 5));
      snapshot = harness.snapshot(1, 1);
    }
    try (var restored = harness(model.source())) {
      restored.initializeState(snapshot);
      restored.open();
      send(restored, round("d", 0, 0, 6));
      send(restored, Requests.claim("d", fingerprint, OTHER_INSTANCE, 5, 12));
      send(restored, round("d", 0, 0, 5));
      assertThat(rejections(restored))
          .extracting(Rejection::getCode)
          .containsExactly("MASK_REUSE_SUSPECTED", "CLAIMED_BY_ANOTHER_INSTANCE");
      assertThat(restored.extractOutputValues()).hasSize(1);
    }
  }

  @Test
  void release_isAnswered_andSurvivesSnapshotAndRestore() throws Exception {
    OperatorSubtaskState snapshot;
    try (var harness = harness(model.source())) {
      harness.open();
      send(harness, claim("d", 0, 9));
      send(harness, round("d", 3, 0, 5));
      send(harness, Requests.release("d", fingerprint, INSTANCE, 4));
      assertThat(replies(harness))
          .extracting(reply -> reply.call().getClass(), EdgeReplyView::error)
          .containsExactly(
              org.assertj.core.groups.Tuple.tuple(CallId.OfClaim.class, Optional.empty()),
              org.assertj.core.groups.Tuple.tuple(CallId.OfRelease.class, Optional.empty()));
      snapshot = harness.snapshot(1, 1);
    }
    try (var restored = harness(model.source())) {
      restored.initializeState(snapshot);
      restored.open();
      send(restored, claim("d", 0, 9));
      send(restored, Requests.claim("d", fingerprint, OTHER_INSTANCE, 4, 12));
      assertThat(replies(restored))
          .extracting(EdgeReplyView::error)
          .containsExactly(Optional.of(EdgeErrorCode.STALE), Optional.empty());
    }
  }

  /** A savepoint of the release before: "d" released from 4 on, "e" holds 7 to 9. */
  @Test
  void savepointOfVersion2_isRestored() throws Exception {
    URL file = GuardFunctionTest.class.getResource("guard-v2.snapshot");
    OperatorSubtaskState written =
        OperatorSnapshotUtil.readStateHandle(Path.of(file.toURI()).toString());
    try (var restored = harness(model.source())) {
      restored.initializeState(written);
      restored.open();
      send(restored, claim("d", 4, 12));
      send(restored, Requests.claim("d", fingerprint, OTHER_INSTANCE, 3, 12));
      send(restored, Requests.claim("d", fingerprint, OTHER_INSTANCE, 4, 12));
      send(restored, claim("e", 9, 12));
      assertThat(replies(restored))
          .extracting(EdgeReplyView::error)
          .containsExactly(
              Optional.of(EdgeErrorCode.STALE),
              Optional.of(EdgeErrorCode.CLAIMED_BY_ANOTHER_INSTANCE),
              Optional.empty(),
              Optional.of(EdgeErrorCode.CLAIMED_BY_ANOTHER_INSTANCE));
    }
  }

  /** Whoever may write to the topic cannot make the edge forget a chain, nor shut it out. */
  @Test
  void madeUpChains_areRefusedAtTheLimit_counted_andGiveWayToThoseThatAreEnrolled()
      throws Exception {
    FakeControl control = new FakeControl(model.source(), QuotaSettings.UNLIMITED);
    control.enrol("d", "gw", List.of(fingerprint), 0, 0);
    EdgeSettings settings = EdgeSettings.of(control, topics);
    try (var harness = harness(settings)) {
      harness.open();
      send(harness, claim("d", 0, 9));
      for (int i = 1; i < settings.guard().chainsPerModel(); i++) {
        send(harness, claimOf(new ChainId(99, i)));
      }
      send(harness, claimOf(new ChainId(7, 7)));
      send(harness, Requests.claim("d", fingerprint, OTHER_INSTANCE, 0, 9));
      assertThat(rejections(harness))
          .extracting(Rejection::getCode)
          .containsExactly("TOO_MANY_CHAINS", "CLAIMED_BY_ANOTHER_INSTANCE");
      control.restrict("d", List.of(Requests.CHAIN, new ChainId(7, 7)));
      send(harness, claimOf(new ChainId(7, 7)));
      send(harness, claimOf(new ChainId(99, 1)));
      assertThat(rejections(harness))
          .extracting(Rejection::getCode)
          .endsWith("CLAIMED_BY_ANOTHER_INSTANCE", "CHAIN_RETIRED");
      send(harness, round("d", 0, 0, 5));
      assertThat(harness.extractOutputValues()).as("the real chain goes on").hasSize(1);
    }
  }

  private static AssembledRequest claimOf(ChainId chain) {
    return new AssembledRequest(
        Requests.header(Requests.claimCall("d", chain, fingerprint, INSTANCE, 0, 9)), 0, List.of());
  }

  /** Kafka's offsets go back with the state: what came after the checkpoint is read again. */
  @Test
  void restoreToBeforeARelease_readsTheReleaseAgain_andTheNextClaimIsAccepted() throws Exception {
    OperatorSubtaskState before;
    List<AssembledRequest> after =
        List.of(
            Requests.release("d", fingerprint, INSTANCE, 4),
            Requests.claim("d", fingerprint, OTHER_INSTANCE, 4, 12));
    try (var harness = harness(model.source())) {
      harness.open();
      send(harness, claim("d", 0, 9));
      before = harness.snapshot(1, 1);
      for (AssembledRequest request : after) {
        send(harness, request);
      }
    }
    try (var restored = harness(model.source())) {
      restored.initializeState(before);
      restored.open();
      for (AssembledRequest request : after) {
        send(restored, request);
      }
      send(restored, Requests.round("d", fingerprint, OTHER_INSTANCE, 4, 0, 77, List.of()));
      assertThat(rejections(restored)).isEmpty();
      assertThat(restored.extractOutputValues()).hasSize(1);
    }
  }

  /**
   * Claim and release were refused before the device was enrolled, and never came here. The job
   * fails, and both are let in when they are read again.
   */
  @Test
  void claimThatIsLetInOnReadingAgain_isReleasedByWhatFollowsIt() throws Exception {
    try (var restored = harness(model.source())) {
      restored.open();
      send(restored, claim("d", 0, 9));
      send(restored, Requests.release("d", fingerprint, INSTANCE, 0));
      send(restored, Requests.claim("d", fingerprint, OTHER_INSTANCE, 0, 9));
      send(restored, Requests.round("d", fingerprint, OTHER_INSTANCE, 0, 0, 77, List.of()));
      assertThat(rejections(restored)).isEmpty();
      assertThat(restored.extractOutputValues()).hasSize(1);
    }
  }

  /** The next run repeats the release; of its copies the one that claims first goes on. */
  @Test
  void claimThatIsLetInWithoutItsRelease_isReleasedByTheNextRun_andNoCopyGainsByIt()
      throws Exception {
    InstanceId copy = new InstanceId(9, 9);
    try (var harness = harness(model.source())) {
      harness.open();
      send(harness, claim("d", 0, 9));
      send(harness, Requests.claim("d", fingerprint, OTHER_INSTANCE, 0, 9));
      send(harness, Requests.release("d", fingerprint, INSTANCE, 0));
      send(harness, Requests.claim("d", fingerprint, OTHER_INSTANCE, 0, 9));
      send(harness, Requests.claim("d", fingerprint, copy, 0, 9));
      send(harness, Requests.release("d", fingerprint, INSTANCE, 0));
      send(harness, Requests.claim("d", fingerprint, copy, 0, 9));
      send(harness, Requests.round("d", fingerprint, OTHER_INSTANCE, 0, 0, 77, List.of()));
      assertThat(rejections(harness))
          .extracting(Rejection::getCode)
          .containsExactly(
              "CLAIMED_BY_ANOTHER_INSTANCE",
              "CLAIMED_BY_ANOTHER_INSTANCE",
              "CLAIMED_BY_ANOTHER_INSTANCE",
              "CLAIMED_BY_ANOTHER_INSTANCE");
      assertThat(harness.extractOutputValues()).hasSize(1);
    }
  }

  @Test
  void checkpoint_isSmallPerDevice() throws Exception {
    try (var harness = harness(model.source())) {
      harness.open();
      send(harness, claim("warm", 0, 99));
      long one = harness.snapshot(1, 1).getStateSize();
      int devices = 50;
      for (int device = 0; device < devices; device++) {
        send(harness, claim("device-" + device, 0, 99));
        for (int pass = 0; pass < 80; pass++) {
          send(harness, round("device-" + device, pass, 0, pass));
        }
      }
      long perDevice = (harness.snapshot(2, 2).getStateSize() - one) / devices;
      assertThat(perDevice).isBetween(600L, 1_024L);
    }
  }

  @Test
  void missingResultsTopic_writesNoState_andOnlyARejection() throws Exception {
    topics.remove(Requests.RESULTS);
    try (var harness = harness(model.source())) {
      harness.open();
      send(harness, claim("d", 0, 9));
      assertThat(replies(harness)).isEmpty();
      assertThat(rejections(harness)).extracting(Rejection::getCode).containsExactly("NOT_READY");
      assertThat(harness.numKeyedStateEntries()).isZero();
    }
  }

  @Test
  void resultsTopicThatIsTooSmall_refusesBeforeTheKernel() throws Exception {
    topics.put(Requests.RESULTS, 2_000);
    try (var harness = harness(model.source())) {
      harness.open();
      send(harness, claim("d", 0, 9));
      send(harness, round("d", 0, 2, 5));
      assertThat(harness.extractOutputValues()).isEmpty();
      assertThat(replies(harness))
          .extracting(EdgeReplyView::error)
          .containsExactly(Optional.empty(), Optional.of(EdgeErrorCode.TOO_LARGE));
    }
  }

  @Test
  void missingRejectedTopic_dropsTheRejection() throws Exception {
    topics.remove(Topics.REJECTED);
    try (var harness = harness(model.source())) {
      harness.open();
      send(harness, round("d", 0, 0, 5));
      assertThat(notices(harness))
          .extracting(OutgoingRecord::topic)
          .containsExactly(Requests.RESULTS);
    }
  }

  @Test
  void roundOfALoadingModel_isNotReady_andWritesNoState() throws Exception {
    try (var harness = harness(absentModel())) {
      harness.open();
      send(harness, round("d", 0, 0, 5));
      assertThat(replies(harness))
          .extracting(EdgeReplyView::error)
          .containsExactly(Optional.of(EdgeErrorCode.NOT_READY));
      assertThat(rejections(harness)).isEmpty();
      assertThat(harness.numKeyedStateEntries()).isZero();
    }
  }

  /** Both may be read again after a restart, before the model is there. */
  @Test
  void claimsAndReleasesOfALoadingModel_areRecorded() throws Exception {
    OperatorSubtaskState snapshot;
    try (var harness = harness(absentModel())) {
      harness.open();
      send(harness, claim("d", 0, 9));
      send(harness, claim("d", 0, 9));
      send(harness, Requests.claim("d", fingerprint, OTHER_INSTANCE, 5, 12));
      send(harness, Requests.release("d", fingerprint, INSTANCE, 4));
      assertThat(replies(harness))
          .extracting(EdgeReplyView::error)
          .containsExactly(
              Optional.of(EdgeErrorCode.NOT_READY),
              Optional.of(EdgeErrorCode.NOT_READY),
              Optional.of(EdgeErrorCode.CLAIMED_BY_ANOTHER_INSTANCE),
              Optional.empty());
      snapshot = harness.snapshot(1, 1);
    }
    try (var restored = harness(model.source())) {
      restored.initializeState(snapshot);
      restored.open();
      send(restored, Requests.claim("d", fingerprint, OTHER_INSTANCE, 3, 12));
      send(restored, Requests.claim("d", fingerprint, OTHER_INSTANCE, 4, 12));
      assertThat(replies(restored))
          .extracting(EdgeReplyView::error)
          .containsExactly(
              Optional.of(EdgeErrorCode.CLAIMED_BY_ANOTHER_INSTANCE), Optional.empty());
    }
  }

  private static ModelSource absentModel() {
    return new ModelSource(folder.resolve("absent").toString(), "scalar");
  }

  private static AssembledRequest late(EdgeCall call) {
    return new AssembledRequest(new RequestHeader(Requests.TOPIC, 0, 0, call, 9_999), 0, List.of());
  }

  @Test
  void expiredRound_isAnsweredExpired_andWritesNoState() throws Exception {
    try (var harness = harness(model.source())) {
      harness.open();
      harness.setProcessingTime(10_000);
      topics.clock().observe(10_000, 10_000);
      send(harness, late(Requests.roundCall("d", fingerprint, INSTANCE, 0, 0)));
      assertThat(replies(harness))
          .extracting(EdgeReplyView::error)
          .containsExactly(Optional.of(EdgeErrorCode.EXPIRED));
      assertThat(harness.extractOutputValues()).isEmpty();
      assertThat(harness.numKeyedStateEntries()).isZero();
    }
  }

  @Test
  void clockThatIsAhead_makesNoRoundLate() throws Exception {
    try (var harness = harness(model.source())) {
      harness.open();
      harness.setProcessingTime(310_000);
      topics.clock().observe(9_999, 310_000);
      send(harness, late(Requests.claimCall("d", fingerprint, INSTANCE, 0, 9)));
      send(harness, late(Requests.roundCall("d", fingerprint, INSTANCE, 0, 0)));
      assertThat(replies(harness))
          .extracting(EdgeReplyView::error)
          .containsExactly(Optional.empty());
      assertThat(harness.extractOutputValues()).hasSize(1);
    }
  }

  /** The claim was accepted, the edge failed before a checkpoint, and came back after a minute. */
  @Test
  void claimReadAgainAfterItsLifetime_stillKeepsItsPassesFromAnotherInstance() throws Exception {
    try (var restored = harness(model.source())) {
      restored.open();
      restored.setProcessingTime(10_000);
      topics.clock().observe(10_000, 10_000);
      send(restored, late(Requests.claimCall("d", fingerprint, INSTANCE, 0, 9)));
      send(restored, Requests.claim("d", fingerprint, OTHER_INSTANCE, 0, 9));
      send(restored, Requests.round("d", fingerprint, OTHER_INSTANCE, 5, 0, 6, List.of()));
      send(restored, round("d", 5, 0, 5));
      assertThat(replies(restored))
          .extracting(EdgeReplyView::error)
          .containsExactly(
              Optional.of(EdgeErrorCode.EXPIRED),
              Optional.of(EdgeErrorCode.CLAIMED_BY_ANOTHER_INSTANCE),
              Optional.of(EdgeErrorCode.CLAIMED_BY_ANOTHER_INSTANCE));
      assertThat(restored.extractOutputValues())
          .as("what the claim's instance sends is served on")
          .extracting(request -> request.digest())
          .containsExactly(5L);
    }
  }

  @Test
  void releaseReadAgainAfterItsLifetime_letsTheNextInstanceIn() throws Exception {
    try (var restored = harness(model.source())) {
      restored.open();
      restored.setProcessingTime(10_000);
      topics.clock().observe(10_000, 10_000);
      send(restored, late(Requests.claimCall("d", fingerprint, INSTANCE, 0, 9)));
      send(restored, late(Requests.releaseCall("d", fingerprint, INSTANCE, 4)));
      send(restored, Requests.claim("d", fingerprint, OTHER_INSTANCE, 4, 12));
      assertThat(replies(restored))
          .extracting(EdgeReplyView::error)
          .containsExactly(
              Optional.of(EdgeErrorCode.EXPIRED),
              Optional.of(EdgeErrorCode.EXPIRED),
              Optional.empty());
    }
  }

  /** A sender that was told EXPIRED sends again, and is let in. */
  @Test
  void claimRepeatedInTime_isAccepted() throws Exception {
    try (var harness = harness(model.source())) {
      harness.open();
      harness.setProcessingTime(10_000);
      topics.clock().observe(10_000, 10_000);
      send(harness, late(Requests.claimCall("d", fingerprint, INSTANCE, 0, 9)));
      send(harness, claim("d", 0, 9));
      send(harness, round("d", 0, 0, 5));
      assertThat(harness.extractOutputValues()).hasSize(1);
    }
  }

  @Test
  void roundAtTheEndOfItsLifetime_isInTime() throws Exception {
    try (var harness = harness(model.source())) {
      harness.open();
      send(harness, claim("d", 0, 9));
      harness.setProcessingTime(9_999);
      topics.clock().observe(9_999, 9_999);
      send(harness, late(Requests.roundCall("d", fingerprint, INSTANCE, 0, 0)));
      assertThat(harness.extractOutputValues()).hasSize(1);
    }
  }

  /** Whoever may write to the topic must not be able to stop the job by what he sends. */
  @Test
  void defectOfTheGuard_isAnsweredInternal_writesNoState_andTheJobGoesOn() throws Exception {
    FakeControl control = new FakeControl(model.source(), QuotaSettings.UNLIMITED).defective(true);
    control.enrol("d", "gw", List.of(fingerprint), 0, 0);
    try (var harness = harness(EdgeSettings.of(control, topics))) {
      harness.open();
      send(harness, claim("d", 0, 9));
      assertThat(rejections(harness)).extracting(Rejection::getCode).containsExactly("INTERNAL");
      assertThat(harness.numKeyedStateEntries()).isZero();
      control.defective(false);
      send(harness, claim("d", 0, 9));
      send(harness, round("d", 0, 0, 5));
      assertThat(harness.extractOutputValues()).hasSize(1);
    }
  }

  /** The control topics may lose a device between admission and here; its chains are all kept. */
  @Test
  void deviceThatIsNotEnrolledAnyMore_losesNoChain() throws Exception {
    FakeControl control = new FakeControl(model.source(), QuotaSettings.UNLIMITED);
    EdgeSettings settings = EdgeSettings.of(control, topics);
    try (var harness = harness(settings)) {
      harness.open();
      for (int i = 0; i <= settings.guard().chainsPerModel(); i++) {
        send(harness, claimOf(new ChainId(99, i)));
      }
      assertThat(rejections(harness))
          .extracting(Rejection::getCode)
          .containsExactly("TOO_MANY_CHAINS");
    }
  }

  @Test
  void claimOfAModelThatNobodyServes_isRefused_andWritesNoState() throws Exception {
    try (var harness = harness(model.source())) {
      harness.open();
      send(harness, Requests.claim("d", Fingerprint.of(new byte[32]), INSTANCE, 0, 9));
      assertThat(rejections(harness))
          .extracting(Rejection::getCode)
          .containsExactly("UNKNOWN_MODEL");
      assertThat(harness.numKeyedStateEntries()).isZero();
    }
  }

  /** Flink closes what it could not open as well. */
  @Test
  void whatWasOpened_isClosed_andNothingElse() throws Exception {
    FakeControl control = new FakeControl(model.source(), QuotaSettings.UNLIMITED);
    EdgeSettings settings = EdgeSettings.of(control, topics);
    try (var harness = harness(settings)) {
      harness.open();
      assertThat(control.shares()).isEqualTo(1);
      assertThat(topics.views()).isEqualTo(1);
    }
    assertThat(control.shares()).isZero();
    assertThat(topics.views()).isZero();
    new GuardFunction(settings.services(), settings.guard(), NOTICES).close(); // never opened
    assertThat(control.shares()).isZero();
    assertThat(topics.views()).isZero();
  }
}
