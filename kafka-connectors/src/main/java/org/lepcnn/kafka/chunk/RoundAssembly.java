/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.chunk;

import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;

/** One round that is being put together: the residues of its parts and which chunks are there. */
final class RoundAssembly {
  private final RoundShape shape;
  private final int[][] residues; // of parts of which something is there
  private final BitSet[] present;
  private int missing;

  RoundAssembly(RoundShape shape) {
    this.shape = shape;
    this.residues = new int[shape.parts()][];
    this.present = new BitSet[shape.parts()];
    for (int i = 0; i < residues.length; i++) {
      present[i] = new BitSet(ChunkLayout.count(shape.elements(i)));
    }
    this.missing = shape.chunks();
  }

  /** The position of the chunk's part, when the chunk fits the shape. */
  static int checkedPosition(RoundShape shape, int part, int chunk, int chunks, ByteSlice payload) {
    int position = shape.positionOf(part);
    if (position < 0) {
      throw new MalformedRecordException(
          "Chunk: expected one of the round's " + shape + "; found part " + part + ".");
    }
    int elements = shape.elements(position);
    if (chunks != ChunkLayout.count(elements) || chunk < 0 || chunk >= chunks) {
      throw new MalformedRecordException(
          "Chunk of part "
              + part
              + ": expected one of "
              + ChunkLayout.count(elements)
              + " chunks; found chunk "
              + chunk
              + " of "
              + chunks
              + ".");
    }
    int expected = ChunkLayout.elementsOf(chunk, elements) * Integer.BYTES;
    if (payload.length() != expected) {
      throw new MalformedRecordException(
          "Chunk "
              + chunk
              + " of part "
              + part
              + ": expected "
              + expected
              + " bytes of residues; found "
              + payload.length()
              + ".");
    }
    return position;
  }

  /** Takes a chunk that fits; false when it was there already. */
  boolean take(int position, int chunk, ByteSlice payload) {
    if (present[position].get(chunk)) {
      return false;
    }
    if (residues[position] == null) {
      residues[position] = new int[shape.elements(position)];
    }
    payload.copyResidues(residues[position], ChunkLayout.firstElement(chunk));
    present[position].set(chunk);
    missing--;
    return true;
  }

  int missingChunks() {
    return missing;
  }

  /** All parts of the complete round. */
  List<int[]> parts() {
    return List.of(residues);
  }

  /** Bytes of residues of the parts of which something is there. */
  long bytes() {
    long bytes = 0;
    for (int[] part : residues) {
      bytes += part == null ? 0 : (long) part.length * Integer.BYTES;
    }
    return bytes;
  }

  /** The numbers of the parts that are incomplete. */
  List<Integer> missingParts() {
    return IntStream.range(0, shape.parts())
        .filter(i -> present[i].cardinality() < ChunkLayout.count(shape.elements(i)))
        .mapToObj(shape::id)
        .toList();
  }
}
