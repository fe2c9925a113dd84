/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.chunk;

import java.util.List;

/** Copies the residues of chunks together; a part takes its memory with its first chunk. */
final class ResidueStore implements ChunkStore {
  private final RoundShape shape;
  private final int[][] residues; // of parts of which something is there

  ResidueStore(RoundShape shape) {
    this.shape = shape;
    this.residues = new int[shape.parts()][];
  }

  @Override
  public void keep(int position, int chunk, ByteSlice payload) {
    if (residues[position] == null) {
      residues[position] = new int[shape.elements(position)];
    }
    payload.copyResidues(
        shape.field(position), residues[position], ChunkLayout.firstElement(chunk));
  }

  /** All parts of the complete round. */
  List<int[]> parts() {
    return List.of(residues);
  }

  /** The memory of the parts of which something is there, in bytes. */
  long bytes() {
    long bytes = 0;
    for (int[] part : residues) {
      bytes += part == null ? 0 : (long) part.length * Integer.BYTES;
    }
    return bytes;
  }
}
