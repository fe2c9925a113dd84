/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.decode;

import java.util.List;
import org.apache.flink.metrics.Counter;
import org.jspecify.annotations.Nullable;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.port.EdgeErrorCode;
import org.lepcnn.core.port.PassRelease;
import org.lepcnn.core.text.Printable;
import org.lepcnn.flink.admission.Admission;
import org.lepcnn.flink.admission.Admission.Admitted;
import org.lepcnn.flink.admission.Admission.Decision;
import org.lepcnn.flink.admission.Admission.Refused;
import org.lepcnn.flink.answer.WritableAnswers;
import org.lepcnn.flink.control.OpenServices;
import org.lepcnn.flink.metric.EdgeMetrics;
import org.lepcnn.flink.quota.Enrolment;
import org.lepcnn.flink.record.AssembledRequest;
import org.lepcnn.flink.record.Handled;
import org.lepcnn.flink.record.InboundRecord;
import org.lepcnn.flink.record.OutgoingRecord;
import org.lepcnn.flink.record.Refusal;
import org.lepcnn.flink.record.RequestHeader;
import org.lepcnn.kafka.codec.EdgeRequest;
import org.lepcnn.kafka.codec.RequestCodec;
import org.lepcnn.kafka.codec.TensorChunkView;
import org.lepcnn.kafka.topic.Topics;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns Kafka records into complete requests or refusals, apart from Flink's plumbing. Whatever a
 * record holds, {@link #decode} returns. Not thread-safe.
 */
public final class RequestDecoder {
  private static final Logger LOG = LoggerFactory.getLogger(RequestDecoder.class);

  private final WritableAnswers answers;
  private final Admission admission;
  private final RefusalNotices notices;
  private final ChunkSteps chunkSteps;
  private final Counter claims;
  private final Counter releases;
  private final Counter bytes;
  private long startMillis = Long.MAX_VALUE; // when the first record came

  public RequestDecoder(RoundAssembler assembler, OpenServices services) {
    EdgeMetrics metrics = services.metrics();
    this.answers = services.answers();
    this.admission = new Admission(services.control());
    this.notices = new RefusalNotices(answers, metrics);
    this.chunkSteps = new ChunkSteps(assembler, answers, admission, notices, metrics);
    this.claims = metrics.counter("claims");
    this.releases = metrics.counter("releases");
    this.bytes = metrics.counter("bytes");
    metrics.gauge("clockAheadMillis", () -> answers.clock().aheadMillis());
  }

  /**
   * Takes a record; a request that it completes goes on.
   *
   * @param nowMillis the processing time
   */
  public Handled<AssembledRequest> decode(InboundRecord record, long nowMillis) {
    startMillis = Math.min(startMillis, nowMillis);
    bytes.inc(record.value().length);
    if (record.isDatedByTheBroker()) {
      answers.clock().observe(record.appendTimeMillis(), nowMillis);
    }
    if (!record.compressed().isEmpty()) {
      return unreadable(record, EdgeErrorCode.COMPRESSED, record.compressed(), nowMillis);
    }
    try {
      Topics.gatewayOf(record.topic());
      return take(record, RequestCodec.current().decode(record.value()), nowMillis);
    } catch (BadInputException e) {
      return unreadable(record, EdgeErrorCode.MALFORMED, Printable.reason(e), nowMillis);
    } catch (RuntimeException e) {
      LOG.error("Handling {}", record, e);
      String detail = "the record could not be handled: " + e.getClass().getSimpleName();
      return unreadable(record, EdgeErrorCode.INTERNAL, detail, nowMillis);
    }
  }

  /** Drops incomplete requests that are overdue. */
  public List<OutgoingRecord> expire(long nowMillis) {
    return chunkSteps.expire(nowMillis);
  }

  private Handled<AssembledRequest> take(
      InboundRecord record, EdgeRequest request, long nowMillis) {
    RequestHeader header = header(record, request);
    return request instanceof TensorChunkView chunk
        ? chunkSteps.take(header, chunk, nowMillis)
        : takeAnnouncement(record, header, nowMillis);
  }

  private Handled<AssembledRequest> takeAnnouncement(
      InboundRecord record, RequestHeader header, long nowMillis) {
    (header.call() instanceof PassRelease ? releases : claims).inc();
    Decision decision = admission.admit(header, answers.clock().brokerMillis(nowMillis));
    if (decision instanceof Refused refused) {
      return Handled.told(notices.of(header, refused, nowMillis));
    }
    Refusal unpaid = payAnnouncement(record, header, ((Admitted) decision).enrolment(), nowMillis);
    return unpaid == null
        ? Handled.passed(new AssembledRequest(header, 0, List.of()))
        : Handled.told(notices.ofEnrolled(header, unpaid, nowMillis));
  }

  /**
   * Pays for a claim or release. One that was sent before this task started may have been accepted
   * before a failure, and is read again beside much else: it is charged, and not refused, or the
   * guard would miss it.
   *
   * @return why it is not paid; null when it is
   */
  private @Nullable Refusal payAnnouncement(
      InboundRecord record, RequestHeader header, Enrolment enrolment, long nowMillis) {
    int length = record.value().length;
    if (record.appendTimeMillis() < startMillis) {
      admission.charge(header, enrolment, length, nowMillis);
      return null;
    }
    return admission.pay(header, enrolment, length, nowMillis);
  }

  private Handled<AssembledRequest> unreadable(
      InboundRecord record, EdgeErrorCode code, String detail, long nowMillis) {
    return Handled.told(notices.ofUnreadable(record, new Refusal(code, detail), nowMillis));
  }

  private static RequestHeader header(InboundRecord record, EdgeRequest request) {
    long age = record.appendTimeMillis();
    long lifetime = request.lifetimeMillis();
    long expiresAt = lifetime > Long.MAX_VALUE - Math.max(age, 0) ? Long.MAX_VALUE : age + lifetime;
    return new RequestHeader(
        record.topic(), record.partition(), record.offset(), request.call(), expiresAt);
  }
}
