/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.kernel.onednn;

import java.nio.IntBuffer;

/** Recombines channel-last accumulators of four limbs into planar residues. For one thread. */
final class Recombination {
  private static final int LIMBS = 4;

  /** Residues of one tile: with their four accumulators they stay in a second-level cache. */
  private static final int TILE = 4096;

  private final int channels;
  private final boolean small;
  private final int tile;
  private final int[][] accumulators;
  private final int[] folded;
  private final int[] residues;

  /**
   * Buffers for one thread.
   *
   * @param channels output channels
   * @param bound the largest magnitude of an accumulator
   */
  Recombination(int channels, long bound) {
    this.channels = channels;
    this.small = bound < LimbLoops.SMALL_ACCUMULATOR;
    this.tile = Math.max(16, TILE / channels);
    this.accumulators = new int[LIMBS][tile * channels];
    this.folded = new int[small ? 0 : tile * channels];
    this.residues = new int[tile * channels];
  }

  /**
   * Recombines a run of positions.
   *
   * @param source accumulators {@code [limb][position][channel]}
   * @param at the first position's first accumulator of limb 0
   * @param limbStride accumulators between two limbs
   * @param positions how many
   * @param output planar residues
   * @param to the first position in the plane of channel 0
   * @param plane residues of one channel
   */
  void planar(
      IntBuffer source, int at, int limbStride, int positions, int[] output, int to, int plane) {
    for (int first = 0; first < positions; first += tile) {
      int count = Math.min(tile, positions - first);
      combine(source, at + first * channels, limbStride, count * channels, residues, 0);
      LimbLoops.transpose(residues, 0, channels, count, channels, output, to + first, plane);
    }
  }

  /** Recombines a run of accumulators into the same order. */
  void flat(IntBuffer source, int at, int limbStride, int length, int[] output, int to) {
    for (int first = 0; first < length; first += residues.length) {
      int count = Math.min(residues.length, length - first);
      combine(source, at + first, limbStride, count, output, to + first);
    }
  }

  private void combine(IntBuffer source, int at, int limbStride, int length, int[] output, int to) {
    int[][] a = accumulators;
    for (int limb = 0; limb < LIMBS; limb++) {
      source.get(at + limb * limbStride, a[limb], 0, length);
    }
    if (small) {
      LimbLoops.addSmall(a[0], a[1], length);
      LimbLoops.addSmall(a[2], a[3], length);
      LimbLoops.joinSmall(a[0], a[2], output, to, length);
    } else {
      LimbLoops.fold(a[0], a[1], folded, length);
      LimbLoops.fold(a[2], a[3], a[1], length);
      LimbLoops.join(folded, a[1], output, to, length);
    }
  }
}
