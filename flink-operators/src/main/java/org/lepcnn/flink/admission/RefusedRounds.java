/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.admission;

import java.util.Objects;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.core.port.InstanceId;
import org.lepcnn.flink.record.RequestHeader;

/**
 * The rounds whose sending was refused lately, so that the rest of their chunks is dropped without
 * an answer each. A chunk that stands before the last one seen begins a new attempt, which is
 * judged anew. Bounded; what is forgotten is judged again. Not thread-safe.
 */
public final class RefusedRounds {
  private static final int REMEMBERED = 4_096;

  private final LruMap<Key, Long> lastSeen = new LruMap<>(REMEMBERED);

  private record Key(
      String topic, String device, ChainId chain, long pass, int round, InstanceId instance) {
    Key {
      Objects.requireNonNull(device, "device");
    }

    static Key of(RequestHeader header) {
      return new Key(
          header.topic(),
          header.device(),
          header.chain(),
          header.firstPass(),
          header.round(),
          header.instance());
    }
  }

  /** Whether a chunk belongs to an attempt that was refused. */
  public boolean holds(RequestHeader header, int tensor, int chunk) {
    Key key = Key.of(header);
    Long last = lastSeen.get(key);
    if (last == null || position(tensor, chunk) <= last) {
      return false;
    }
    lastSeen.put(key, position(tensor, chunk));
    return true;
  }

  /** Remembers that an attempt was refused at that chunk. */
  public void add(RequestHeader header, int tensor, int chunk) {
    lastSeen.put(Key.of(header), position(tensor, chunk));
  }

  /** A new attempt was let in. */
  public void remove(RequestHeader header) {
    if (!lastSeen.isEmpty()) {
      lastSeen.remove(Key.of(header));
    }
  }

  private static long position(int tensor, int chunk) {
    return ((long) tensor << Integer.SIZE) | chunk;
  }
}
