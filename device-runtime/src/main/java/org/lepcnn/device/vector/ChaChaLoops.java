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
 * alone. Nothing is allocated once the compiler has seen the loop.
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

  /** Word k of all blocks goes to row k mod LANES of its square; the squares stand side by side. */
  private static final int[] PLACES = places();

  private ChaChaLoops() {}

  private static int[] places() {
    int[] places = new int[WORDS];
    for (int k = 0; k < WORDS; k++) {
      int row = k % LANES;
      places[k] = row * BLOCK_BYTES + (k - row) * Integer.BYTES;
    }
    return places;
  }

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

  /**
   * A block for every lane; word k of all lies where {@link #transpose} expects it.
   *
   * <p>No method of this class may handle a vector: the rounds take the compiler beyond its limit
   * for inlining, where it inlines the platform's vector methods alone, and a vector that leaves
   * compiled code becomes an object.
   */
  private static void group(int[] state, byte[] out, int at) {
    IntVector x0 = IntVector.broadcast(INTS, state[0]);
    IntVector x1 = IntVector.broadcast(INTS, state[1]);
    IntVector x2 = IntVector.broadcast(INTS, state[2]);
    IntVector x3 = IntVector.broadcast(INTS, state[3]);
    IntVector x4 = IntVector.broadcast(INTS, state[4]);
    IntVector x5 = IntVector.broadcast(INTS, state[5]);
    IntVector x6 = IntVector.broadcast(INTS, state[6]);
    IntVector x7 = IntVector.broadcast(INTS, state[7]);
    IntVector x8 = IntVector.broadcast(INTS, state[8]);
    IntVector x9 = IntVector.broadcast(INTS, state[9]);
    IntVector x10 = IntVector.broadcast(INTS, state[10]);
    IntVector x11 = IntVector.broadcast(INTS, state[11]);
    IntVector numbers = IntVector.broadcast(INTS, state[NUMBER]).addIndex(1);
    IntVector x12 = numbers;
    IntVector x13 = IntVector.broadcast(INTS, state[13]);
    IntVector x14 = IntVector.broadcast(INTS, state[14]);
    IntVector x15 = IntVector.broadcast(INTS, state[15]);
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
    x0.add(state[0]).reinterpretAsBytes().intoArray(out, at + PLACES[0]);
    x1.add(state[1]).reinterpretAsBytes().intoArray(out, at + PLACES[1]);
    x2.add(state[2]).reinterpretAsBytes().intoArray(out, at + PLACES[2]);
    x3.add(state[3]).reinterpretAsBytes().intoArray(out, at + PLACES[3]);
    x4.add(state[4]).reinterpretAsBytes().intoArray(out, at + PLACES[4]);
    x5.add(state[5]).reinterpretAsBytes().intoArray(out, at + PLACES[5]);
    x6.add(state[6]).reinterpretAsBytes().intoArray(out, at + PLACES[6]);
    x7.add(state[7]).reinterpretAsBytes().intoArray(out, at + PLACES[7]);
    x8.add(state[8]).reinterpretAsBytes().intoArray(out, at + PLACES[8]);
    x9.add(state[9]).reinterpretAsBytes().intoArray(out, at + PLACES[9]);
    x10.add(state[10]).reinterpretAsBytes().intoArray(out, at + PLACES[10]);
    x11.add(state[11]).reinterpretAsBytes().intoArray(out, at + PLACES[11]);
    x12.add(numbers).reinterpretAsBytes().intoArray(out, at + PLACES[NUMBER]);
    x13.add(state[13]).reinterpretAsBytes().intoArray(out, at + PLACES[13]);
    x14.add(state[14]).reinterpretAsBytes().intoArray(out, at + PLACES[14]);
    x15.add(state[15]).reinterpretAsBytes().intoArray(out, at + PLACES[15]);
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
