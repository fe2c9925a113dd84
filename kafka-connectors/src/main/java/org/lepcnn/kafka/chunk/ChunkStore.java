/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.chunk;

/** Keeps the chunks of one round in the form that their receiver wants. */
public interface ChunkStore {
  /**
   * Keeps a chunk that fits and is not there.
   *
   * @param position the place of the chunk's part in the round's shape
   */
  void keep(int position, int chunk, ByteSlice payload);
}
