/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.session;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Room for residues as they lie in a file, four bytes each, little-endian: what the cipher writes
 * is read as ints without a copy between them. Used by one thread at a time.
 */
final class PackedResidues {
  private final byte[] bytes;
  private final IntBuffer ints;

  /** So many residues may have been written since the last erasure. */
  private int written;

  PackedResidues(int length) {
    bytes = new byte[Math.multiplyExact(length, Integer.BYTES)];
    ints = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer();
  }

  /** How many residues fit. */
  int capacity() {
    return ints.capacity();
  }

  /** The bytes, of which the first {@code length} residues are to be written. */
  byte[] write(int length) {
    written = Math.max(written, length);
    return bytes;
  }

  /** The residues, for access by index; the buffer's position stays 0. */
  IntBuffer ints() {
    return ints;
  }

  /** A copy of the first {@code length} residues. */
  int[] toInts(int length) {
    int[] copy = new int[length];
    ints.get(0, copy);
    return copy;
  }

  /** Overwrites what was written. */
  void erase() {
    Arrays.fill(bytes, 0, written * Integer.BYTES, (byte) 0);
    written = 0;
  }

  /**
   * Rooms for reuse: the smallest that is large enough, so that the rounds of a pass share what
   * lies in the cache already. What one leaves is overwritten by the next or by {@link #erase}.
   * Used by one thread at a time.
   */
  static final class Pool {
    private final List<PackedResidues> free = new ArrayList<>();

    PackedResidues take(int length) {
      int best = -1;
      for (int i = 0; i < free.size(); i++) {
        int capacity = free.get(i).capacity();
        if (capacity >= length && (best < 0 || capacity < free.get(best).capacity())) {
          best = i;
        }
      }
      return best < 0 ? new PackedResidues(length) : free.remove(best);
    }

    void give(PackedResidues residues) {
      free.add(residues);
    }

    /** Overwrites whatever was written into the rooms that were given back. */
    void erase() {
      for (PackedResidues residues : free) {
        residues.erase();
      }
    }
  }
}
