/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.admission;

import org.lepcnn.flink.quota.LruMap;
import org.lepcnn.flink.record.RequestHeader;
import org.lepcnn.flink.record.RoundKey;

/**
 * The rounds whose sending was refused lately, so that the rest of their chunks is dropped without
 * an answer each. A chunk that stands before the last one seen begins a new attempt, which is
 * judged anew. Bounded; what is forgotten is judged again. Not thread-safe.
 */
public final class RefusedRounds {
  private static final int REMEMBERED = 4_096;

  private final LruMap<RoundKey, Long> lastSeen = new LruMap<>(REMEMBERED);

  /** Whether a chunk belongs to an attempt that was refused. */
  public boolean holds(RequestHeader header, int tensor, int chunk) {
    RoundKey key = RoundKey.of(header);
    Long last = lastSeen.get(key);
    if (last == null || position(tensor, chunk) <= last) {
      return false;
    }
    lastSeen.put(key, position(tensor, chunk));
    return true;
  }

  /** Remembers that an attempt was refused at that chunk. */
  public void add(RequestHeader header, int tensor, int chunk) {
    lastSeen.put(RoundKey.of(header), position(tensor, chunk));
  }

  /** A new attempt was let in. */
  public void remove(RequestHeader header) {
    if (!lastSeen.isEmpty()) {
      lastSeen.remove(RoundKey.of(header));
    }
  }

  private static long position(int tensor, int chunk) {
    return ((long) tensor << Integer.SIZE) | chunk;
  }
}
