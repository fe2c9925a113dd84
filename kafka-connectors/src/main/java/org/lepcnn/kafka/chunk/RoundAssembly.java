/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.chunk;

import java.util.BitSet;

/**
 * One round that is being put together, at the edge from its tensors, at the gateway from its
 * results: which chunks are there. What they hold is in a {@link ChunkStore}. Not thread-safe.
 *
 * @param <S> the store
 */
public final class RoundAssembly<S extends ChunkStore> {
  private final RoundShape shape;
  private final S store;
  private final BitSet[] present;
  private int missing;

  public RoundAssembly(RoundShape shape, S store) {
    this.shape = shape;
    this.store = store;
    this.present = new BitSet[shape.parts()];
    for (int i = 0; i < present.length; i++) {
      present[i] = new BitSet(ChunkLayout.count(shape.elements(i)));
    }
    this.missing = shape.chunks();
  }

  /** What the chunks hold. */
  public S store() {
    return store;
  }

  /** Whether a chunk is there; one that is not of the round is not. */
  public boolean holds(int part, int chunk) {
    int position = shape.positionOf(part);
    return position >= 0 && present[position].get(chunk);
  }

  /** Takes a chunk that fits; false when it was there already, and the first one counts. */
  public boolean take(int part, int chunk, ByteSlice payload) {
    int position = shape.positionOf(part);
    if (present[position].get(chunk)) {
      return false;
    }
    store.keep(position, chunk, payload);
    present[position].set(chunk);
    missing--;
    return true;
  }

  public int missingChunks() {
    return missing;
  }
}
