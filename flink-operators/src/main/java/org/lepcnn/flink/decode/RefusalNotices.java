/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.decode;

import java.util.List;
import org.apache.flink.metrics.Counter;
import org.jspecify.annotations.Nullable;
import org.lepcnn.core.port.EdgeErrorCode;
import org.lepcnn.flink.admission.Admission.Refused;
import org.lepcnn.flink.admission.RefusalLimiter;
import org.lepcnn.flink.answer.WritableAnswers;
import org.lepcnn.flink.metric.EdgeMetrics;
import org.lepcnn.flink.record.InboundRecord;
import org.lepcnn.flink.record.OutgoingRecord;
import org.lepcnn.flink.record.Refusal;
import org.lepcnn.flink.record.RequestHeader;

/**
 * What is said about refused requests, as much of it as {@link RefusalLimiter} allows; the rest is
 * counted. Not thread-safe.
 */
final class RefusalNotices {
  private final WritableAnswers answers;
  private final EdgeMetrics metrics;
  private final RefusalLimiter limiter = new RefusalLimiter();
  private final Counter unanswered;

  RefusalNotices(WritableAnswers answers, EdgeMetrics metrics) {
    this.answers = answers;
    this.metrics = metrics;
    this.unanswered = metrics.counter("refusalsNotAnswered");
  }

  /** Of a request that admission has refused. */
  List<OutgoingRecord> of(RequestHeader header, Refused refused, long nowMillis) {
    String enrolled = refused.isEnrolled() ? header.device() : null;
    return of(header, enrolled, refused.refusal(), nowMillis);
  }

  /** Of a request that was let in. */
  List<OutgoingRecord> ofEnrolled(RequestHeader header, Refusal refusal, long nowMillis) {
    return of(header, header.device(), refusal, nowMillis);
  }

  /** Of a record that could not be read. */
  List<OutgoingRecord> ofUnreadable(InboundRecord record, Refusal refusal, long nowMillis) {
    return isSilent(record.topic(), null, refusal.code(), nowMillis)
        ? List.of()
        : answers.reject(record, refusal);
  }

  private List<OutgoingRecord> of(
      RequestHeader header, @Nullable String enrolled, Refusal refusal, long nowMillis) {
    return isSilent(header.topic(), enrolled, refusal.code(), nowMillis)
        ? List.of()
        : answers.refuse(header, refusal);
  }

  private boolean isSilent(
      String topic, @Nullable String enrolled, EdgeErrorCode code, long nowMillis) {
    if (limiter.allows(topic, enrolled, nowMillis)) {
      return false;
    }
    metrics.refused(code);
    unanswered.inc();
    return true;
  }
}
