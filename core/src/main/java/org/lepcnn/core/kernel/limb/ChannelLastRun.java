/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.kernel.limb;

import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.residue.Transposition;

/**
 * Turns planar residues into channel-last unsigned limbs: for every limb and position the bytes of
 * all channels, four to a word.
 *
 * <p>Channels are taken four at a time; where their number is not a multiple of four, every group
 * is filled up with zero channels. For one thread.
 */
public final class ChannelLastRun {
  private static final int WORD = Integer.BYTES;

  /** Words of one tile and limb: four of them and the transposed one fit a first-level cache. */
  private static final int TILE_WORDS = 2048;

  /** Positions of a tile, at least: shorter runs cost more to copy than to compute. */
  private static final int MIN_TILE = 32;

  private final int groupChannels;
  private final int paddedGroupChannels;
  private final int words;
  private final int tile;
  private final int wordsPerPass;
  private final ChannelWords split;
  private final int[][] limbs;
  private final int[] transposed;
  private int count;

  /**
   * Buffers for one thread.
   *
   * @param field of the residues
   * @param channels of an image
   * @param groups of channels
   * @param positions of an image
   */
  public ChannelLastRun(ResidueField field, int channels, int groups, int positions) {
    this(field, channels, groups, positions, TILE_WORDS);
  }

  /**
   * Buffers for one thread, with tiles of a size of their own: larger ones read longer runs.
   *
   * @param tileWords words of one tile and limb, about
   */
  public ChannelLastRun(
      ResidueField field, int channels, int groups, int positions, int tileWords) {
    this.groupChannels = channels / groups;
    this.paddedGroupChannels = paddedGroupChannels(channels, groups);
    this.words = paddedGroupChannels * groups / WORD;
    this.tile = Math.min(positions, Math.max(MIN_TILE, tileWords / words));
    this.wordsPerPass = Math.min(words, Math.max(1, LimbLoops.PASS / tile));
    this.split = new ChannelWords(field, tile * wordsPerPass, false);
    this.limbs = new int[field.limbs()][tile * words];
    this.transposed = new int[words > 1 ? tile * words : 0];
  }

  /** Channels of one group after filling up. */
  public static int paddedGroupChannels(int channels, int groups) {
    int inGroup = channels / groups;
    return channels % WORD == 0 ? inGroup : (inGroup + WORD - 1) / WORD * WORD;
  }

  /** Words of one position. */
  public int words() {
    return words;
  }

  /** The most positions that {@link #split} takes. */
  public int tile() {
    return tile;
  }

  /**
   * Splits a run of positions.
   *
   * @param input planar residues
   * @param from the first position of channel 0
   * @param plane residues of one channel
   * @param positions how many, at most {@link #tile}
   */
  public void split(int[] input, int from, int plane, int positions) {
    count = positions;
    for (int word = 0; word < words; word += wordsPerPass) {
      int taken = Math.min(wordsPerPass, words - word);
      for (int i = 0; i < taken; i++) {
        takeWord(input, from, plane, word + i, i * count);
      }
      split.split(taken * count);
      for (int limb = 0; limb < limbs.length; limb++) {
        System.arraycopy(split.limb(limb), 0, limbs[limb], word * count, taken * count);
      }
    }
  }

  /**
   * One limb of the positions last split, {@code [position][word]}; valid until the next call of
   * any method.
   */
  public int[] pixels(int limb) {
    if (words == 1) {
      return limbs[limb];
    }
    Transposition.toInts(limbs[limb], 0, count, words, count, transposed, 0, words);
    return transposed;
  }

  private void takeWord(int[] input, int from, int plane, int word, int at) {
    boolean padded = paddedGroupChannels != groupChannels;
    int wordsPerGroup = padded ? paddedGroupChannels / WORD : words;
    int channelsPerGroup = padded ? groupChannels : WORD * words;
    int channel = word % wordsPerGroup * WORD;
    int first = word / wordsPerGroup * channelsPerGroup + channel;
    for (int k = 0; k < WORD; k++) {
      if (channel + k < channelsPerGroup) {
        split.take(k, input, from + (first + k) * plane, at, count);
      } else {
        split.takeZeros(k, at, count);
      }
    }
  }
}
