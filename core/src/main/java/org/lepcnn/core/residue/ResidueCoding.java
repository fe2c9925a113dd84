/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.residue;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import org.lepcnn.core.field.Field31;
import org.lepcnn.core.field.ResidueField;

/**
 * Residues to and from the bytes in which they travel: little-endian, four bytes each in the field
 * of 31 bits and three in that of 24, one after the other.
 */
public final class ResidueCoding {
  private static final VarHandle PAIRS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle WORDS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long ONE_EACH = 0x0000_0001_0000_0001L;
  private static final long TOP_BITS = 0x8000_0000_8000_0000L;

  private ResidueCoding() {}

  /**
   * Writes canonical residues.
   *
   * @param from index of the first one
   * @param at the first byte
   */
  public static void write(
      ResidueField field, int[] source, int from, int count, byte[] bytes, int at) {
    switch (field) {
      case P31 -> words(bytes, at, count).put(source, from, count);
      case P24 -> Triples.write(source, from, count, bytes, at);
    }
  }

  /**
   * Reads residues as they are: nothing checks here that they are canonical.
   *
   * @param at the first byte
   * @param to index of the first one
   */
  public static void read(
      ResidueField field, byte[] bytes, int at, int[] target, int to, int count) {
    switch (field) {
      case P31 -> words(bytes, at, count).get(target, to, count);
      case P24 -> Triples.read(bytes, at, target, to, count);
    }
  }

  /**
   * Whether all residues of a range of bytes are in [0, p).
   *
   * @param at the first byte
   */
  public static boolean allCanonical(ResidueField field, byte[] bytes, int at, int count) {
    return switch (field) {
      case P31 -> wordsAreCanonical(bytes, at, count);
      case P24 -> Triples.allCanonical(bytes, at, count);
    };
  }

  /** A view of a range of bytes as little-endian int32; at its beginning. */
  static IntBuffer words(byte[] bytes, int at, int count) {
    return ByteBuffer.wrap(bytes, at, count * Integer.BYTES)
        .slice()
        .order(ByteOrder.LITTLE_ENDIAN)
        .asIntBuffer();
  }

  /**
   * Two at a time. A word w is not canonical when its top bit is set (w ≥ 2³¹) or when w = p = 2³¹
   * − 1, and then w + 1 has the top bit. The sum of the lower word only carries into the upper one
   * when it is 2³² − 1, whose own top bit tells already.
   */
  private static boolean wordsAreCanonical(byte[] bytes, int from, int count) {
    int at = from;
    int end = at + count * Integer.BYTES;
    long found = 0;
    for (; at <= end - Long.BYTES; at += Long.BYTES) {
      long pair = (long) PAIRS.get(bytes, at);
      found |= pair | (pair + ONE_EACH);
    }
    boolean last = at == end || Field31.isCanonical((int) WORDS.get(bytes, at));
    return last && (found & TOP_BITS) == 0;
  }
}
