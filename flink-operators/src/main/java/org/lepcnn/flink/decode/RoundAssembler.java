/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.decode;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.lepcnn.core.model.Plan;
import org.lepcnn.core.port.EdgeErrorCode;
import org.lepcnn.flink.record.AssembledRequest;
import org.lepcnn.flink.record.Refusal;
import org.lepcnn.flink.record.RequestHeader;
import org.lepcnn.flink.record.RoundKey;
import org.lepcnn.kafka.chunk.RoundShape;
import org.lepcnn.kafka.codec.TensorChunkView;

/**
 * Puts the chunks of rounds together.
 *
 * <p>A round holds what has arrived of it, no more, and for a bounded time. Memory is bounded by
 * device and in all; when it is short the largest holder yields, see {@link MemoryShares}, and its
 * sender is told, so that its identical retry repairs the round. Not thread-safe.
 */
public final class RoundAssembler {
  private final AssemblyLimits limits;
  private final RequestDigest digest = new RequestDigest();
  private final Map<RoundKey, PartialRound> partials = new HashMap<>();
  private final MemoryShares shares;

  public RoundAssembler(AssemblyLimits limits) {
    this.limits = limits;
    this.shares = new MemoryShares(limits.shelterMillis());
  }

  /**
   * What came of a chunk.
   *
   * @param request the complete request, or null
   * @param refusal why the chunk was not taken, or null; then nothing of its round is held, unless
   *     it contradicts one that is
   * @param dropped requests that had to make room, of the device or of others
   */
  record Assembled(
      @Nullable AssembledRequest request, @Nullable Refusal refusal, List<Dropped> dropped) {
    static final Assembled WAITING = new Assembled(null, null, List.of());

    static Assembled refused(EdgeErrorCode code, String detail) {
      return new Assembled(null, new Refusal(code, detail), List.of());
    }
  }

  /** Why an incomplete request was dropped. */
  enum Reason {
    /** Its device was over its own bound. */
    DEVICE_BOUND,
    /** It yielded to another one. */
    YIELDED,
    /** It did not become complete in time. */
    OVERDUE
  }

  /**
   * An incomplete request that was dropped.
   *
   * @param header of its newest chunk
   * @param tensor of its newest chunk
   * @param chunk number of its newest chunk
   */
  record Dropped(RequestHeader header, int tensor, int chunk, Reason reason) {}

  /**
   * The place of a chunk, found before anything else changes in this assembler.
   *
   * @param round the chunk's round
   * @param partial what is there of the round; null when nothing is
   * @param isTaken whether a chunk of that number is there already
   */
  record Place(RoundKey round, @Nullable PartialRound partial, boolean isTaken) {
    /** Whether the chunk is the first of its round. */
    boolean begins() {
      return partial == null;
    }
  }

  /** The place of a chunk; its tensor and number need not fit the plan. */
  Place find(RoundKey round, TensorChunkView chunk) {
    PartialRound partial = partials.get(round);
    boolean isTaken = partial != null && partial.holds(chunk.tensor(), chunk.chunk());
    return new Place(round, partial, isTaken);
  }

  /** Bytes held. */
  public long bytes() {
    return shares.bytes();
  }

  /** Incomplete requests. */
  public int size() {
    return partials.size();
  }

  /**
   * Takes a chunk that {@link ChunkValidator} found good.
   *
   * @param place the chunk's place
   * @param header the chunk's header
   * @param nowMillis the processing time
   */
  Assembled add(
      Place place, RequestHeader header, TensorChunkView chunk, Plan plan, long nowMillis) {
    PartialRound partial = place.partial();
    return partial == null
        ? begin(place.round(), header, chunk, plan, nowMillis)
        : continueWith(partial, place, header, chunk, nowMillis);
  }

  private Assembled begin(
      RoundKey key, RequestHeader header, TensorChunkView chunk, Plan plan, long nowMillis) {
    PartialRound partial =
        new PartialRound(header, RoundShape.tensorsOf(plan, chunk.round()), nowMillis);
    if (partial.lacksOne()) {
      partial.add(header, chunk, nowMillis);
      return complete(partial);
    }
    long whole = PartialRound.bytesOf(plan, chunk.round());
    if (whole > Math.min(limits.bytesPerDevice(), limits.bytesPerSubtask())) {
      return Assembled.refused(
          EdgeErrorCode.TOO_LARGE,
          "the round takes " + whole + " bytes, more than this edge holds");
    }
    long empty = PartialRound.emptyBytesOf(plan, chunk.round());
    return keep(key, partial, header, chunk, empty + PartialRound.bytesOf(chunk), nowMillis);
  }

  private Assembled continueWith(
      PartialRound partial,
      Place place,
      RequestHeader header,
      TensorChunkView chunk,
      long nowMillis) {
    if (place.isTaken()) {
      return partial.agreesWith(chunk)
          ? Assembled.WAITING
          : Assembled.refused(
              EdgeErrorCode.MASK_REUSE_SUSPECTED, "another chunk came under the same id");
    }
    if (partial.lacksOne()) {
      release(place.round());
      partial.add(header, chunk, nowMillis);
      return complete(partial);
    }
    return keep(place.round(), partial, header, chunk, PartialRound.bytesOf(chunk), nowMillis);
  }

  /** Keeps a chunk of a round that stays incomplete; without room, nothing of the round. */
  private Assembled keep(
      RoundKey key,
      PartialRound partial,
      RequestHeader header,
      TensorChunkView chunk,
      long added,
      long nowMillis) {
    List<Dropped> dropped = new ArrayList<>();
    makeRoomOfDevice(key, added, dropped);
    if (!makeRoom(key, added, nowMillis, dropped)) {
      if (partials.containsKey(key)) {
        release(key);
      }
      String detail = "memory for incomplete requests is short, and this device holds its part";
      return new Assembled(null, new Refusal(EdgeErrorCode.NOT_READY, detail), dropped);
    }
    partial.add(header, chunk, nowMillis);
    partials.put(key, partial);
    shares.add(key, added, nowMillis);
    return dropped.isEmpty() ? Assembled.WAITING : new Assembled(null, null, dropped);
  }

  /** Drops what is overdue. */
  List<Dropped> expire(long nowMillis) {
    List<RoundKey> overdue = new ArrayList<>();
    partials.forEach(
        (key, partial) -> {
          if (partial.isOverdue(limits, nowMillis)) {
            overdue.add(key);
          }
        });
    return overdue.stream().map(key -> drop(key, Reason.OVERDUE)).toList();
  }

  private Assembled complete(PartialRound partial) {
    var payloads = partial.payloads();
    long value = digest.of(partial.header().asRound(), payloads);
    return new Assembled(new AssembledRequest(partial.header(), value, payloads), null, List.of());
  }

  private void makeRoomOfDevice(RoundKey key, long added, List<Dropped> dropped) {
    while (shares.bytesOfDevice(key) + added > limits.bytesPerDevice()) {
      dropped.add(drop(shares.oldestBeside(key), Reason.DEVICE_BOUND));
    }
  }

  private boolean makeRoom(RoundKey key, long added, long nowMillis, List<Dropped> dropped) {
    while (shares.bytes() + added > limits.bytesPerSubtask()) {
      RoundKey yielding = shares.yielding(key, added, nowMillis);
      if (yielding == null) {
        return false;
      }
      dropped.add(drop(yielding, Reason.YIELDED));
    }
    return true;
  }

  private Dropped drop(RoundKey key, Reason reason) {
    PartialRound partial = release(key);
    return new Dropped(partial.header(), partial.newestTensor(), partial.newestChunk(), reason);
  }

  private PartialRound release(RoundKey key) {
    shares.remove(key);
    return Objects.requireNonNull(partials.remove(key), "a round that is not held");
  }
}
