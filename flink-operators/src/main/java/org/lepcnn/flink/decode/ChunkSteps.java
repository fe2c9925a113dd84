/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.decode;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.apache.flink.metrics.Counter;
import org.jspecify.annotations.Nullable;
import org.lepcnn.core.model.Plan;
import org.lepcnn.core.port.EdgeErrorCode;
import org.lepcnn.flink.admission.Admission;
import org.lepcnn.flink.admission.Admission.Admitted;
import org.lepcnn.flink.admission.Admission.Decision;
import org.lepcnn.flink.admission.Admission.Refused;
import org.lepcnn.flink.admission.RefusedRounds;
import org.lepcnn.flink.answer.WritableAnswers;
import org.lepcnn.flink.decode.RoundAssembler.Assembled;
import org.lepcnn.flink.decode.RoundAssembler.Dropped;
import org.lepcnn.flink.decode.RoundAssembler.Place;
import org.lepcnn.flink.decode.RoundAssembler.Reason;
import org.lepcnn.flink.metric.EdgeMetrics;
import org.lepcnn.flink.quota.Enrolment;
import org.lepcnn.flink.record.AssembledRequest;
import org.lepcnn.flink.record.Handled;
import org.lepcnn.flink.record.OutgoingRecord;
import org.lepcnn.flink.record.Refusal;
import org.lepcnn.flink.record.RequestHeader;
import org.lepcnn.flink.record.RoundKey;
import org.lepcnn.kafka.codec.TensorChunkView;

/**
 * The way of a chunk into its round, step by step. A step that settles the chunk ends the way.
 * Nothing is looked up twice. Not thread-safe.
 */
final class ChunkSteps {
  private final List<Step> steps =
      List.of(
          this::dropWithItsRefusedAttempt,
          this::admit,
          this::findItsPlace,
          this::payForItsRound,
          this::compareWithThePlan,
          this::addToItsRound);

  private final RoundAssembler assembler;
  private final WritableAnswers answers;
  private final Admission admission;
  private final RefusalNotices notices;
  private final RefusedRounds refusedRounds = new RefusedRounds();
  private final Counter requests;
  private final Counter chunks;
  private final Counter dropped;
  private final Map<Reason, Counter> incompleteDropped = new EnumMap<>(Reason.class);
  private final Counter incompleteRefused;

  ChunkSteps(
      RoundAssembler assembler,
      WritableAnswers answers,
      Admission admission,
      RefusalNotices notices,
      EdgeMetrics metrics) {
    this.assembler = assembler;
    this.answers = answers;
    this.admission = admission;
    this.notices = notices;
    this.requests = metrics.counter("requests");
    this.chunks = metrics.counter("chunks");
    this.dropped = metrics.counter("chunksDropped");
    for (Reason reason : Reason.values()) {
      incompleteDropped.put(reason, metrics.counter("incompleteDropped", reason.name()));
    }
    this.incompleteRefused = metrics.counter("incompleteRefused");
    metrics.gauge("incompleteBytes", assembler::bytes);
    metrics.gauge("incompleteRequests", assembler::size);
  }

  /** What came of the chunk; null when the next step goes on with it. */
  private interface Step {
    @Nullable Handled<AssembledRequest> take(Chunk chunk);
  }

  /** A chunk on its way, and what the steps found out about it. */
  private static final class Chunk {
    final RequestHeader header;
    final RoundKey round;
    final TensorChunkView view;
    final long nowMillis;
    private @Nullable Admitted admitted;
    private @Nullable Place place;

    Chunk(RequestHeader header, TensorChunkView view, long nowMillis) {
      this.header = header;
      this.round = RoundKey.of(header);
      this.view = view;
      this.nowMillis = nowMillis;
    }

    /** How the chunk was let in, once it was. */
    Admitted admitted() {
      return Objects.requireNonNull(admitted, "the chunk is not let in yet");
    }

    /** The chunk's place, once it was found. */
    Place place() {
      return Objects.requireNonNull(place, "the chunk's place is not found yet");
    }

    Enrolment enrolment() {
      return admitted().enrolment();
    }

    Plan plan() {
      return admitted().planOfRound();
    }
  }

  /** Takes a chunk as far as it gets. */
  Handled<AssembledRequest> take(RequestHeader header, TensorChunkView view, long nowMillis) {
    chunks.inc();
    Chunk chunk = new Chunk(header, view, nowMillis);
    for (Step step : steps) {
      Handled<AssembledRequest> end = step.take(chunk);
      if (end != null) {
        return end;
      }
    }
    throw new IllegalStateException("The last step settles every chunk");
  }

  /** Drops incomplete requests that are overdue. */
  List<OutgoingRecord> expire(long nowMillis) {
    return tellDropped(assembler.expire(nowMillis), nowMillis);
  }

  private @Nullable Handled<AssembledRequest> dropWithItsRefusedAttempt(Chunk chunk) {
    return refusedRounds.drop(chunk.round, chunk.view.tensor(), chunk.view.chunk())
        ? dropped()
        : null;
  }

  private @Nullable Handled<AssembledRequest> admit(Chunk chunk) {
    Decision decision =
        admission.admit(chunk.header, answers.clock().brokerMillis(chunk.nowMillis));
    if (decision instanceof Refused refused) {
      endAttempt(chunk);
      return Handled.told(notices.of(chunk.header, refused, chunk.nowMillis));
    }
    chunk.admitted = (Admitted) decision;
    return null;
  }

  private @Nullable Handled<AssembledRequest> findItsPlace(Chunk chunk) {
    chunk.place = assembler.find(chunk.round, chunk.view);
    return null;
  }

  /** A round pays with its first chunk; a device in debt does not go on with its open ones. */
  private @Nullable Handled<AssembledRequest> payForItsRound(Chunk chunk) {
    if (!chunk.place().begins()) {
      boolean goesOn = admission.mayGoOn(chunk.header, chunk.enrolment(), chunk.nowMillis);
      return goesOn ? null : dropped();
    }
    Refusal unpaid =
        admission.pay(chunk.header, chunk.enrolment(), roundBytes(chunk), chunk.nowMillis);
    if (unpaid != null) {
      return refuseAttempt(chunk, unpaid);
    }
    refusedRounds.forget(chunk.round);
    return null;
  }

  private @Nullable Handled<AssembledRequest> compareWithThePlan(Chunk chunk) {
    Optional<Refusal> invalid = ChunkValidator.check(chunk.view, chunk.plan());
    if (invalid.isEmpty()) {
      return null;
    }
    charge(chunk);
    return Handled.told(refuse(chunk, invalid.get()));
  }

  private Handled<AssembledRequest> addToItsRound(Chunk chunk) {
    if (chunk.place().isTaken()) {
      charge(chunk);
    }
    Assembled assembled =
        assembler.add(chunk.place(), chunk.header, chunk.view, chunk.plan(), chunk.nowMillis);
    List<OutgoingRecord> told = tellDropped(assembled.dropped(), chunk.nowMillis);
    if (assembled.refusal() != null) {
      told.addAll(refuseToAdd(chunk, assembled.refusal()));
    }
    AssembledRequest request = assembled.request();
    List<AssembledRequest> complete = request == null ? List.of() : List.of(request);
    requests.inc(complete.size());
    return new Handled<>(complete, told);
  }

  /** A chunk that contradicts another one leaves the round as it is; else the attempt has ended. */
  private List<OutgoingRecord> refuseToAdd(Chunk chunk, Refusal refusal) {
    if (refusal.code() == EdgeErrorCode.MASK_REUSE_SUSPECTED) {
      return refuse(chunk, refusal);
    }
    if (refusal.code() == EdgeErrorCode.NOT_READY) {
      incompleteRefused.inc();
    }
    return refuseAttempt(chunk, refusal).notices();
  }

  /** Refuses what concerns all chunks of a round alike; said once, and the rest is dropped. */
  private Handled<AssembledRequest> refuseAttempt(Chunk chunk, Refusal refusal) {
    endAttempt(chunk);
    return Handled.told(refuse(chunk, refusal));
  }

  private void endAttempt(Chunk chunk) {
    refusedRounds.refuse(chunk.round, chunk.view.tensor(), chunk.view.chunk());
  }

  private List<OutgoingRecord> refuse(Chunk chunk, Refusal refusal) {
    return notices.ofEnrolled(chunk.header, refusal, chunk.nowMillis);
  }

  private Handled<AssembledRequest> dropped() {
    dropped.inc();
    return Handled.nothing();
  }

  private void charge(Chunk chunk) {
    int bytes = chunk.view.payload().length();
    admission.charge(chunk.header, chunk.enrolment(), bytes, chunk.nowMillis);
  }

  /** What a round costs: all its residues, known from the plan, or this chunk for a wrong round. */
  private static long roundBytes(Chunk chunk) {
    return chunk.view.round() < chunk.plan().rounds()
        ? PartialRound.bytesOf(chunk.plan(), chunk.view.round())
        : chunk.view.payload().length();
  }

  /**
   * Tells of incomplete requests that were dropped. Who was late hears nothing, because it sends
   * again or is gone; who had to make room is told, and the rest of that attempt is dropped.
   */
  private List<OutgoingRecord> tellDropped(List<Dropped> droppedRequests, long nowMillis) {
    List<OutgoingRecord> told = new ArrayList<>();
    for (Dropped request : droppedRequests) {
      Objects.requireNonNull(incompleteDropped.get(request.reason()), "one for each reason").inc();
      RequestHeader header = request.header();
      if (request.reason() == Reason.OVERDUE) {
        told.addAll(
            answers.reject(
                header,
                new Refusal(EdgeErrorCode.EXPIRED, "the request did not become complete in time")));
      } else {
        refusedRounds.refuse(RoundKey.of(header), request.tensor(), request.chunk());
        Refusal refusal =
            new Refusal(EdgeErrorCode.NOT_READY, "memory for incomplete requests is short");
        told.addAll(notices.ofEnrolled(header, refusal, nowMillis));
      }
    }
    return told;
  }
}
