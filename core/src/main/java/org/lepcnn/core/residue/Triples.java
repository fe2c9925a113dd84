/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.residue;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.lepcnn.core.field.Field24;

/**
 * Residues modulo 2²⁴ − 3 as little-endian triples of bytes, one after the other. The loops take
 * eight at a time, which are three 64-bit words.
 */
final class Triples {
  /** Bytes of a residue. */
  static final int BYTES = 3;

  /** Residues that a loop takes at a time. */
  static final int GROUP = 8;

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final int GROUP_BYTES = GROUP * BYTES;
  private static final int PAIR_BYTES = 2 * BYTES;
  private static final int MASK = Field24.MASK;

  /** 2²⁴ − p in each residue of a pair: added to one that is not canonical, it carries. */
  private static final long CARRYING =
      (1L + (1L << Field24.BITS)) * ((1 << Field24.BITS) - Field24.P);

  /** Where the carries of a pair arrive. */
  private static final long CARRIES = (1L << Field24.BITS) | (1L << (2 * Field24.BITS));

  private Triples() {}

  /**
   * Writes a run of residues, and no byte behind it.
   *
   * @param at the first byte
   */
  static void write(int[] source, int from, int count, byte[] bytes, int at) {
    int end = from + count;
    int i = from;
    int to = at;
    for (; i <= end - GROUP; i += GROUP, to += GROUP_BYTES) {
      setGroup(
          bytes,
          to,
          source[i],
          source[i + 1],
          source[i + 2],
          source[i + 3],
          source[i + 4],
          source[i + 5],
          source[i + 6],
          source[i + 7]);
    }
    for (; i < end; i++, to += BYTES) {
      set(bytes, to, source[i]);
    }
  }

  /**
   * Reads a run of residues, as they are.
   *
   * @param at the first byte
   */
  static void read(byte[] bytes, int at, int[] target, int to, int count) {
    int end = to + count;
    int i = to;
    int from = at;
    for (; i <= end - GROUP; i += GROUP, from += GROUP_BYTES) {
      long pair0 = pair(bytes, from);
      long pair1 = pair(bytes, from + PAIR_BYTES);
      long pair2 = pair(bytes, from + 2 * PAIR_BYTES);
      long pair3 = lastPair(bytes, from);
      target[i] = (int) pair0 & MASK;
      target[i + 1] = (int) (pair0 >>> Field24.BITS) & MASK;
      target[i + 2] = (int) pair1 & MASK;
      target[i + 3] = (int) (pair1 >>> Field24.BITS) & MASK;
      target[i + 4] = (int) pair2 & MASK;
      target[i + 5] = (int) (pair2 >>> Field24.BITS) & MASK;
      target[i + 6] = (int) pair3 & MASK;
      target[i + 7] = (int) (pair3 >>> Field24.BITS) & MASK;
    }
    for (; i < end; i++, from += BYTES) {
      target[i] = get(bytes, from);
    }
  }

  /**
   * Whether all residues of a run are in [0, p). A carry of the lower residue of a pair may make
   * the upper one carry, too; it is not canonical then either way.
   *
   * @param at the first byte
   */
  static boolean allCanonical(byte[] bytes, int at, int count) {
    int end = at + count * BYTES;
    int from = at;
    long found = 0;
    for (; from <= end - GROUP_BYTES; from += GROUP_BYTES) {
      found |=
          carries(pair(bytes, from))
              | carries(pair(bytes, from + PAIR_BYTES))
              | carries(pair(bytes, from + 2 * PAIR_BYTES))
              | carries(lastPair(bytes, from));
    }
    boolean rest = true;
    for (; from < end; from += BYTES) {
      rest &= Field24.isCanonical(get(bytes, from));
    }
    return rest && (found & CARRIES) == 0;
  }

  /** Writes one residue. */
  static void set(byte[] bytes, int at, int residue) {
    bytes[at] = (byte) residue;
    bytes[at + 1] = (byte) (residue >> 8);
    bytes[at + 2] = (byte) (residue >> 16);
  }

  /** Writes eight residues, each below 2²⁴. */
  static void setGroup(
      byte[] bytes, int at, long a, long b, long c, long d, long e, long f, long g, long h) {
    LONGS.set(bytes, at, a | (b << 24) | (c << 48));
    LONGS.set(bytes, at + Long.BYTES, (c >>> 16) | (d << 8) | (e << 32) | (f << 56));
    LONGS.set(bytes, at + 2 * Long.BYTES, (f >>> 8) | (g << 16) | (h << 40));
  }

  private static int get(byte[] bytes, int at) {
    return (bytes[at] & 0xff) | ((bytes[at + 1] & 0xff) << 8) | ((bytes[at + 2] & 0xff) << 16);
  }

  /** Two residues in the lower bits; what is above them belongs to others. */
  private static long pair(byte[] bytes, int at) {
    return (long) LONGS.get(bytes, at);
  }

  /** The last two of a group, from the bytes of the group alone. */
  private static long lastPair(byte[] bytes, int group) {
    return (long) LONGS.get(bytes, group + GROUP_BYTES - Long.BYTES) >>> 16;
  }

  /** The carries that come into each bit when a pair is added to {@link #CARRYING}. */
  private static long carries(long pair) {
    return (pair + CARRYING) ^ pair ^ CARRYING;
  }
}
