/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.kernel.onednn;

import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.util.Arrays;
import org.bytedeco.dnnl.dnnl_stream;
import org.bytedeco.dnnl.global.dnnl;
import org.jspecify.annotations.Nullable;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.kernel.limb.ChannelWords;
import org.lepcnn.core.kernel.limb.LimbLoops;
import org.lepcnn.core.kernel.limb.Recombination;
import org.lepcnn.core.quant.WeightQuantizer;

/**
 * The product of weights {@code [channels][depth]} with limbs {@code [depth][positions]}: planar on
 * both sides, so that nothing is transposed.
 *
 * <p>oneDNN wants the right-hand matrix signed, hence signed limbs ({@link ChannelWords}). AMX
 * takes signed weights too. VNNI multiplies unsigned bytes by signed ones: there the weights are w
 * + 128, after a row that is 128 everywhere. Its residues are what 128 adds to those of all other
 * rows, and are subtracted modulo p. An accumulator is at most 128 times the sum of a row's
 * magnitudes, whatever zeros fill up the depth.
 *
 * <p>A run of the primitive computes some channels of some positions, so few that their
 * accumulators stay in a second-level cache; runs have one size, and the last one overlaps the one
 * before.
 */
final class PlanarProduct implements AutoCloseable {

  /** Accumulators of one run, unless one unit of channels has more. */
  private static final int RUN = 64 << 10;

  /** The same for shifted weights. With 64 Ki a Zen 5 takes up to 15 % longer. */
  private static final int SHIFTED_RUN = 128 << 10;

  /**
   * Positions of one run, at most: below {@link LimbLoops#PASS}, where rows would be a page apart.
   * Rows 4096 bytes apart made the product slower (seen on one layer, 64 channels at 55²).
   */
  private static final int RUN_POSITIONS = 992;

  /** Positions of a run are a multiple of it; rows that start within cache lines cost a third. */
  private static final int POSITIONS_UNIT = 32;

  /** What is added to signed weights to make them unsigned. */
  private static final int SHIFT = 128;

  private final ResidueField field;
  private final Sizes sizes;
  private final long accumulatorBound;
  private final Primitive primitive;
  private final boolean shifted;
  private final PackedColumns layout;
  private final NativeMemory weights;

  private PlanarProduct(
      ResidueField field,
      Sizes sizes,
      byte[] weights,
      long accumulatorBound,
      Primitive primitive,
      boolean shifted,
      PackedColumns layout) {
    this.field = field;
    this.sizes = sizes;
    this.accumulatorBound = accumulatorBound;
    this.primitive = primitive;
    this.shifted = shifted;
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
   * @param mayShift whether weights may be shifted, which makes each result a bit dearer
   */
  static @Nullable PlanarProduct createIfSupported(
      ResidueField field,
      int channels,
      int depth,
      int positions,
      byte[] weights,
      boolean mayShift) {
    PlanarProduct product = create(field, channels, depth, positions, weights, false);
    return product != null || !mayShift
        ? product
        : create(field, channels + 1, depth, positions, shifted(weights, depth), true);
  }

  private static @Nullable PlanarProduct create(
      ResidueField field, int rows, int depth, int positions, byte[] weights, boolean shifted) {
    long bound = LimbLoops.MAX_SIGNED * maxSum(weights, depth, shifted);
    if (bound > Integer.MAX_VALUE) {
      return null;
    }
    Sizes sizes = Sizes.of(field.limbs(), rows, depth, positions, shifted);
    Primitive primitive =
        Primitive.limbProduct(sizes.ofRun(), shifted ? dnnl.dnnl_u8 : dnnl.dnnl_s8);
    PackedColumns layout = PackedColumns.of(primitive.weights(), field.limbs(), depth);
    if (layout == null) {
      primitive.close();
      return null;
    }
    return new PlanarProduct(field, sizes, weights, bound, primitive, shifted, layout);
  }

  /** The weights as unsigned bytes, after a row that is what was added. */
  private static byte[] shifted(byte[] weights, int depth) {
    byte[] shifted = new byte[Math.addExact(weights.length, depth)];
    Arrays.fill(shifted, 0, depth, (byte) SHIFT);
    for (int i = 0; i < weights.length; i++) {
      shifted[depth + i] = (byte) (weights[i] + SHIFT);
    }
    return shifted;
  }

  /** The largest sum of a row's magnitudes. */
  private static long maxSum(byte[] weights, int depth, boolean unsigned) {
    if (!unsigned) {
      return WeightQuantizer.maxAbsSum(weights, weights.length / depth);
    }
    long largest = 0;
    for (int row = 0; row < weights.length; row += depth) {
      long sum = 0;
      for (int i = row; i < row + depth; i++) {
        sum += Byte.toUnsignedInt(weights[i]);
      }
      largest = Math.max(largest, sum);
    }
    return largest;
  }

  /** What the residues are in. */
  ResidueField field() {
    return field;
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
  private record Sizes(
      int limbs, int rows, int depth, int positions, int runRows, int runPositions) {

    /** Rows of a run are a multiple of it or all: rows of a tile register of AMX. */
    private static final int AMX_ROWS = 16;

    static Sizes of(int limbs, int rows, int depth, int positions, boolean shifted) {
      int runPositions = balanced(positions, RUN_POSITIONS, POSITIONS_UNIT);
      int most = (shifted ? SHIFTED_RUN : RUN) / limbs / runPositions;
      int runRows = Math.min(rows, balanced(rows, most, shifted ? 1 : AMX_ROWS));
      return new Sizes(limbs, rows, depth, positions, runRows, runPositions);
    }

    long[] ofRun() {
      return new long[] {limbs, runRows, depth, runPositions};
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
     * Takes {@link #runPositions} residues of one channel.
     *
     * @param first the first position
     * @param residues from {@code from} on; overwritten after the call
     */
    void take(int channel, int first, int[] residues, int from);
  }

  /** The buffers of one call at a time. */
  final class Buffers implements AutoCloseable {
    private final NativeMemory limbs = NativeMemory.zeroed(primitive.weights());
    private final NativeMemory target =
        NativeMemory.zeroed(
            (long) sizes.limbs * Integer.BYTES * sizes.runRows * sizes.runPositions);
    private final IntBuffer limbWords = limbs.buffer().asIntBuffer();
    private final IntBuffer accumulators = target.buffer().asIntBuffer();
    private final Recombination recombination = new Recombination(field, accumulatorBound);
    private final Execution execution = new Execution(primitive, limbs);
    private final dnnl_stream stream = new dnnl_stream();

    /** Rows that are recombined together. */
    private final int rowsPerPass = LimbLoops.PASS / sizes.runPositions;

    /** What is subtracted from each of them. */
    private final int[] shift = new int[shifted ? rowsPerPass * sizes.runPositions : 0];

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
        for (int row = 0; row < sizes.rows; row += sizes.runRows) {
          multiply(Math.min(row, sizes.rows - sizes.runRows), first, results);
        }
      }
    }

    private void multiply(int row, int first, Results results) {
      execution.run(stream, weights.address() + (long) row * sizes.depth, target.address());
      int next = 0;
      if (shifted && row == 0) {
        int[] added = recombined(0, 1);
        for (int i = 0; i < rowsPerPass; i++) {
          System.arraycopy(added, 0, shift, i * sizes.runPositions, sizes.runPositions);
        }
        next = 1;
      }
      int channel = shifted ? row - 1 : row;
      while (next < sizes.runRows) {
        int taken = Math.min(rowsPerPass, sizes.runRows - next);
        int[] residues = recombined(next, taken);
        if (shifted) {
          LimbLoops.subtract(residues, shift, field.modulus(), taken * sizes.runPositions);
        }
        for (int i = 0; i < taken; i++) {
          results.take(channel + next + i, first, residues, i * sizes.runPositions);
        }
        next += taken;
      }
    }

    /** The residues of some rows of the run. */
    private int[] recombined(int row, int rows) {
      int width = sizes.runPositions;
      return recombination.pass(accumulators, row * width, sizes.runRows * width, rows * width);
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
