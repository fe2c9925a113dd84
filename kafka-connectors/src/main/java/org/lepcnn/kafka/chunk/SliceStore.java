/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.chunk;

import java.util.List;

/** Keeps chunks as the slices of the records that carried them: nothing is copied. */
public final class SliceStore implements ChunkStore {
  private final ByteSlice[][] slices;

  public SliceStore(RoundShape shape) {
    slices = new ByteSlice[shape.parts()][];
    for (int i = 0; i < slices.length; i++) {
      slices[i] = new ByteSlice[ChunkLayout.count(shape.elements(i))];
    }
  }

  @Override
  public void keep(int position, int chunk, ByteSlice payload) {
    slices[position][chunk] = payload;
  }

  /** A chunk that is there. */
  public ByteSlice slice(int position, int chunk) {
    return slices[position][chunk];
  }

  /** All chunks of a part that is complete. */
  public List<ByteSlice> part(int position) {
    return List.of(slices[position]);
  }
}
