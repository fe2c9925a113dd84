/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.vector;

import static jdk.incubator.vector.VectorOperators.ROL;
import static jdk.incubator.vector.VectorOperators.XOR;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * ChaCha20 blocks, as many at once as a vector has lanes: a vector holds one word of each. To be
 * called only where {@link VectorUnit} says so.
 *
 * <p>Nothing but additions, exclusive ors and rotations by constants: time depends on the length
 * alone.
 */
public final class ChaChaLoops {
  private static final int MAX_LANES = 16;

  /** Never more lanes than a block has words, so that squares of both tile the blocks. */
  private static final VectorSpecies<Integer> INTS =
      IntVector.SPECIES_PREFERRED.length() > MAX_LANES
          ? IntVector.SPECIES_512
          : IntVector.SPECIES_PREFERRED;

  private static final int LANES = INTS.length();
  private static final int WORDS = 16;
  private static final int BLOCK_BYTES = WORDS * Integer.BYTES;
  private static final int GROUP_BYTES = LANES * BLOCK_BYTES;
  private static final int NUMBER = 12;
  private static final int DOUBLE_ROUNDS = 10;

  private static final VarHandle WORD =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private ChaChaLoops() {}

  /**
   * Writes the next blocks of a state, as many as whole vectors hold, and moves behind them. It
   * stops early where the lower word of the block number is about to wrap; the caller has the rest.
   *
   * @param state sixteen words: constants, key, 64-bit number of the next block, id
   * @param out receives the blocks from index 0
   * @param length bytes that are wanted
   * @return bytes that were written
   */
  public static int blocks(int[] state, byte[] out, int length) {
    int done = 0;
    while (done + GROUP_BYTES <= length && Integer.compareUnsigned(state[NUMBER], -LANES) < 0) {
      group(state, out, done);
      for (int column = 0; column < WORDS; column += LANES) {
        transpose(out, done + column * Integer.BYTES);
      }
      state[NUMBER] += LANES;
      done += GROUP_BYTES;
    }
    return done;
  }

  /** A block for every lane; word k of all lies where {@link #transpose} expects it. */
  private static void group(int[] state, byte[] out, int at) {
    IntVector x0 = of(state, 0);
    IntVector x1 = of(state, 1);
    IntVector x2 = of(state, 2);
    IntVector x3 = of(state, 3);
    IntVector x4 = of(state, 4);
    IntVector x5 = of(state, 5);
    IntVector x6 = of(state, 6);
    IntVector x7 = of(state, 7);
    IntVector x8 = of(state, 8);
    IntVector x9 = of(state, 9);
    IntVector x10 = of(state, 10);
    IntVector x11 = of(state, 11);
    IntVector numbers = of(state, NUMBER).addIndex(1);
    IntVector x12 = numbers;
    IntVector x13 = of(state, 13);
    IntVector x14 = of(state, 14);
    IntVector x15 = of(state, 15);
    for (int round = 0; round < DOUBLE_ROUNDS; round++) {
      x0 = x0.add(x4);
      x12 = x12.lanewise(XOR, x0).lanewise(ROL, 16);
      x8 = x8.add(x12);
      x4 = x4.lanewise(XOR, x8).lanewise(ROL, 12);
      x0 = x0.add(x4);
      x12 = x12.lanewise(XOR, x0).lanewise(ROL, 8);
      x8 = x8.add(x12);
      x4 = x4.lanewise(XOR, x8).lanewise(ROL, 7);
      x1 = x1.add(x5);
      x13 = x13.lanewise(XOR, x1).lanewise(ROL, 16);
      x9 = x9.add(x13);
      x5 = x5.lanewise(XOR, x9).lanewise(ROL, 12);
      x1 = x1.add(x5);
      x13 = x13.lanewise(XOR, x1).lanewise(ROL, 8);
      x9 = x9.add(x13);
      x5 = x5.lanewise(XOR, x9).lanewise(ROL, 7);
      x2 = x2.add(x6);
      x14 = x14.lanewise(XOR, x2).lanewise(ROL, 16);
      x10 = x10.add(x14);
      x6 = x6.lanewise(XOR, x10).lanewise(ROL, 12);
      x2 = x2.add(x6);
      x14 = x14.lanewise(XOR, x2).lanewise(ROL, 8);
      x10 = x10.add(x14);
      x6 = x6.lanewise(XOR, x10).lanewise(ROL, 7);
      x3 = x3.add(x7);
      x15 = x15.lanewise(XOR, x3).lanewise(ROL, 16);
      x11 = x11.add(x15);
      x7 = x7.lanewise(XOR, x11).lanewise(ROL, 12);
      x3 = x3.add(x7);
      x15 = x15.lanewise(XOR, x3).lanewise(ROL, 8);
      x11 = x11.add(x15);
      x7 = x7.lanewise(XOR, x11).lanewise(ROL, 7);
      x0 = x0.add(x5);
      x15 = x15.lanewise(XOR, x0).lanewise(ROL, 16);
      x10 = x10.add(x15);
      x5 = x5.lanewise(XOR, x10).lanewise(ROL, 12);
      x0 = x0.add(x5);
      x15 = x15.lanewise(XOR, x0).lanewise(ROL, 8);
      x10 = x10.add(x15);
      x5 = x5.lanewise(XOR, x10).lanewise(ROL, 7);
      x1 = x1.add(x6);
      x12 = x12.lanewise(XOR, x1).lanewise(ROL, 16);
      x11 = x11.add(x12);
      x6 = x6.lanewise(XOR, x11).lanewise(ROL, 12);
      x1 = x1.add(x6);
      x12 = x12.lanewise(XOR, x1).lanewise(ROL, 8);
      x11 = x11.add(x12);
      x6 = x6.lanewise(XOR, x11).lanewise(ROL, 7);
      x2 = x2.add(x7);
      x13 = x13.lanewise(XOR, x2).lanewise(ROL, 16);
      x8 = x8.add(x13);
      x7 = x7.lanewise(XOR, x8).lanewise(ROL, 12);
      x2 = x2.add(x7);
      x13 = x13.lanewise(XOR, x2).lanewise(ROL, 8);
      x8 = x8.add(x13);
      x7 = x7.lanewise(XOR, x8).lanewise(ROL, 7);
      x3 = x3.add(x4);
      x14 = x14.lanewise(XOR, x3).lanewise(ROL, 16);
      x9 = x9.add(x14);
      x4 = x4.lanewise(XOR, x9).lanewise(ROL, 12);
      x3 = x3.add(x4);
      x14 = x14.lanewise(XOR, x3).lanewise(ROL, 8);
      x9 = x9.add(x14);
      x4 = x4.lanewise(XOR, x9).lanewise(ROL, 7);
    }
    put(x0.add(of(state, 0)), out, at, 0);
    put(x1.add(of(state, 1)), out, at, 1);
    put(x2.add(of(state, 2)), out, at, 2);
    put(x3.add(of(state, 3)), out, at, 3);
    put(x4.add(of(state, 4)), out, at, 4);
    put(x5.add(of(state, 5)), out, at, 5);
    put(x6.add(of(state, 6)), out, at, 6);
    put(x7.add(of(state, 7)), out, at, 7);
    put(x8.add(of(state, 8)), out, at, 8);
    put(x9.add(of(state, 9)), out, at, 9);
    put(x10.add(of(state, 10)), out, at, 10);
    put(x11.add(of(state, 11)), out, at, 11);
    put(x12.add(numbers), out, at, NUMBER);
    put(x13.add(of(state, 13)), out, at, 13);
    put(x14.add(of(state, 14)), out, at, 14);
    put(x15.add(of(state, 15)), out, at, 15);
  }

  private static IntVector of(int[] state, int word) {
    return IntVector.broadcast(INTS, state[word]);
  }

  /** Word k of all blocks goes to row k mod LANES of its square; the squares stand side by side. */
  private static void put(IntVector words, byte[] out, int at, int k) {
    int row = k % LANES;
    int column = k - row;
    words.reinterpretAsBytes().intoArray(out, at + row * BLOCK_BYTES + column * Integer.BYTES);
  }

  /** Exchanges rows and columns of a square of LANES words by LANES blocks. */
  private static void transpose(byte[] out, int at) {
    for (int row = 1; row < LANES; row++) {
      for (int column = 0; column < row; column++) {
        int one = at + row * BLOCK_BYTES + column * Integer.BYTES;
        int other = at + column * BLOCK_BYTES + row * Integer.BYTES;
        int word = (int) WORD.get(out, one);
        WORD.set(out, one, (int) WORD.get(out, other));
        WORD.set(out, other, word);
      }
    }
  }
}
