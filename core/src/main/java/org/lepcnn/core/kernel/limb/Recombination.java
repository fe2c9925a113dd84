/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.kernel.limb;

import java.nio.IntBuffer;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.residue.ResidueSink;

/** Recombines the accumulators of limbs of eight bits into planar residues. For one thread. */
public final class Recombination {

  /** Positions that are transposed at a time, at least: a cache line of outputs. */
  private static final int POSITIONS = 16;

  private final ResidueField field;
  private final long bound;
  private final int[][] accumulators;
  private final int[] folded;
  private int[] residues = new int[0];

  /**
   * Buffers for one thread.
   *
   * @param field of the residues
   * @param bound the largest magnitude of an accumulator, at most 2³¹ − 1
   */
  public Recombination(ResidueField field, long bound) {
    this.field = field;
    this.bound = bound;
    this.accumulators = new int[field.limbs()][LimbLoops.PASS];
    this.folded = new int[bound > Limbs31.CARRYING_ACCUMULATOR ? LimbLoops.PASS : 0];
  }

  /**
   * Recombines a run of positions.
   *
   * @param source accumulators {@code [limb][position][channel]}
   * @param at the first position's first accumulator of limb 0
   * @param limbStride accumulators between two limbs
   * @param positions how many
   * @param channels how many
   * @param output planar residues
   * @param to the first position in the plane of channel 0
   * @param plane residues of one channel
   */
  public void planar(
      IntBuffer source,
      int at,
      int limbStride,
      int positions,
      int channels,
      ResidueSink output,
      int to,
      int plane) {
    int fromPass = LimbLoops.PASS / channels / POSITIONS * POSITIONS;
    int tile = fromPass > 0 ? fromPass : Math.max(POSITIONS, 4 * LimbLoops.PASS / channels);
    if (fromPass == 0 && residues.length < tile * channels) {
      residues = new int[tile * channels];
    }
    for (int first = 0; first < positions; first += tile) {
      int count = Math.min(tile, positions - first);
      int from = at + first * channels;
      int[] run = residues;
      if (fromPass > 0) {
        run = pass(source, from, limbStride, count * channels);
      } else {
        flat(source, from, limbStride, count * channels, ResidueSink.of(residues), 0);
      }
      output.putColumns(run, 0, channels, count, channels, to + first, plane);
    }
  }

  /** Recombines a run of accumulators into the same order. */
  public void flat(
      IntBuffer source, int at, int limbStride, int length, ResidueSink output, int to) {
    for (int first = 0; first < length; first += LimbLoops.PASS) {
      int count = Math.min(LimbLoops.PASS, length - first);
      output.put(to + first, pass(source, at + first, limbStride, count), 0, count);
    }
  }

  /**
   * Recombines a run of at most {@link LimbLoops#PASS} accumulators into the same order.
   *
   * @return the residues, from index 0; valid until the next call of any method
   */
  public int[] pass(IntBuffer source, int at, int limbStride, int length) {
    for (int limb = 0; limb < accumulators.length; limb++) {
      source.get(at + limb * limbStride, accumulators[limb], 0, length);
    }
    return switch (field) {
      case P31 -> combined31(length);
      case P24 -> combined24(length);
    };
  }

  private int[] combined31(int length) {
    int[][] a = accumulators;
    if (bound <= Limbs31.SMALL_ACCUMULATOR) {
      Limbs31.joinSmall(a[0], a[1], a[2], a[3], length);
      return a[0];
    }
    if (bound <= Limbs31.CARRYING_ACCUMULATOR) {
      Limbs31.joinCarrying(a[0], a[1], a[2], a[3], length);
      return a[0];
    }
    Limbs31.fold(a[0], a[1], folded, length);
    Limbs31.fold(a[2], a[3], a[1], length);
    Limbs31.join(folded, a[1], length);
    return folded;
  }

  private int[] combined24(int length) {
    int[][] a = accumulators;
    if (bound <= Limbs24.SMALL_ACCUMULATOR) {
      Limbs24.joinSmall(a[0], a[1], a[2], length);
    } else {
      Limbs24.join(a[0], a[1], a[2], length);
    }
    return a[0];
  }
}
