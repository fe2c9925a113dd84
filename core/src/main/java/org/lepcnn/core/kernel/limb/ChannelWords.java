/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.kernel.limb;

import java.util.Arrays;
import org.lepcnn.core.field.ResidueField;

/**
 * Limbs as words, {@code [limb][position]}: the bytes of a word are the limbs of four channels at
 * one position, or of four neighbours. For one thread.
 */
public final class ChannelWords {
  private static final int WORD = Integer.BYTES;

  private final ResidueField field;
  private final boolean signed;
  private final int[][] quad;
  private final int[] firstPair;
  private final int[] secondPair;
  private final int[][] limbs;

  /**
   * Buffers.
   *
   * @param field of the residues
   * @param capacity words of one limb
   * @param signed whether limbs are signed bytes, see {@link Limbs31#signedLimbs}
   */
  public ChannelWords(ResidueField field, int capacity, boolean signed) {
    this.field = field;
    this.signed = signed;
    this.quad = new int[WORD][capacity];
    this.firstPair = new int[capacity];
    this.secondPair = new int[capacity];
    this.limbs = new int[field.limbs()][capacity];
  }

  /** Takes residues of the channel that becomes byte {@code place}, to word {@code at} and on. */
  public void take(int place, int[] residues, int from, int at, int count) {
    System.arraycopy(residues, from, quad[place], at, count);
  }

  /** Takes zeros for the channel that becomes byte {@code place}. */
  public void takeZeros(int place, int at, int count) {
    Arrays.fill(quad[place], at, at + count, 0);
  }

  /** Takes neighbouring residues, four for every word, from index 0 on. */
  public void takeNeighbours(int[] residues, int words) {
    LimbLoops.deinterleave(residues, quad[0], quad[1], quad[2], quad[3], words);
  }

  /** Splits the first {@code length} words; residues that were taken are used up. */
  public void split(int length) {
    if (signed) {
      for (int[] channel : quad) {
        switch (field) {
          case P31 -> Limbs31.signedLimbs(channel, length);
          case P24 -> Limbs24.signedLimbs(channel, length);
        }
      }
    }
    for (int odd = 0; odd < 2; odd++) {
      LimbLoops.pair(quad[0], quad[1], odd * Byte.SIZE, firstPair, length);
      LimbLoops.pair(quad[2], quad[3], odd * Byte.SIZE, secondPair, length);
      LimbLoops.mergeLower(firstPair, secondPair, limbs[odd], length);
      if (odd + 2 < limbs.length) {
        LimbLoops.mergeUpper(firstPair, secondPair, limbs[odd + 2], length);
      }
    }
  }

  /** Limbs of a residue. */
  public int limbs() {
    return limbs.length;
  }

  /** The words of one limb, valid until the next {@link #split}. */
  public int[] limb(int index) {
    return limbs[index];
  }
}
