/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.assembly;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.lepcnn.kafka.codec.ByteSlice;
import org.lepcnn.kafka.codec.MalformedRecordException;

/**
 * Puts the chunks of rounds together: masked tensors at the edge, layer results at the gateway.
 *
 * <p>The plan says what a round consists of, so a chunk that does not fit is refused before
 * anything is kept, and the first chunk that fits reserves the memory of the whole round. What is
 * held is therefore bounded, per device and in total, and rounds that were begun never starve one
 * another. A round that stays incomplete is dropped after the time-out and repaired by the sender's
 * identical retry.
 *
 * <p>Rounds are held apart by the caller's key. It must name everything that tells senders apart:
 * at the edge the gateway (its topic) and the instance besides the ids, so that the chunks of two
 * senders are never mixed. After a round is complete it is forgotten: a chunk that comes again
 * begins a new one.
 *
 * <p>Not thread-safe. Times are the caller's, in milliseconds of any clock that does not go back.
 *
 * @param <K> the key, with equals and hashCode
 */
public final class ChunkAssembler<K> {
  private final AssemblyLimits limits;
  private final Map<K, RoundAssembly> rounds = new LinkedHashMap<>(); // oldest first
  private final Map<String, Long> bytesByDevice = new HashMap<>();
  private long totalBytes;

  public ChunkAssembler(AssemblyLimits limits) {
    this.limits = limits;
  }

  /**
   * Takes a chunk.
   *
   * @param key the round, see above
   * @param device whose memory it counts for
   * @param shape what the round consists of; the same for the same key
   * @param part the tensor's or layer's number in the plan
   * @param payload the chunk's residues, copied
   * @throws MalformedRecordException if the chunk does not fit the shape; what is held is unchanged
   */
  public ChunkOutcome offer(
      K key,
      String device,
      RoundShape shape,
      int part,
      int chunk,
      int chunks,
      ByteSlice payload,
      long nowMillis) {
    int position = RoundAssembly.checkedPosition(shape, part, chunk, chunks, payload);
    RoundAssembly round = rounds.get(key);
    if (round == null) {
      ChunkOutcome.NoRoom noRoom = lackOfRoom(device, RoundAssembly.bytesOf(shape));
      if (noRoom != null) {
        return noRoom;
      }
      round = begin(key, device, shape, nowMillis);
    }
    if (!round.take(position, chunk, payload)) {
      return new ChunkOutcome.Duplicate();
    }
    if (round.missingChunks() > 0) {
      return new ChunkOutcome.Incomplete(round.missingChunks());
    }
    drop(key);
    return new ChunkOutcome.Complete(round.parts());
  }

  /**
   * Drops the rounds that are over their time.
   *
   * @return their keys
   */
  public List<K> expire(long nowMillis) {
    List<K> expired = new ArrayList<>();
    Iterator<Map.Entry<K, RoundAssembly>> oldestFirst = rounds.entrySet().iterator();
    while (oldestFirst.hasNext()) {
      Map.Entry<K, RoundAssembly> entry = oldestFirst.next();
      if (nowMillis - entry.getValue().startedMillis() < limits.timeoutMillis()) {
        break;
      }
      expired.add(entry.getKey());
      oldestFirst.remove();
      release(entry.getValue());
    }
    return expired;
  }

  /** Forgets a round, complete or not; nothing happens when it is not held. */
  public void drop(K key) {
    RoundAssembly round = rounds.remove(key);
    if (round != null) {
      release(round);
    }
  }

  /** The parts of a round that are incomplete; empty when nothing of the round is held. */
  public List<Integer> missingParts(K key) {
    RoundAssembly round = rounds.get(key);
    return round == null ? List.of() : round.missingParts();
  }

  /** How many incomplete rounds are held. */
  public int size() {
    return rounds.size();
  }

  /** Bytes held. */
  public long bytes() {
    return totalBytes;
  }

  /** Bytes held for one device. */
  public long bytesOf(String device) {
    return bytesByDevice.getOrDefault(device, 0L);
  }

  private ChunkOutcome.NoRoom lackOfRoom(String device, long wanted) {
    if (bytesOf(device) + wanted > limits.bytesPerDevice()) {
      return new ChunkOutcome.NoRoom("device " + device, wanted, limits.bytesPerDevice());
    }
    if (totalBytes + wanted > limits.totalBytes()) {
      return new ChunkOutcome.NoRoom("all devices", wanted, limits.totalBytes());
    }
    return null;
  }

  private RoundAssembly begin(K key, String device, RoundShape shape, long nowMillis) {
    RoundAssembly round = new RoundAssembly(device, shape, nowMillis);
    rounds.put(key, round);
    totalBytes += round.bytes();
    bytesByDevice.merge(device, round.bytes(), Long::sum);
    return round;
  }

  private void release(RoundAssembly round) {
    totalBytes -= round.bytes();
    bytesByDevice.merge(
        round.device(), -round.bytes(), (a, b) -> a + b == 0 ? null : Long.valueOf(a + b));
  }
}
