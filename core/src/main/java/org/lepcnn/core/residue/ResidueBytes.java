/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.residue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.util.List;

/**
 * Room for residues as little-endian int32, in one range of bytes or in several one after the
 * other, as chunks take them. The bytes are shared.
 */
public final class ResidueBytes implements ResidueSink {
  private final Part[] parts;
  private final IntBuffer[] views;
  private final int partSize;

  /**
   * A range of bytes.
   *
   * @param array holds it
   * @param offset of the first byte
   * @param residues how many the range holds
   */
  @SuppressWarnings("ArrayRecordComponent") // sharing the array is the purpose
  public record Part(byte[] array, int offset, int residues) {
    private IntBuffer view() {
      return ByteBuffer.wrap(array, offset, residues * Integer.BYTES)
          .slice()
          .order(ByteOrder.LITTLE_ENDIAN)
          .asIntBuffer();
    }
  }

  /**
   * Over ranges of bytes.
   *
   * @param parts at least one; all but the last hold the same number of residues, the last not more
   */
  public ResidueBytes(List<Part> parts) {
    this.parts = parts.toArray(Part[]::new);
    this.views = parts.stream().map(Part::view).toArray(IntBuffer[]::new);
    this.partSize = parts.get(0).residues();
    for (int i = 0; i < this.parts.length; i++) {
      int size = parts.get(i).residues();
      if (size < 1 || size > partSize || (size < partSize && i < this.parts.length - 1)) {
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
      views[part].put(first, source, from + done, run);
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
    Part part = parts[to / partSize];
    int at = part.offset() + to % partSize * Integer.BYTES;
    Transposition.toBytes(source, from, sourceStride, rows, columns, part.array(), at, toStride);
  }
}
