/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.kernel.onednn;

import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import org.bytedeco.dnnl.dnnl_stream;
import org.bytedeco.dnnl.global.dnnl;
import org.jspecify.annotations.Nullable;
import org.lepcnn.core.kernel.limb.LimbLoops;
import org.lepcnn.core.kernel.limb.Recombination;
import org.lepcnn.core.quant.WeightQuantizer;

/**
 * The product of weights {@code [channels][depth]} with limbs {@code [depth][positions]}: planar on
 * both sides, so that nothing is transposed.
 *
 * <p>oneDNN wants the right-hand matrix signed, hence {@link LimbLoops#signedLimbs}; an accumulator
 * is at most 128·Σ|w| in magnitude, whatever zeros fill up the depth. A run of the primitive
 * computes some channels of some positions, so few that their accumulators stay in a second-level
 * cache; runs have one size, and the last one overlaps the one before.
 */
final class PlanarProduct implements AutoCloseable {

  /** Accumulators of one run, unless one unit of channels has more. */
  private static final int RUN = 64 << 10;

  /**
   * Positions of one run, at most: below {@link LimbLoops#PASS}, where rows would be a page apart.
   * Rows 4096 bytes apart made the product slower (seen on one layer, 64 channels at 55²).
   */
  private static final int RUN_POSITIONS = 992;

  /** Positions of a run are a multiple of it; rows that start within cache lines cost a third. */
  private static final int POSITIONS_UNIT = 32;

  /** Channels of a run are a multiple of it or all: rows of a tile register of AMX. */
  private static final int CHANNELS_UNIT = 16;

  private final Sizes sizes;
  private final long accumulatorBound;
  private final Primitive primitive;
  private final PackedColumns layout;
  private final NativeMemory weights;

  private PlanarProduct(
      Sizes sizes,
      byte[] weights,
      long accumulatorBound,
      Primitive primitive,
      PackedColumns layout) {
    this.sizes = sizes;
    this.accumulatorBound = accumulatorBound;
    this.primitive = primitive;
    this.layout = layout;
    this.weights = NativeMemory.zeroed(weights.length);
    ByteBuffer target = this.weights.buffer();
    target.put(weights);
  }

  /**
   * A product, or null where oneDNN wants the limbs in a layout that cannot be written here, or
   * where an accumulator could overflow.
   *
   * @param weights {@code [channels][depth]}
   */
  static @Nullable PlanarProduct createIfSupported(
      int channels, int depth, int positions, byte[] weights) {
    long bound = LimbLoops.MAX_SIGNED * WeightQuantizer.maxAbsSum(weights, channels);
    if (bound > Integer.MAX_VALUE) {
      return null;
    }
    Sizes sizes = Sizes.of(channels, depth, positions);
    Primitive primitive = Primitive.limbProduct(sizes.ofRun());
    PackedColumns layout = PackedColumns.of(primitive.weights(), depth);
    if (layout == null) {
      primitive.close();
      return null;
    }
    return new PlanarProduct(sizes, weights, bound, primitive, layout);
  }

  /** Where the limbs of a run are to be written. */
  PackedColumns layout() {
    return layout;
  }

  /** Positions of one run that there are. */
  int runPositions() {
    return Math.min(sizes.positions, sizes.runPositions);
  }

  /** Buffers for one thread. */
  Buffers buffers() {
    return new Buffers();
  }

  @Override
  public void close() {
    primitive.close();
    weights.close();
  }

  /** Sizes of the whole product, and of one run of the primitive. */
  private record Sizes(int channels, int depth, int positions, int runChannels, int runPositions) {
    static Sizes of(int channels, int depth, int positions) {
      int runPositions = balanced(positions, RUN_POSITIONS, POSITIONS_UNIT);
      int most = RUN / LimbLoops.LIMBS / runPositions;
      int runChannels = Math.min(channels, balanced(channels, most, CHANNELS_UNIT));
      return new Sizes(channels, depth, positions, runChannels, runPositions);
    }

    long[] ofRun() {
      return new long[] {LimbLoops.LIMBS, runChannels, depth, runPositions};
    }

    /**
     * The size of equal parts, multiples of {@code unit}, of at most {@code most} or one unit, that
     * cover {@code total}.
     */
    private static int balanced(int total, int most, int unit) {
      int units = ceilDivide(total, unit);
      int parts = ceilDivide(units, Math.max(1, most / unit));
      return ceilDivide(units, parts) * unit;
    }

    private static int ceilDivide(int a, int b) {
      return (a + b - 1) / b;
    }
  }

  /** Writes the limbs of a run. */
  interface Columns {
    /** Writes {@link #runPositions} positions from {@code first} on in the {@link #layout}. */
    void write(int first, IntBuffer target);
  }

  /** Takes the results of runs. */
  interface Results {
    /**
     * Takes one channel of a run.
     *
     * @param first the first position
     * @param at where its accumulators are, for {@link Buffers#residues}
     */
    void take(int channel, int first, int at);
  }

  /** The buffers of one call at a time. */
  final class Buffers implements AutoCloseable {
    private final NativeMemory limbs = NativeMemory.zeroed(primitive.weights());
    private final NativeMemory target =
        NativeMemory.zeroed(
            (long) LimbLoops.LIMBS * Integer.BYTES * sizes.runChannels * sizes.runPositions);
    private final IntBuffer limbWords = limbs.buffer().asIntBuffer();
    private final IntBuffer accumulators = target.buffer().asIntBuffer();
    private final Recombination recombination = new Recombination(accumulatorBound);
    private final Execution execution = new Execution(primitive, limbs);
    private final dnnl_stream stream = new dnnl_stream();

    private Buffers() {
      OneDnn.check(
          dnnl.dnnl_stream_create(stream, OneDnn.engine(), dnnl.dnnl_stream_default_flags),
          "stream_create");
    }

    /** Computes all channels of all positions. */
    void run(Columns columns, Results results) {
      for (int next = 0; next < sizes.positions; next += sizes.runPositions) {
        int first = Math.max(0, Math.min(next, sizes.positions - sizes.runPositions));
        columns.write(first, limbWords);
        for (int channel = 0; channel < sizes.channels; channel += sizes.runChannels) {
          multiply(Math.min(channel, sizes.channels - sizes.runChannels), first, results);
        }
      }
    }

    /** The residues of one channel of a run; valid until the next call. */
    int[] residues(int at) {
      return recombination.pass(
          accumulators, at, sizes.runChannels * sizes.runPositions, runPositions());
    }

    private void multiply(int channel, int first, Results results) {
      execution.run(stream, weights.address() + (long) channel * sizes.depth, target.address());
      for (int i = 0; i < sizes.runChannels; i++) {
        results.take(channel + i, first, i * sizes.runPositions);
      }
    }

    @Override
    public void close() {
      execution.close();
      dnnl.dnnl_stream_destroy(stream);
      limbs.close();
      target.close();
    }
  }
}
