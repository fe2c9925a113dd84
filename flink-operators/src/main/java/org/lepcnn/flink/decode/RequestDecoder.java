/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.decode;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.flink.metrics.Counter;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.port.EdgeErrorCode;
import org.lepcnn.flink.EdgeMetrics;
import org.lepcnn.flink.kernel.LoadedModel;
import org.lepcnn.flink.outbox.Outbox;
import org.lepcnn.flink.record.AssembledRequest;
import org.lepcnn.flink.record.InboundRecord;
import org.lepcnn.flink.record.OutgoingRecord;
import org.lepcnn.flink.record.RequestHeader;
import org.lepcnn.kafka.codec.ClaimView;
import org.lepcnn.kafka.codec.EdgeRequest;
import org.lepcnn.kafka.codec.ReleaseView;
import org.lepcnn.kafka.codec.RequestCodec;
import org.lepcnn.kafka.codec.TensorChunkView;
import org.lepcnn.kafka.topic.Topics;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns Kafka records into complete requests or refusals, apart from Flink's plumbing. Whatever a
 * record holds, {@link #decode} returns. Not thread-safe.
 */
final class RequestDecoder {
  private static final Logger LOG = LoggerFactory.getLogger(RequestDecoder.class);

  private final RoundAssembler assembler;
  private final Outbox outbox;
  private final Counter requests;
  private final Counter claims;
  private final Counter releases;
  private final Counter chunks;
  private final Counter bytes;
  private final Counter dropped;

  RequestDecoder(RoundAssembler assembler, Outbox outbox, EdgeMetrics metrics) {
    this.assembler = assembler;
    this.outbox = outbox;
    this.requests = metrics.counter("requests");
    this.claims = metrics.counter("claims");
    this.releases = metrics.counter("releases");
    this.chunks = metrics.counter("chunks");
    this.bytes = metrics.counter("bytes");
    this.dropped = metrics.counter("incompleteDropped");
    metrics.gauge("incompleteBytes", assembler::bytes);
    metrics.gauge("incompleteRequests", assembler::size);
  }

  /**
   * What came of a record.
   *
   * @param request a complete request, or null
   * @param notices replies and rejections
   */
  record Decoded(AssembledRequest request, List<OutgoingRecord> notices) {
    static final Decoded NOTHING = new Decoded(null, List.of());

    static Decoded notices(List<OutgoingRecord> notices) {
      return new Decoded(null, notices);
    }
  }

  /**
   * Handles a record.
   *
   * @param model null while it loads
   * @param nowMillis the processing time
   */
  Decoded decode(InboundRecord record, LoadedModel model, long nowMillis) {
    bytes.inc(record.value().length);
    try {
      Topics.gatewayOf(record.topic());
      return handle(record, RequestCodec.current().decode(record.value()), model, nowMillis);
    } catch (BadInputException e) {
      return Decoded.notices(outbox.reject(record, EdgeErrorCode.MALFORMED, e.getMessage()));
    } catch (RuntimeException e) {
      LOG.error("Handling {}", record, e);
      String detail = "the record could not be handled: " + e.getClass().getSimpleName();
      return Decoded.notices(outbox.reject(record, EdgeErrorCode.INTERNAL, detail));
    }
  }

  /** Drops incomplete requests that are overdue. */
  List<OutgoingRecord> expire(long nowMillis) {
    return rejectDropped(
        assembler.expire(nowMillis), "the request did not become complete in time");
  }

  private Decoded handle(
      InboundRecord record, EdgeRequest request, LoadedModel model, long nowMillis) {
    RequestHeader header = header(record, request);
    Optional<Refusal> refusal = admission(header, model, nowMillis);
    if (refusal.isPresent()) {
      return refuse(header, request, refusal.get());
    }
    if (request instanceof TensorChunkView chunk) {
      chunks.inc();
      return assemble(header, chunk, model, nowMillis);
    }
    (request instanceof ReleaseView ? releases : claims).inc();
    return new Decoded(new AssembledRequest(header, 0, List.of()), List.of());
  }

  private Decoded assemble(
      RequestHeader header, TensorChunkView chunk, LoadedModel model, long nowMillis) {
    Optional<Refusal> invalid = ChunkValidator.check(chunk, model.plan());
    if (invalid.isPresent()) {
      return Decoded.notices(outbox.refuse(header, invalid.get().code(), invalid.get().detail()));
    }
    RoundAssembler.Outcome outcome = assembler.add(header, chunk, model.plan(), nowMillis);
    List<OutgoingRecord> notices =
        rejectDropped(outcome.dropped(), "the device holds too many incomplete requests");
    if (outcome.refusal() != null) {
      notices.addAll(refuse(header, chunk, outcome.refusal()).notices());
    }
    if (outcome.request() != null) {
      requests.inc();
    }
    return new Decoded(outcome.request(), notices);
  }

  private static Optional<Refusal> admission(
      RequestHeader header, LoadedModel model, long nowMillis) {
    if (header.expiresAtMillis() < nowMillis) {
      return Optional.of(
          new Refusal(
              EdgeErrorCode.EXPIRED,
              "the request is "
                  + (nowMillis - header.expiresAtMillis())
                  + " ms older than its lifetime"));
    }
    if (model == null) {
      return Optional.of(new Refusal(EdgeErrorCode.NOT_READY, "the model is loading"));
    }
    if (!model.fingerprint().equals(header.model())) {
      return Optional.of(
          new Refusal(
              EdgeErrorCode.UNKNOWN_MODEL,
              "this edge serves " + model.fingerprint() + "; found " + header.model()));
    }
    return Optional.empty();
  }

  /**
   * Refuses a request; what concerns all chunks of a round alike is said once, to the first chunk.
   */
  private Decoded refuse(RequestHeader header, EdgeRequest request, Refusal refusal) {
    boolean laterChunk = request instanceof TensorChunkView chunk && chunk.chunk() > 0;
    if (laterChunk && refusal.code() != EdgeErrorCode.MASK_REUSE_SUSPECTED) {
      dropped.inc();
      return Decoded.NOTHING;
    }
    return Decoded.notices(outbox.refuse(header, refusal.code(), refusal.detail()));
  }

  private List<OutgoingRecord> rejectDropped(List<RequestHeader> headers, String detail) {
    List<OutgoingRecord> notices = new ArrayList<>();
    for (RequestHeader header : headers) {
      dropped.inc();
      notices.addAll(outbox.reject(header, EdgeErrorCode.EXPIRED, detail));
    }
    return notices;
  }

  private static RequestHeader header(InboundRecord record, EdgeRequest request) {
    long age = record.appendTimeMillis();
    long lifetime = request.lifetimeMillis();
    long expiresAt = lifetime > Long.MAX_VALUE - Math.max(age, 0) ? Long.MAX_VALUE : age + lifetime;
    return new RequestHeader(
        record.topic(),
        record.partition(),
        record.offset(),
        request.device(),
        request.chain(),
        request.model(),
        request.pass(),
        request instanceof ClaimView view ? view.claim().lastPass() : request.pass(),
        request.round(),
        request.instance(),
        expiresAt);
  }
}
