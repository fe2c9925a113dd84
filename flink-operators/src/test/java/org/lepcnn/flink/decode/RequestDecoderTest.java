/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.decode;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.model.MaskedTensorSpec;
import org.lepcnn.core.port.PassClaim;
import org.lepcnn.core.port.PassRound;
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
import org.lepcnn.flink.testkit.WithLoadedModel;
import org.lepcnn.kafka.codec.AnswerCodec;
import org.lepcnn.kafka.codec.EdgeReplyView;
import org.lepcnn.kafka.codec.RecordCodec;
import org.lepcnn.kafka.codec.RequestCodec;
import org.lepcnn.kafka.topic.Topics;

/** What records cost their senders, what is counted, and what is said of what cannot be handled. */
class RequestDecoderTest extends WithLoadedModel {
  private final FakeTopics topics = FakeTopics.with(Requests.RESULTS, Topics.REJECTED);
  private final RecordedCounters metrics = new RecordedCounters();
  private FakeControl provider;
  private EdgeControl control;
  private RequestDecoder decoder;

  @BeforeEach
  void open() {
    provider = new FakeControl(model.source(), QuotaSettings.UNLIMITED);
    enrol(0, 0);
    control = provider.open(ModelWarmUp.NONE);
    EdgeMetrics edge = new EdgeMetrics(metrics);
    decoder =
        new RequestDecoder(
            new RoundAssembler(AssemblyLimits.DEFAULT),
            new OpenServices(topics.open(), control, edge));
  }

  @AfterEach
  void close() {
    control.close();
  }

  private void enrol(long requests, long bytes) {
    provider.enrol("d", "gw", List.of(fingerprint), requests, bytes);
  }

  private static List<InboundRecord> round(long pass, int round) {
    return Requests.records(
        "d", fingerprint, Requests.INSTANCE, pass, round, model.tensors(round, pass));
  }

  private static InboundRecord claim(String device) {
    return Requests.claimRecord(device, fingerprint, Requests.INSTANCE, 0, 9);
  }

  /** A chunk of a tensor of 89 residues, of which a round of the plan has none. */
  private static InboundRecord misshapen(long pass, int round) {
    return Requests.zeros(
        Requests.roundCall("d", fingerprint, Requests.INSTANCE, pass, round), 0, 89);
  }

  private long count(String counter) {
    return metrics.count("lepcnn." + counter);
  }

  private long refused(String code) {
    return count("refused." + code + ".count");
  }

  /** The codes that the sender reads. */
  private static List<String> replies(Handled<AssembledRequest> decoded) {
    List<String> codes = new ArrayList<>();
    for (OutgoingRecord notice : decoded.notices()) {
      if (notice.topic().equals(Requests.RESULTS)) {
        EdgeReplyView reply = (EdgeReplyView) AnswerCodec.current().decode(notice.value());
        codes.add(reply.error().orElseThrow().name());
      }
    }
    return codes;
  }

  /** The details of what the operator reads. */
  private static List<String> rejections(Handled<AssembledRequest> decoded) {
    List<String> details = new ArrayList<>();
    for (OutgoingRecord notice : decoded.notices()) {
      if (notice.topic().equals(Topics.REJECTED)) {
        details.add(RecordCodec.REJECTIONS.decode(notice.value()).getMessage());
      }
    }
    return details;
  }

  @Test
  void whatComes_isCountedByItsKind() {
    List<InboundRecord> records = new ArrayList<>(round(0, 1));
    records.add(claim("d"));
    records.add(claim("d"));
    records.add(Requests.releaseRecord("d", fingerprint, Requests.INSTANCE, 4));
    records.addAll(round(1, 0));
    records.add(round(2, 1).get(0));
    records.add(Requests.record(new byte[7]));
    records.forEach(record -> decoder.decode(record, 5));
    assertThat(count("chunks")).isEqualTo(5);
    assertThat(count("requests")).isEqualTo(2);
    assertThat(count("claims")).isEqualTo(2);
    assertThat(count("releases")).isEqualTo(1);
    assertThat(count("bytes"))
        .isEqualTo(records.stream().mapToLong(record -> record.value().length).sum());
    assertThat(refused("MALFORMED")).isEqualTo(1);
    assertThat(count("chunksDropped")).isZero();
  }

  @Test
  void gauges_showWhatIsHeld_andTheClock() {
    decoder.decode(round(0, 1).get(0), 70);
    assertThat(metrics.gauge("lepcnn.incompleteRequests")).isEqualTo(1);
    assertThat((Long) metrics.gauge("lepcnn.incompleteBytes")).isGreaterThan(900_000);
    assertThat(metrics.gauge("lepcnn.clockAheadMillis")).isEqualTo(70L);
    decoder.decode(round(0, 1).get(1), 71);
    assertThat(metrics.gauge("lepcnn.incompleteRequests")).isEqualTo(0);
    assertThat(metrics.gauge("lepcnn.incompleteBytes")).isEqualTo(0L);
  }

  /** Whoever sends garbage must not fill the topics of answers; the numbers still tell of it. */
  @Test
  void recordsThatNobodyCanRead_areNotAllAnswered_butAllCounted() {
    int answered = 0;
    for (int i = 0; i < 2_000; i++) {
      answered += decoder.decode(Requests.record(new byte[7]), 0).notices().size();
    }
    assertThat(answered).isBetween(1, 1_999);
    assertThat(count("refusalsNotAnswered")).isEqualTo(2_000 - answered);
    assertThat(refused("MALFORMED")).isEqualTo(2_000);
  }

  @Test
  void refusalsOfStrangers_areNotAllAnswered_butAllCounted() {
    int answered = 0;
    for (int i = 0; i < 2_000; i++) {
      answered += replies(decoder.decode(claim("stranger" + i), 0)).size();
    }
    assertThat(answered).isBetween(1, 1_999);
    assertThat(count("refusalsNotAnswered")).isEqualTo(2_000 - answered);
    assertThat(refused("UNKNOWN_DEVICE")).isEqualTo(2_000);
  }

  /** What strangers use up of the answers is not the enrolled device's. */
  @Test
  void refusalOfAnEnrolledDevice_isAnswered_whateverStrangersSend() {
    for (int i = 0; i < 2_000; i++) {
      decoder.decode(claim("stranger" + i), 0);
    }
    provider.revoke("d");
    assertThat(replies(decoder.decode(claim("d"), 0))).containsExactly("NOT_AUTHORISED");
  }

  /** A defect of the edge must not become a way to stop the job. */
  @Test
  void defect_isRejectedAsInternal_withoutItsMessage_andTheNextRecordIsHandled() {
    provider.defective(true);
    Handled<AssembledRequest> decoded = decoder.decode(claim("d"), 0);
    assertThat(decoded.only()).isNull();
    assertThat(rejections(decoded))
        .containsExactly("the record could not be handled: IllegalStateException");
    assertThat(refused("INTERNAL")).isEqualTo(1);
    provider.defective(false);
    assertThat(decoder.decode(claim("d"), 0).only()).isNotNull();
  }

  /** One request for the round, one for the wrong chunk: ten are not enough for six of them. */
  @Test
  void wrongChunks_arePaidForBesideTheirRounds() {
    enrol(5, 0); // a burst of ten
    List<String> codes = new ArrayList<>();
    for (int pass = 0; pass < 6; pass++) {
      codes.addAll(replies(decoder.decode(misshapen(pass, 0), 0)));
    }
    assertThat(codes)
        .containsExactly(
            "MALFORMED", "MALFORMED", "MALFORMED", "MALFORMED", "MALFORMED", "QUOTA_EXCEEDED");
  }

  /** Bytes are paid for even where there is no such round, and so no plan to tell what it takes. */
  @Test
  void chunkOfARoundThatDoesNotExist_costsWhatItCarries() {
    enrol(0, 4 * 89); // a burst of two such chunks; each is paid for twice, as a round and as wrong
    assertThat(replies(decoder.decode(misshapen(0, 3), 0))).containsExactly("MALFORMED");
    assertThat(replies(decoder.decode(misshapen(1, 3), 0))).containsExactly("QUOTA_EXCEEDED");
    assertThat(replies(decoder.decode(misshapen(2, 3), 1_001))).containsExactly("MALFORMED");
  }

  @Test
  void deviceInDebt_hasNotEvenItsOpenRoundLookedAt_untilItIsPaid() {
    enrol(1, 0); // a burst of two
    List<InboundRecord> records = round(0, 1);
    for (int i = 0; i < 40; i++) {
      decoder.decode(records.get(0), 0);
    }
    long dropped = count("chunksDropped");
    assertThat(dropped).as("repetitions beyond the debt").isPositive();
    Handled<AssembledRequest> last = decoder.decode(records.get(1), 0);
    assertThat(last.only()).isNull();
    assertThat(last.notices()).isEmpty();
    assertThat(count("chunksDropped")).isEqualTo(dropped + 1);
    assertThat(decoder.decode(records.get(1), 9_000).only()).isNotNull();
  }

  /** Chunks of a refused round that are still on their way are neither answered nor paid for. */
  @Test
  void restOfARefusedRound_isDroppedAndCounted() {
    provider.revoke("d");
    List<InboundRecord> records = round(0, 1);
    assertThat(replies(decoder.decode(records.get(0), 0))).containsExactly("NOT_AUTHORISED");
    Handled<AssembledRequest> rest = decoder.decode(records.get(1), 0);
    assertThat(rest.notices()).isEmpty();
    assertThat(rest.only()).isNull();
    assertThat(count("chunksDropped")).isEqualTo(1);
    assertThat(refused("NOT_AUTHORISED")).isEqualTo(1);
  }

  /** Whoever holds an id of a device must not be able to end its round with a made-up chunk. */
  @Test
  void chunkThatContradictsAnother_isSuspected_andTheRoundGoesOn() {
    List<InboundRecord> records = round(0, 1);
    InboundRecord other =
        Requests.records("d", fingerprint, Requests.INSTANCE, 0, 1, model.tensors(1, 99)).get(0);
    decoder.decode(records.get(0), 0);
    assertThat(replies(decoder.decode(other, 0))).containsExactly("MASK_REUSE_SUSPECTED");
    assertThat(count("incompleteRefused")).isZero();
    assertThat(decoder.decode(records.get(1), 0).only()).isNotNull();
  }

  /** Numbers of an open round that the plan does not have. */
  @Test
  void wrongChunkOfAnOpenRound_isMalformed_andTheRoundGoesOn() {
    List<InboundRecord> records = round(0, 0);
    decoder.decode(records.get(0), 0);
    PassRound call = Requests.roundCall("d", fingerprint, Requests.INSTANCE, 0, 0);
    int[] zeros = new int[TestModel.WIDE];
    for (int tensor : new int[] {0, 9}) {
      MaskedTensorSpec spec = new MaskedTensorSpec(tensor, 0, zeros.length, ResidueField.P31);
      byte[] second =
          RequestCodec.current().encodeTensor(call, spec, zeros, Requests.LIFETIME).get(1);
      assertThat(replies(decoder.decode(Requests.record(second), 0))).containsExactly("MALFORMED");
    }
    assertThat(decoder.decode(records.get(1), 0).only()).isNotNull();
  }

  @Test
  void roundThatDidNotCompleteInTime_isRejected_andItsSenderHearsNothing() {
    decoder.decode(round(0, 1).get(0), 0);
    long due = AssemblyLimits.DEFAULT.timeoutMillis();
    assertThat(decoder.expire(due - 1)).isEmpty();
    assertThat(rejections(Handled.told(decoder.expire(due))))
        .containsExactly("the request did not become complete in time");
    assertThat(refused("EXPIRED")).isEqualTo(1);
    assertThat(count("incompleteDropped.OVERDUE.count")).isEqualTo(1);
  }

  /** What was refused is judged anew when it comes again, all of it. */
  @Test
  void roundThatIsLetInOnItsSecondAttempt_isTakenToItsEnd() {
    List<InboundRecord> records = round(0, 1);
    provider.revoke("d");
    decoder.decode(records.get(0), 0);
    enrol(0, 0);
    assertThat(decoder.decode(records.get(0), 1).notices()).isEmpty();
    assertThat(decoder.decode(records.get(1), 2).only()).isNotNull();
  }

  /** After a failure it comes again beside much else; were it refused, the guard would miss it. */
  @Test
  void claimFromBeforeTheStart_isChargedAndLetIn_oneFromThenOnMustPay() {
    enrol(1, 0); // a burst of two
    for (int i = 0; i < 3; i++) {
      assertThat(decoder.decode(appended(claim("d"), 999), 1_000).only()).isNotNull();
    }
    assertThat(replies(decoder.decode(appended(claim("d"), 1_000), 1_000)))
        .containsExactly("QUOTA_EXCEEDED");
    assertThat(decoder.decode(appended(claim("d"), 1_000), 3_000).only()).isNotNull();
  }

  private static InboundRecord appended(InboundRecord record, long millis) {
    return new InboundRecord(
        record.topic(), record.partition(), record.offset(), millis, record.value());
  }

  @ParameterizedTest
  @CsvSource({
    "7, 10, 17",
    "1, 9223372036854775806, 9223372036854775807",
    "2, 9223372036854775806, 9223372036854775807",
    "-5, 9223372036854775807, 9223372036854775802",
    "9223372036854775807, 1, 9223372036854775807" // without a date of the broker's
  })
  void expiry_isAppendTimePlusLifetime_asFarAsNumbersGo(long appended, long lifetime, long expiry) {
    PassClaim claim = new PassClaim("d", Requests.CHAIN, fingerprint, 0, 9, Requests.INSTANCE);
    byte[] value = RequestCodec.current().encode(claim, lifetime);
    InboundRecord record = new InboundRecord(Requests.TOPIC, 0, 0, appended, value);
    assertThat(decoder.decode(record, 5).only().header().expiresAtMillis()).isEqualTo(expiry);
  }
}
