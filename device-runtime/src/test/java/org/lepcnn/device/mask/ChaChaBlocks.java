/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.mask;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The ChaCha20 block function of RFC 8439, written from its text, with block number and id as the
 * package lays them out. A state is the sixteen words before the rounds; words 12 and 13 are the
 * number of the next block.
 */
final class ChaChaBlocks {
  /** Words of a state. */
  static final int WORDS = 16;

  static final int BLOCK_BYTES = WORDS * Integer.BYTES;

  private static final int[] CONSTANTS = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};
  private static final int KEY_AT = 4;
  private static final int KEY_WORDS = 8;
  private static final int NUMBER_AT = 12;
  private static final int ID_AT = 14;
  private static final int DOUBLE_ROUNDS = 10;

  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private ChaChaBlocks() {}

  /**
   * Sets constants and key.
   *
   * @param key 32 bytes, little-endian
   */
  static void begin(int[] state, ByteBuffer key) {
    System.arraycopy(CONSTANTS, 0, state, 0, CONSTANTS.length);
    key.asIntBuffer().get(state, KEY_AT, KEY_WORDS);
  }

  /** Moves to a block of the stream with that id. */
  static void seek(int[] state, long id, long block) {
    putLong(state, NUMBER_AT, block);
    putLong(state, ID_AT, id);
  }

  /**
   * Writes the next blocks and moves behind them.
   *
   * @param out receives them from {@code from} to {@code to}, whole blocks
   */
  static void blocks(int[] state, byte[] out, int from, int to) {
    for (int at = from; at < to; at += BLOCK_BYTES) {
      block(state, out, at);
      putLong(state, NUMBER_AT, number(state) + 1);
    }
  }

  private static long number(int[] state) {
    return (long) state[NUMBER_AT + 1] << Integer.SIZE | Integer.toUnsignedLong(state[NUMBER_AT]);
  }

  private static void putLong(int[] state, int at, long value) {
    state[at] = (int) value;
    state[at + 1] = (int) (value >>> Integer.SIZE);
  }

  private static void block(int[] state, byte[] out, int at) {
    int x0 = state[0];
    int x1 = state[1];
    int x2 = state[2];
    int x3 = state[3];
    int x4 = state[4];
    int x5 = state[5];
    int x6 = state[6];
    int x7 = state[7];
    int x8 = state[8];
    int x9 = state[9];
    int x10 = state[10];
    int x11 = state[11];
    int x12 = state[12];
    int x13 = state[13];
    int x14 = state[14];
    int x15 = state[15];
    for (int round = 0; round < DOUBLE_ROUNDS; round++) {
      x0 += x4;
      x12 = Integer.rotateLeft(x12 ^ x0, 16);
      x8 += x12;
      x4 = Integer.rotateLeft(x4 ^ x8, 12);
      x0 += x4;
      x12 = Integer.rotateLeft(x12 ^ x0, 8);
      x8 += x12;
      x4 = Integer.rotateLeft(x4 ^ x8, 7);
      x1 += x5;
      x13 = Integer.rotateLeft(x13 ^ x1, 16);
      x9 += x13;
      x5 = Integer.rotateLeft(x5 ^ x9, 12);
      x1 += x5;
      x13 = Integer.rotateLeft(x13 ^ x1, 8);
      x9 += x13;
      x5 = Integer.rotateLeft(x5 ^ x9, 7);
      x2 += x6;
      x14 = Integer.rotateLeft(x14 ^ x2, 16);
      x10 += x14;
      x6 = Integer.rotateLeft(x6 ^ x10, 12);
      x2 += x6;
      x14 = Integer.rotateLeft(x14 ^ x2, 8);
      x10 += x14;
      x6 = Integer.rotateLeft(x6 ^ x10, 7);
      x3 += x7;
      x15 = Integer.rotateLeft(x15 ^ x3, 16);
      x11 += x15;
      x7 = Integer.rotateLeft(x7 ^ x11, 12);
      x3 += x7;
      x15 = Integer.rotateLeft(x15 ^ x3, 8);
      x11 += x15;
      x7 = Integer.rotateLeft(x7 ^ x11, 7);
      x0 += x5;
      x15 = Integer.rotateLeft(x15 ^ x0, 16);
      x10 += x15;
      x5 = Integer.rotateLeft(x5 ^ x10, 12);
      x0 += x5;
      x15 = Integer.rotateLeft(x15 ^ x0, 8);
      x10 += x15;
      x5 = Integer.rotateLeft(x5 ^ x10, 7);
      x1 += x6;
      x12 = Integer.rotateLeft(x12 ^ x1, 16);
      x11 += x12;
      x6 = Integer.rotateLeft(x6 ^ x11, 12);
      x1 += x6;
      x12 = Integer.rotateLeft(x12 ^ x1, 8);
      x11 += x12;
      x6 = Integer.rotateLeft(x6 ^ x11, 7);
      x2 += x7;
      x13 = Integer.rotateLeft(x13 ^ x2, 16);
      x8 += x13;
      x7 = Integer.rotateLeft(x7 ^ x8, 12);
      x2 += x7;
      x13 = Integer.rotateLeft(x13 ^ x2, 8);
      x8 += x13;
      x7 = Integer.rotateLeft(x7 ^ x8, 7);
      x3 += x4;
      x14 = Integer.rotateLeft(x14 ^ x3, 16);
      x9 += x14;
      x4 = Integer.rotateLeft(x4 ^ x9, 12);
      x3 += x4;
      x14 = Integer.rotateLeft(x14 ^ x3, 8);
      x9 += x14;
      x4 = Integer.rotateLeft(x4 ^ x9, 7);
    }
    INTS.set(out, at, x0 + state[0]);
    INTS.set(out, at + 4, x1 + state[1]);
    INTS.set(out, at + 8, x2 + state[2]);
    INTS.set(out, at + 12, x3 + state[3]);
    INTS.set(out, at + 16, x4 + state[4]);
    INTS.set(out, at + 20, x5 + state[5]);
    INTS.set(out, at + 24, x6 + state[6]);
    INTS.set(out, at + 28, x7 + state[7]);
    INTS.set(out, at + 32, x8 + state[8]);
    INTS.set(out, at + 36, x9 + state[9]);
    INTS.set(out, at + 40, x10 + state[10]);
    INTS.set(out, at + 44, x11 + state[11]);
    INTS.set(out, at + 48, x12 + state[12]);
    INTS.set(out, at + 52, x13 + state[13]);
    INTS.set(out, at + 56, x14 + state[14]);
    INTS.set(out, at + 60, x15 + state[15]);
  }
}
