/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.answer;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.lepcnn.core.port.EdgeErrorCode;
import org.lepcnn.flink.answer.TopicView.Fit;
import org.lepcnn.flink.clock.BrokerClock;
import org.lepcnn.flink.metric.EdgeMetrics;
import org.lepcnn.flink.record.Handled;
import org.lepcnn.flink.record.InboundRecord;
import org.lepcnn.flink.record.OutgoingRecord;
import org.lepcnn.flink.record.Refusal;
import org.lepcnn.flink.record.RequestHeader;
import org.lepcnn.kafka.codec.AnswerCodec;
import org.lepcnn.kafka.codec.EdgeReplyView;
import org.lepcnn.kafka.codec.RecordCodec;
import org.lepcnn.kafka.codec.Rejections;
import org.lepcnn.kafka.topic.Topics;
import org.lepcnn.kafka.wire.Rejection;

/**
 * Makes replies and rejections, lets through only what can be written, and counts the rest.
 *
 * <p>A refusal becomes a typed reply on the results topic, which follows from the request's topic
 * alone, and a record on {@code lepcnn.rejected}. {@code NOT_READY}, which every start causes, goes
 * to {@code lepcnn.rejected} only when the sender cannot be told.
 */
public final class WritableAnswers {
  private static final Refusal KERNEL_FAILED =
      new Refusal(EdgeErrorCode.INTERNAL, "the kernel failed");

  private final TopicView view;
  private final EdgeMetrics metrics;

  public WritableAnswers(TopicView view, EdgeMetrics metrics) {
    this.view = view;
    this.metrics = metrics;
  }

  /** What time it is at the broker. */
  public BrokerClock clock() {
    return view.clock();
  }

  /** Whether records of up to that size can be written to the results topic of a request. */
  public Fit resultsFit(RequestHeader request, int batchBytes) {
    return view.check(Topics.resultsFor(request.topic()), batchBytes);
  }

  /**
   * Those of a request's results that can be written; the others are counted.
   *
   * @param results empty when the kernel failed, which is a refusal
   */
  public Handled<OutgoingRecord> results(RequestHeader request, List<OutgoingRecord> results) {
    if (results.isEmpty()) {
      return Handled.told(refuse(request, KERNEL_FAILED));
    }
    List<OutgoingRecord> writable = new ArrayList<>(results.size());
    for (OutgoingRecord result : results) {
      if (view.check(result.topic(), result.batchBytes()) == Fit.FITS) {
        writable.add(result);
      } else {
        metrics.unwritableAnswer();
      }
    }
    return new Handled<>(writable, List.of());
  }

  /** The acceptance of a claim or release; empty when it cannot be written. */
  public List<OutgoingRecord> accept(RequestHeader request) {
    return answer(request, EdgeReplyView.accepted(request.call())).map(List::of).orElse(List.of());
  }

  /** Refuses a request: a reply and a rejection, as far as they can be written. */
  public List<OutgoingRecord> refuse(RequestHeader request, Refusal refusal) {
    metrics.refused(refusal.code());
    Optional<OutgoingRecord> reply =
        answer(request, EdgeReplyView.refused(request.call(), refusal.code(), refusal.detail()));
    List<OutgoingRecord> records = new ArrayList<>(2);
    reply.ifPresent(records::add);
    if (refusal.code() != EdgeErrorCode.NOT_READY || reply.isEmpty()) {
      rejection(describe(request, refusal), request.device()).ifPresent(records::add);
    }
    return records;
  }

  /** Rejects a request whose sender is not told. */
  public List<OutgoingRecord> reject(RequestHeader request, Refusal refusal) {
    metrics.refused(refusal.code());
    return rejection(describe(request, refusal), request.device()).map(List::of).orElse(List.of());
  }

  /** Rejects a record that could not be read. */
  public List<OutgoingRecord> reject(InboundRecord record, Refusal refusal) {
    metrics.refused(refusal.code());
    Rejection rejection =
        Rejections.of(
            record.topic(), record.partition(), record.offset(), refusal.code(), refusal.detail());
    return rejection(rejection, "").map(List::of).orElse(List.of());
  }

  private Optional<OutgoingRecord> answer(RequestHeader request, EdgeReplyView reply) {
    OutgoingRecord record =
        new OutgoingRecord(
            Topics.resultsFor(request.topic()),
            request.device(),
            AnswerCodec.current().encode(reply));
    if (view.check(record.topic(), record.batchBytes()) == Fit.FITS) {
      return Optional.of(record);
    }
    metrics.unwritableAnswer();
    return Optional.empty();
  }

  private Optional<OutgoingRecord> rejection(Rejection rejection, String device) {
    OutgoingRecord record =
        new OutgoingRecord(Topics.REJECTED, device, RecordCodec.REJECTIONS.encode(rejection));
    if (view.check(record.topic(), record.batchBytes()) == Fit.FITS) {
      return Optional.of(record);
    }
    metrics.unwritableRejection();
    return Optional.empty();
  }

  private static Rejection describe(RequestHeader request, Refusal refusal) {
    return Rejections.of(
        request.topic(),
        request.partition(),
        request.offset(),
        request.call(),
        refusal.code(),
        refusal.detail());
  }
}
