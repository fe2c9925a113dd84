/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.assembly;

import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;
import org.lepcnn.kafka.codec.ByteSlice;
import org.lepcnn.kafka.codec.ChunkLayout;
import org.lepcnn.kafka.codec.MalformedRecordException;

/** One round that is being put together: the residues of its parts and which chunks are there. */
final class RoundAssembly {
  /** What a held round costs besides its residues, generously. */
  static final int OVERHEAD_BYTES = 1_024;

  private final String device;
  private final RoundShape shape;
  private final long startedMillis;
  private final int[][] residues;
  private final BitSet[] present;
  private int missing;

  RoundAssembly(String device, RoundShape shape, long startedMillis) {
    this.device = device;
    this.shape = shape;
    this.startedMillis = startedMillis;
    this.residues = new int[shape.parts()][];
    this.present = new BitSet[shape.parts()];
    for (int i = 0; i < residues.length; i++) {
      residues[i] = new int[shape.elements(i)];
      present[i] = new BitSet(ChunkLayout.count(shape.elements(i)));
    }
    this.missing = shape.chunks();
  }

  /** What a round of this shape is accounted for. */
  static long bytesOf(RoundShape shape) {
    return shape.bytes() + OVERHEAD_BYTES;
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
    payload.copyResidues(residues[position], ChunkLayout.firstElement(chunk));
    present[position].set(chunk);
    missing--;
    return true;
  }

  int missingChunks() {
    return missing;
  }

  List<int[]> parts() {
    return List.of(residues);
  }

  String device() {
    return device;
  }

  long startedMillis() {
    return startedMillis;
  }

  long bytes() {
    return bytesOf(shape);
  }

  /** The numbers of the parts that are incomplete. */
  List<Integer> missingParts() {
    return IntStream.range(0, shape.parts())
        .filter(i -> present[i].cardinality() < ChunkLayout.count(shape.elements(i)))
        .mapToObj(shape::id)
        .toList();
  }
}
