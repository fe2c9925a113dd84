/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.kernel.onednn;

import java.nio.IntBuffer;
import org.lepcnn.core.linear.ConvGeometry;

/**
 * Writes planar residues as channel-last limb images, the source of a convolution: {@code
 * [limb][image][y][x][channel]} of unsigned bytes, four channels to a word.
 *
 * <p>Channels are taken four at a time; where their number is not a multiple of four, every group
 * is filled up with zero channels (the weights are filled up likewise). For one thread.
 */
final class LimbImages {
  private static final int WORD = Integer.BYTES;

  /** Words of one tile and limb: four of them and the transposed one fit a first-level cache. */
  private static final int TILE_WORDS = 2048;

  /** Positions of a tile, at least: shorter runs cost more to copy than to compute. */
  private static final int MIN_TILE = 32;

  private final ConvGeometry geometry;
  private final Axis rows;
  private final Axis columns;
  private final boolean canvas;
  private final int groupChannels;
  private final int paddedGroupChannels;
  private final int words;
  private final int tile;
  private final int wordsPerPass;
  private final int[][] limbs;
  private final int[] transposed;
  private final LimbSplit split;

  /**
   * Buffers for one thread.
   *
   * @param rows the axis that the primitive sees
   * @param columns the axis that the primitive sees
   */
  LimbImages(ConvGeometry geometry, Axis rows, Axis columns, boolean canvas) {
    this.geometry = geometry;
    this.rows = rows;
    this.columns = columns;
    this.canvas = canvas;
    this.groupChannels = geometry.inChannels() / geometry.groups();
    this.paddedGroupChannels = paddedGroupChannels(geometry);
    this.words = paddedGroupChannels * geometry.groups() / WORD;
    int plane = geometry.inHeight() * geometry.inWidth();
    this.tile = Math.min(plane, Math.max(MIN_TILE, TILE_WORDS / words));
    this.wordsPerPass = Math.min(words, Math.max(1, LimbLoops.PASS / tile));
    this.limbs = new int[WORD][tile * words];
    this.transposed = new int[tile * words];
    this.split = new LimbSplit(tile * wordsPerPass, false);
  }

  /** Channels of one group after filling up. */
  static int paddedGroupChannels(ConvGeometry geometry) {
    int channels = geometry.inChannels() / geometry.groups();
    return geometry.inChannels() % WORD == 0 ? channels : (channels + WORD - 1) / WORD * WORD;
  }

  /**
   * Writes one image.
   *
   * @param input planar residues, from {@code offset}
   * @param target the limb images as words
   * @param at the image's first word within limb 0
   * @param limbStride words between two limbs
   */
  void write(int[] input, int offset, IntBuffer target, int at, int limbStride) {
    int plane = geometry.inHeight() * geometry.inWidth();
    for (int first = 0; first < plane; first += tile) {
      int count = Math.min(tile, plane - first);
      splitTile(input, offset + first, plane, count);
      for (int limb = 0; limb < WORD; limb++) {
        writeTile(limbs[limb], first, count, target, at + limb * limbStride);
      }
    }
  }

  /** Fills {@link #limbs} with {@code [word][position]}. */
  private void splitTile(int[] input, int from, int plane, int count) {
    for (int word = 0; word < words; word += wordsPerPass) {
      int taken = Math.min(wordsPerPass, words - word);
      for (int i = 0; i < taken; i++) {
        takeWord(input, from, plane, count, word + i, i * count);
      }
      split.split(taken * count);
      for (int limb = 0; limb < WORD; limb++) {
        System.arraycopy(split.limb(limb), 0, limbs[limb], word * count, taken * count);
      }
    }
  }

  private void takeWord(int[] input, int from, int plane, int count, int word, int at) {
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

  private void writeTile(int[] limb, int first, int count, IntBuffer target, int at) {
    int[] pixels = limb;
    if (words > 1) {
      LimbLoops.transpose(limb, 0, count, words, count, transposed, 0, words);
      pixels = transposed;
    }
    if (!canvas) {
      target.put(at + first * words, pixels, 0, count * words);
      return;
    }
    for (int i = 0; i < count; i++) {
      int y =
          place(
              (first + i) / geometry.inWidth(),
              geometry.inputDilationHeight(),
              geometry.padTop(),
              rows.in());
      int x =
          place(
              (first + i) % geometry.inWidth(),
              geometry.inputDilationWidth(),
              geometry.padLeft(),
              columns.in());
      if (y >= 0 && x >= 0) {
        target.put(at + (y * columns.in() + x) * words, pixels, i * words, words);
      }
    }
  }

  /** Where an input lies on the canvas, or −1 where no output looks at it. */
  private static int place(int index, int inputDilation, int pad, int size) {
    int place = index * inputDilation + pad;
    return place < size ? Math.max(place, -1) : -1;
  }
}
