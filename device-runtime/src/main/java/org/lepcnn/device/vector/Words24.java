/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.vector;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;

/**
 * Words of 24 bits, four in three int32, so that vector instructions take them apart without moving
 * bytes between lanes. With a quarter of q words,
 *
 * <pre>
 *   word k, 0 ≤ k &lt; 3q        the lower 24 bits of int32 k
 *   word 3q + i, 0 ≤ i &lt; q    the highest bytes of int32 i, q + i and 2q + i, the lowest first
 * </pre>
 */
public final class Words24 {
  /** The bits of a word. */
  static final int MASK = (1 << 24) - 1;

  private Words24() {}

  /** The quarter of so many words that are packed by themselves. */
  private static int quarter(int count) {
    return (count + 3) / 4;
  }

  /** How many int32 hold so many words that are packed by themselves. */
  public static int packedSize(int count) {
    return 3 * quarter(count);
  }

  /**
   * Packs words.
   *
   * @param words each in the lower 24 bits of an int32, whose upper ones are 0
   */
  public static int[] pack(int[] words) {
    int quarter = quarter(words.length);
    int[] packed = new int[3 * quarter];
    System.arraycopy(words, 0, packed, 0, Math.min(words.length, packed.length));
    for (int i = 0; i < words.length - packed.length; i++) {
      int word = words[packed.length + i];
      packed[i] |= word << 24;
      packed[quarter + i] |= (word >>> 8) << 24;
      packed[2 * quarter + i] |= (word >>> 16) << 24;
    }
    return packed;
  }

  /**
   * Takes words apart that were packed by themselves, in place.
   *
   * @param bytes little-endian int32; receives a word in each
   */
  public static void unpack(byte[] bytes, int count) {
    unpack(bytes, 0, quarter(count), count);
  }

  /**
   * Takes words apart that were packed by themselves, in place.
   *
   * @param bytes little-endian int32, from the one numbered {@code first} on; receives a word in
   *     each
   */
  public static void unpackFrom(byte[] bytes, int first, int count) {
    unpack(bytes, first, quarter(count), count);
  }

  /**
   * Takes the first words apart, in place.
   *
   * @param bytes little-endian int32: as many as words, and all that these are in
   */
  public static void unpack(byte[] bytes, int quarter, int count) {
    unpack(bytes, 0, quarter, count);
  }

  private static void unpack(byte[] bytes, int first, int quarter, int count) {
    boolean vectors = VectorUnit.present();
    int whole = 3 * quarter;
    int made = Math.max(0, count - whole);
    int kept = Math.min(count, whole);
    // the last words before the first: these lose the bytes that those are made of
    int joined = vectors ? VectorLoops.join24(bytes, first, quarter, made) : 0;
    if (joined < made) {
      join(ints(bytes), first, quarter, joined, made);
    }
    int cleared = vectors ? VectorLoops.clear24(bytes, first, kept) : 0;
    if (cleared < kept) {
      clear(ints(bytes), first + cleared, first + kept);
    }
  }

  private static IntBuffer ints(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer();
  }

  private static void join(IntBuffer ints, int first, int quarter, int from, int to) {
    for (int i = first + from; i < first + to; i++) {
      int low = ints.get(i) >>> 24;
      int middle = ints.get(quarter + i) >>> 24;
      int high = ints.get(2 * quarter + i) >>> 24;
      ints.put(3 * quarter + i, low | (middle << 8) | (high << 16));
    }
  }

  private static void clear(IntBuffer ints, int from, int to) {
    for (int i = from; i < to; i++) {
      ints.put(i, ints.get(i) & MASK);
    }
  }
}
