/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.decode;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.flink.metrics.Counter;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.model.Plan;
import org.lepcnn.core.port.EdgeErrorCode;
import org.lepcnn.core.port.PassRelease;
import org.lepcnn.flink.EdgeMetrics;
import org.lepcnn.flink.admission.Admission;
import org.lepcnn.flink.admission.Admission.Decision;
import org.lepcnn.flink.admission.RefusalLimiter;
import org.lepcnn.flink.admission.RefusedRounds;
import org.lepcnn.flink.control.EdgeControl;
import org.lepcnn.flink.decode.RoundAssembler.Dropped;
import org.lepcnn.flink.decode.RoundAssembler.Reason;
import org.lepcnn.flink.outbox.Outbox;
import org.lepcnn.flink.record.AssembledRequest;
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

  private final RoundAssembler assembler;
  private final Outbox outbox;
  private final Admission admission;
  private final RefusalLimiter limiter = new RefusalLimiter();
  private final RefusedRounds refusedRounds = new RefusedRounds();
  private final EdgeMetrics metrics;
  private final Counter requests;
  private final Counter claims;
  private final Counter releases;
  private final Counter chunks;
  private final Counter bytes;
  private final Counter dropped;
  private final Counter suppressed;
  private final Map<Reason, Counter> incompleteDropped = new EnumMap<>(Reason.class);
  private final Counter incompleteRefused;
  private long startMillis = Long.MAX_VALUE; // when the first record came

  /**
   * @param control what admission asks
   */
  public RequestDecoder(
      RoundAssembler assembler, Outbox outbox, EdgeControl control, EdgeMetrics metrics) {
    this.assembler = assembler;
    this.outbox = outbox;
    this.admission = new Admission(control);
    this.metrics = metrics;
    this.requests = metrics.counter("requests");
    this.claims = metrics.counter("claims");
    this.releases = metrics.counter("releases");
    this.chunks = metrics.counter("chunks");
    this.bytes = metrics.counter("bytes");
    this.dropped = metrics.counter("chunksDropped");
    for (Reason reason : Reason.values()) {
      incompleteDropped.put(reason, metrics.counter("incompleteDropped", reason.name()));
    }
    this.incompleteRefused = metrics.counter("incompleteRefused");
    this.suppressed = metrics.counter("refusalsNotAnswered");
    metrics.gauge("incompleteBytes", assembler::bytes);
    metrics.gauge("incompleteRequests", assembler::size);
    metrics.gauge("clockAheadMillis", () -> outbox.clock().aheadMillis());
  }

  /**
   * What came of a record.
   *
   * @param request a complete request, or null
   * @param notices replies and rejections
   */
  public record Decoded(AssembledRequest request, List<OutgoingRecord> notices) {
    static final Decoded NOTHING = new Decoded(null, List.of());

    static Decoded notices(List<OutgoingRecord> notices) {
      return new Decoded(null, notices);
    }
  }

  /**
   * Handles a record.
   *
   * @param nowMillis the processing time
   */
  public Decoded decode(InboundRecord record, long nowMillis) {
    startMillis = Math.min(startMillis, nowMillis);
    bytes.inc(record.value().length);
    if (record.isDatedByTheBroker()) {
      outbox.clock().observe(record.appendTimeMillis(), nowMillis);
    }
    if (!record.compressed().isEmpty()) {
      return unreadable(record, EdgeErrorCode.COMPRESSED, record.compressed(), nowMillis);
    }
    try {
      Topics.gatewayOf(record.topic());
      return handle(record, RequestCodec.current().decode(record.value()), nowMillis);
    } catch (BadInputException e) {
      return unreadable(record, EdgeErrorCode.MALFORMED, e.getMessage(), nowMillis);
    } catch (RuntimeException e) {
      LOG.error("Handling {}", record, e);
      String detail = "the record could not be handled: " + e.getClass().getSimpleName();
      return unreadable(record, EdgeErrorCode.INTERNAL, detail, nowMillis);
    }
  }

  /** Drops incomplete requests that are overdue. */
  public List<OutgoingRecord> expire(long nowMillis) {
    return tellDropped(assembler.expire(nowMillis), nowMillis);
  }

  private Decoded handle(InboundRecord record, EdgeRequest request, long nowMillis) {
    RequestHeader header = header(record, request);
    if (request instanceof TensorChunkView chunk) {
      chunks.inc();
      return handleChunk(header, chunk, nowMillis);
    }
    (header.call() instanceof PassRelease ? releases : claims).inc();
    Decision decision = admission.judge(header, outbox.clock().brokerMillis(nowMillis));
    Refusal refusal = decision.refusal();
    if (refusal == null) {
      refusal = payAnnouncement(record, header, decision, nowMillis);
    }
    return refusal == null
        ? new Decoded(new AssembledRequest(header, 0, List.of()), List.of())
        : refuse(header, decision, refusal, nowMillis);
  }

  /**
   * Pays for a claim or release. One that was sent before this task started may have been accepted
   * before a failure, and is read again beside much else: it is charged, and not refused, or the
   * guard would miss it.
   */
  private Refusal payAnnouncement(
      InboundRecord record, RequestHeader header, Decision decision, long nowMillis) {
    int length = record.value().length;
    if (record.appendTimeMillis() < startMillis) {
      admission.charge(header, decision.grant(), length, nowMillis);
      return null;
    }
    return admission.pay(header, decision.grant(), length, nowMillis);
  }

  private Decoded handleChunk(RequestHeader header, TensorChunkView chunk, long nowMillis) {
    if (refusedRounds.holds(header, chunk.tensor(), chunk.chunk())) {
      dropped.inc();
      return Decoded.NOTHING;
    }
    Decision decision = admission.judge(header, outbox.clock().brokerMillis(nowMillis));
    if (decision.refusal() != null) {
      return refuseRound(header, chunk, decision, decision.refusal(), nowMillis);
    }
    switch (assembler.standing(header, chunk)) {
      case BEGINS -> {
        long need = roundBytes(decision, chunk);
        Refusal unpaid = admission.pay(header, decision.grant(), need, nowMillis);
        if (unpaid != null) {
          return refuseRound(header, chunk, decision, unpaid, nowMillis);
        }
        refusedRounds.remove(header);
      }
      case REPEATED, MISSING -> {
        if (!admission.mayGoOn(header, decision.grant(), nowMillis)) {
          dropped.inc();
          return Decoded.NOTHING;
        }
      }
    }
    return assemble(header, chunk, decision, nowMillis);
  }

  private Decoded assemble(
      RequestHeader header, TensorChunkView chunk, Decision decision, long nowMillis) {
    Plan plan = decision.model().plan();
    Optional<Refusal> invalid = ChunkValidator.check(chunk, plan);
    if (invalid.isPresent()) {
      admission.charge(header, decision.grant(), chunk.payload().length(), nowMillis);
      return refuse(header, decision, invalid.get(), nowMillis);
    }
    if (assembler.standing(header, chunk) == RoundAssembler.Standing.REPEATED) {
      admission.charge(header, decision.grant(), chunk.payload().length(), nowMillis);
    }
    RoundAssembler.Outcome outcome = assembler.add(header, chunk, plan, nowMillis);
    List<OutgoingRecord> notices = tellDropped(outcome.dropped(), nowMillis);
    if (outcome.refusal() != null) {
      EdgeErrorCode code = outcome.refusal().code();
      boolean reuse = code == EdgeErrorCode.MASK_REUSE_SUSPECTED;
      if (code == EdgeErrorCode.NOT_READY) {
        incompleteRefused.inc();
      }
      notices.addAll(
          (reuse
                  ? refuse(header, decision, outcome.refusal(), nowMillis)
                  : refuseRound(header, chunk, decision, outcome.refusal(), nowMillis))
              .notices());
    }
    if (outcome.request() != null) {
      requests.inc();
    }
    return new Decoded(outcome.request(), notices);
  }

  /** What a round costs: all its residues, known from the plan, or this chunk for a wrong round. */
  private static long roundBytes(Decision decision, TensorChunkView chunk) {
    Plan plan = decision.model().plan();
    return chunk.round() < plan.rounds()
        ? PartialRound.bytesOf(plan, chunk.round())
        : chunk.payload().length();
  }

  /** Refuses what concerns all chunks of a round alike; said once, and the rest is dropped. */
  private Decoded refuseRound(
      RequestHeader header,
      TensorChunkView chunk,
      Decision decision,
      Refusal refusal,
      long nowMillis) {
    refusedRounds.add(header, chunk.tensor(), chunk.chunk());
    return refuse(header, decision, refusal, nowMillis);
  }

  private Decoded refuse(RequestHeader header, Decision decision, Refusal refusal, long nowMillis) {
    return refuse(header, decision.grant() == null ? null : header.device(), refusal, nowMillis);
  }

  private Decoded refuse(RequestHeader header, String known, Refusal refusal, long nowMillis) {
    if (!limiter.allows(header.topic(), known, nowMillis)) {
      metrics.refused(refusal.code());
      suppressed.inc();
      return Decoded.NOTHING;
    }
    return Decoded.notices(outbox.refuse(header, refusal.code(), refusal.detail()));
  }

  private Decoded unreadable(
      InboundRecord record, EdgeErrorCode code, String detail, long nowMillis) {
    if (!limiter.allows(record.topic(), null, nowMillis)) {
      metrics.refused(code);
      suppressed.inc();
      return Decoded.NOTHING;
    }
    return Decoded.notices(outbox.reject(record, code, detail));
  }

  /**
   * Tells of incomplete requests that were dropped. Who was late hears nothing, because it sends
   * again or is gone; who had to make room is told, and the rest of that attempt is dropped.
   */
  private List<OutgoingRecord> tellDropped(List<Dropped> droppedRequests, long nowMillis) {
    List<OutgoingRecord> notices = new ArrayList<>();
    for (Dropped request : droppedRequests) {
      incompleteDropped.get(request.reason()).inc();
      RequestHeader header = request.header();
      if (request.reason() == Reason.OVERDUE) {
        notices.addAll(
            outbox.reject(
                header, EdgeErrorCode.EXPIRED, "the request did not become complete in time"));
      } else {
        refusedRounds.add(header, request.tensor(), request.chunk());
        Refusal refusal =
            new Refusal(EdgeErrorCode.NOT_READY, "memory for incomplete requests is short");
        notices.addAll(refuse(header, header.device(), refusal, nowMillis).notices());
      }
    }
    return notices;
  }

  private static RequestHeader header(InboundRecord record, EdgeRequest request) {
    long age = record.appendTimeMillis();
    long lifetime = request.lifetimeMillis();
    long expiresAt = lifetime > Long.MAX_VALUE - Math.max(age, 0) ? Long.MAX_VALUE : age + lifetime;
    return new RequestHeader(
        record.topic(), record.partition(), record.offset(), request.call(), expiresAt);
  }
}
