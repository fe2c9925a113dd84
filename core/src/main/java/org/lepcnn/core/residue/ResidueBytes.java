/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.residue;

import java.nio.IntBuffer;
import java.util.List;
import org.lepcnn.core.field.ResidueField;

/**
 * Room for residues of one field as {@link ResidueCoding} writes them, in one range of bytes or in
 * several one after the other, as chunks take them. The bytes are shared.
 */
public final class ResidueBytes implements ResidueSink {
  private final Room[] rooms;
  private final int partSize;

  /**
   * A range of bytes.
   *
   * @param array holds it
   * @param offset of the first byte
   * @param residues how many the range holds
   */
  @SuppressWarnings("ArrayRecordComponent") // sharing the array is the purpose
  public record Part(byte[] array, int offset, int residues) {}

  /** A part in the form of its field. */
  private interface Room {
    void put(int to, int[] source, int from, int count);

    void putColumns(
        int[] source, int from, int sourceStride, int rows, int columns, int to, int toStride);
  }

  private record Words(Part part, IntBuffer view) implements Room {
    @Override
    public void put(int to, int[] source, int from, int count) {
      view.put(to, source, from, count);
    }

    @Override
    public void putColumns(
        int[] source, int from, int sourceStride, int rows, int columns, int to, int toStride) {
      int at = part.offset() + to * Integer.BYTES;
      Transposition.toWords(source, from, sourceStride, rows, columns, part.array(), at, toStride);
    }
  }

  private record OfTriples(Part part) implements Room {
    @Override
    public void put(int to, int[] source, int from, int count) {
      Triples.write(source, from, count, part.array(), part.offset() + to * Triples.BYTES);
    }

    @Override
    public void putColumns(
        int[] source, int from, int sourceStride, int rows, int columns, int to, int toStride) {
      int at = part.offset() + to * Triples.BYTES;
      Transposition.toTriples(
          source, from, sourceStride, rows, columns, part.array(), at, toStride);
    }
  }

  /**
   * Over ranges of bytes.
   *
   * @param parts at least one; all but the last hold the same number of residues, the last not more
   */
  public ResidueBytes(ResidueField field, List<Part> parts) {
    this.rooms = parts.stream().map(part -> room(field, part)).toArray(Room[]::new);
    this.partSize = parts.get(0).residues();
    for (int i = 0; i < rooms.length; i++) {
      int size = parts.get(i).residues();
      if (size < 1 || size > partSize || (size < partSize && i < rooms.length - 1)) {
        throw new IllegalArgumentException(
            "Residues in parts: expected " + partSize + " in part " + i + "; found " + size + ".");
      }
    }
  }

  @Override
  public void put(int to, int[] source, int from, int count) {
    for (int done = 0; done < count; ) {
      int part = (to + done) / partSize;
      int first = to + done - part * partSize;
      int run = Math.min(count - done, partSize - first);
      rooms[part].put(first, source, from + done, run);
      done += run;
    }
  }

  @Override
  public void putColumns(
      int[] source, int from, int sourceStride, int rows, int columns, int to, int toStride) {
    for (int c = 0; c < columns; ) {
      int start = to + c * toStride;
      int left = partSize - start % partSize;
      if (left < rows) {
        // one column in two parts, or more
        transpose(source, from + c, sourceStride, left, 1, start, toStride);
        int rest = from + c + left * sourceStride;
        putColumns(source, rest, sourceStride, rows - left, 1, start + left, toStride);
        c++;
      } else {
        int run = Math.min(columns - c, (left - rows) / toStride + 1);
        transpose(source, from + c, sourceStride, rows, run, start, toStride);
        c += run;
      }
    }
  }

  /** Columns that lie in one part. */
  private void transpose(
      int[] source, int from, int sourceStride, int rows, int columns, int to, int toStride) {
    Room room = rooms[to / partSize];
    room.putColumns(source, from, sourceStride, rows, columns, to % partSize, toStride);
  }

  private static Room room(ResidueField field, Part part) {
    return switch (field) {
      case P31 ->
          new Words(part, ResidueCoding.words(part.array(), part.offset(), part.residues()));
      case P24 -> new OfTriples(part);
    };
  }
}
