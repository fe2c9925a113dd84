/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.decode;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.lepcnn.core.model.Plan;
import org.lepcnn.core.port.EdgeErrorCode;
import org.lepcnn.flink.record.AssembledRequest;
import org.lepcnn.flink.record.Refusal;
import org.lepcnn.flink.record.RequestHeader;
import org.lepcnn.flink.record.RoundKey;
import org.lepcnn.kafka.codec.TensorChunkView;

/**
 * Puts the chunks of rounds together.
 *
 * <p>Memory is bounded: a round reserves its full size, known from the plan, when its first chunk
 * arrives, so that an admitted round can always be completed. See {@link AssemblyLimits} for what
 * happens at the bounds. Not thread-safe.
 */
public final class RoundAssembler {
  private final AssemblyLimits limits;
  private final RequestDigest digest = new RequestDigest();

  /** In the order of their deadlines. */
  private final Map<RoundKey, PartialRound> partials = new LinkedHashMap<>();

  private final Map<RoundKey, Long> reserved = new HashMap<>();
  private final Map<String, Device> devices = new HashMap<>();
  private long bytes;

  public RoundAssembler(AssemblyLimits limits) {
    this.limits = limits;
  }

  /**
   * What came of a chunk.
   *
   * @param request the complete request, or null
   * @param refusal why the chunk was not taken, or null
   * @param dropped requests of the device that had to make room
   */
  record Outcome(AssembledRequest request, Refusal refusal, List<RequestHeader> dropped) {
    static final Outcome WAITING = new Outcome(null, null, List.of());

    static Outcome refused(EdgeErrorCode code, String detail) {
      return new Outcome(null, new Refusal(code, detail), List.of());
    }
  }

  /** The incomplete requests of one device, oldest first. */
  private static final class Device {
    final Set<RoundKey> keys = new LinkedHashSet<>();
    long bytes;
  }

  /** What a chunk would be to this assembler. */
  enum Standing {
    /** The first of its round. */
    BEGINS,
    /** One that is missing from an open round. */
    MISSING,
    /** One that is there already. */
    REPEATED
  }

  /** What a chunk would be; its tensor and number need not fit the plan. */
  Standing standing(RequestHeader header, TensorChunkView chunk) {
    PartialRound partial = partials.get(RoundKey.of(header));
    if (partial == null) {
      return Standing.BEGINS;
    }
    return partial.holds(chunk.tensor(), chunk.chunk()) ? Standing.REPEATED : Standing.MISSING;
  }

  /** Bytes reserved. */
  public long bytes() {
    return bytes;
  }

  /** Incomplete requests. */
  public int size() {
    return partials.size();
  }

  /**
   * Takes a chunk that {@link ChunkValidator} found good.
   *
   * @param header the chunk's header
   * @param nowMillis the processing time
   */
  Outcome add(RequestHeader header, TensorChunkView chunk, Plan plan, long nowMillis) {
    RoundKey key = RoundKey.of(header);
    PartialRound partial = partials.get(key);
    return partial == null
        ? begin(key, header, chunk, plan, nowMillis)
        : continueWith(key, partial, header, chunk, nowMillis);
  }

  private Outcome begin(
      RoundKey key, RequestHeader header, TensorChunkView chunk, Plan plan, long nowMillis) {
    PartialRound partial =
        new PartialRound(
            header, plan.tensorsOfRound(header.round()), nowMillis + limits.timeoutMillis());
    partial.add(header, chunk);
    if (partial.isComplete()) {
      return complete(partial);
    }
    long need = PartialRound.bytesOf(plan, header.round());
    if (need > Math.min(limits.bytesPerDevice(), limits.bytesPerSubtask())) {
      return Outcome.refused(
          EdgeErrorCode.TOO_LARGE, "the round takes " + need + " bytes, more than this edge holds");
    }
    List<RequestHeader> dropped = makeRoom(header.device(), need);
    if (bytes + need > limits.bytesPerSubtask()) {
      return new Outcome(
          null,
          new Refusal(EdgeErrorCode.NOT_READY, "the edge holds too many incomplete requests"),
          dropped);
    }
    reserve(key, partial, need);
    return dropped.isEmpty() ? Outcome.WAITING : new Outcome(null, null, dropped);
  }

  private Outcome continueWith(
      RoundKey key,
      PartialRound partial,
      RequestHeader header,
      TensorChunkView chunk,
      long nowMillis) {
    int missingBefore = partial.missing();
    if (!partial.add(header, chunk)) {
      return Outcome.refused(
          EdgeErrorCode.MASK_REUSE_SUSPECTED, "another chunk came under the same id");
    }
    if (partial.isComplete()) {
      release(key);
      return complete(partial);
    }
    if (partial.missing() < missingBefore) {
      // a slow sender is not a lost one; at the end of the map the order of deadlines holds
      partial.postpone(nowMillis + limits.timeoutMillis());
      partials.remove(key);
      partials.put(key, partial);
    }
    return Outcome.WAITING;
  }

  /** Drops what is overdue. */
  List<RequestHeader> expire(long nowMillis) {
    List<RequestHeader> expired = new ArrayList<>();
    Iterator<PartialRound> oldestFirst = List.copyOf(partials.values()).iterator();
    while (oldestFirst.hasNext()) {
      PartialRound partial = oldestFirst.next();
      if (partial.deadlineMillis() > nowMillis) {
        break;
      }
      expired.add(partial.header());
      release(RoundKey.of(partial.header()));
    }
    return expired;
  }

  private Outcome complete(PartialRound partial) {
    var payloads = partial.payloads();
    long value = digest.of(partial.header(), payloads);
    return new Outcome(new AssembledRequest(partial.header(), value, payloads), null, List.of());
  }

  private List<RequestHeader> makeRoom(String device, long need) {
    List<RequestHeader> dropped = new ArrayList<>();
    Device usage = devices.get(device);
    while (usage != null && usage.bytes + need > limits.bytesPerDevice()) {
      RoundKey oldest = usage.keys.iterator().next();
      dropped.add(partials.get(oldest).header());
      release(oldest);
      usage = devices.get(device);
    }
    return dropped;
  }

  private void reserve(RoundKey key, PartialRound partial, long need) {
    partials.put(key, partial);
    reserved.put(key, need);
    Device usage = devices.computeIfAbsent(key.device(), unused -> new Device());
    usage.keys.add(key);
    usage.bytes += need;
    bytes += need;
  }

  private void release(RoundKey key) {
    partials.remove(key);
    long freed = reserved.remove(key);
    bytes -= freed;
    Device usage = devices.get(key.device());
    usage.bytes -= freed;
    usage.keys.remove(key);
    if (usage.keys.isEmpty()) {
      devices.remove(key.device());
    }
  }
}
