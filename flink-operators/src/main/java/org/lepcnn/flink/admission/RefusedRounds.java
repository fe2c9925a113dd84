/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.admission;

import org.lepcnn.flink.quota.LruMap;
import org.lepcnn.flink.record.RoundKey;

/**
 * The rounds whose sending was refused lately, so that the rest of their chunks is dropped without
 * an answer each. A chunk that stands before the last one seen begins a new attempt, which is
 * judged anew. Bounded; what is forgotten is judged again. Not thread-safe.
 */
public final class RefusedRounds {
  private static final int REMEMBERED = 4_096;

  private final LruMap<RoundKey, Long> lastSeen = new LruMap<>(REMEMBERED);

  /**
   * Drops a chunk of an attempt that was refused, which is the last one seen then.
   *
   * @return whether it is one; another chunk changes nothing
   */
  public boolean drop(RoundKey round, int tensor, int chunk) {
    Long last = lastSeen.get(round);
    if (last == null || position(tensor, chunk) <= last) {
      return false;
    }
    lastSeen.put(round, position(tensor, chunk));
    return true;
  }

  /** Remembers that an attempt was refused at that chunk. */
  public void refuse(RoundKey round, int tensor, int chunk) {
    lastSeen.put(round, position(tensor, chunk));
  }

  /** A new attempt was let in. */
  public void forget(RoundKey round) {
    if (!lastSeen.isEmpty()) {
      lastSeen.remove(round);
    }
  }

  private static long position(int tensor, int chunk) {
    return ((long) tensor << Integer.SIZE) | chunk;
  }
}
