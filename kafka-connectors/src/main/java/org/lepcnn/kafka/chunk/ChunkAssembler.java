/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.chunk;

import java.util.HashMap;
import java.util.Map;

/**
 * Puts the chunks of layer results together at the gateway.
 *
 * <p>The plan says what a round consists of, so a chunk that does not fit is refused before
 * anything is kept. A part takes its memory with its first chunk, so what is held is bounded by the
 * rounds that the caller lets in: it must offer chunks only of rounds that it waits for, and {@link
 * #drop} those that it waits for no more. Whoever sends the chunks cannot make it hold more.
 *
 * <p>Rounds are held apart by the caller's key. After a round is complete it is forgotten: a chunk
 * that comes again begins a new one. Not thread-safe.
 *
 * @param <K> the key, with equals and hashCode
 */
public final class ChunkAssembler<K> {
  private final Map<K, RoundAssembly<ResidueStore>> rounds = new HashMap<>();

  /**
   * Takes a chunk.
   *
   * @param key the round, see above
   * @param shape what the round consists of; the same for the same key
   * @param part the tensor's or layer's number in the plan
   * @param payload the chunk's residues, copied
   * @throws MalformedRecordException if the chunk does not fit the shape; what is held is unchanged
   */
  public ChunkOutcome offer(
      K key, RoundShape shape, int part, int chunk, int chunks, ByteSlice payload) {
    requireFit(shape, part, chunk, chunks, payload);
    RoundAssembly<ResidueStore> round =
        rounds.computeIfAbsent(key, unused -> new RoundAssembly<>(shape, new ResidueStore(shape)));
    if (!round.take(part, chunk, payload)) {
      return new ChunkOutcome.Duplicate();
    }
    if (round.missingChunks() > 0) {
      return new ChunkOutcome.Incomplete(round.missingChunks());
    }
    rounds.remove(key);
    return new ChunkOutcome.Complete(round.store().parts());
  }

  /** Forgets a round, complete or not; nothing happens when it is not held. */
  public void drop(K key) {
    rounds.remove(key);
  }

  /** How many incomplete rounds are held. */
  public int size() {
    return rounds.size();
  }

  /** Bytes that the residues take in memory. */
  public long bytes() {
    return rounds.values().stream().mapToLong(round -> round.store().bytes()).sum();
  }

  private static void requireFit(
      RoundShape shape, int part, int chunk, int chunks, ByteSlice payload) {
    int position = shape.positionOf(part);
    if (position < 0) {
      throw MalformedRecordException.about("Chunk")
          .expected("one of the round's " + shape)
          .found("part " + part);
    }
    ChunkLayout.misfit(
            shape.field(position), shape.elements(position), chunk, chunks, payload.length())
        .ifPresent(
            misfit -> {
              throw new MalformedRecordException(
                  "Chunk of part " + part + ", " + misfit + ".", null);
            });
  }
}
