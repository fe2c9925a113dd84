/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.kernel.onnxruntime;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.kernel.StrideFolding;
import org.lepcnn.core.kernel.limb.LimbLoops;
import org.lepcnn.core.kernel.limb.Recombination;
import org.lepcnn.core.linear.ConvAxis;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.quant.WeightQuantizer;
import org.lepcnn.core.residue.ResidueSink;

/**
 * A convolution of stride 1 as the product of its weights with {@link PaddedBytePlanes planes} of
 * limbs: planar on both sides, so that no accumulator is transposed.
 *
 * <p>An output at (i, j) of a tap (u, v) looks at a plane at (i + u·dilation, j + v·dilation): with
 * the positions counted along the rows of the planes, every tap of every channel is one run of
 * bytes. The positions behind the end of a row of outputs are computed and dropped, as are taps
 * without a weight. Tiles have a multiple of {@value #UNIT} positions, so that rows of accumulators
 * start at cache lines.
 *
 * <p>An accumulator is at most 128·Σ|w| in magnitude, the limbs being signed.
 */
final class OnnxRuntimePlanes extends TiledKernel {

  /** Positions of a tile are a multiple of it. */
  private static final int UNIT = 16;

  /**
   * Accumulators of a tile: they stay in a second-level cache of 512 KiB. Half as many made calls
   * dearer than the stores that they saved.
   */
  private static final int ACCUMULATORS = 64 << 10;

  /** Positions of a tile, at most: rows of accumulators that one pass of the loops takes. */
  private static final int MAX_POSITIONS = LimbLoops.PASS - 2 * UNIT;

  /** Positions of a tile, at least. */
  private static final int MIN_POSITIONS = 64;

  /** Channels of outputs, at most: the accumulators of the smallest tile take 4 MiB then. */
  private static final int MAX_OUTPUTS = 4096;

  /** The deepest product, in taps times channels, that is faster in this form than by rows. */
  private static final int MAX_DEPTH = 192;

  /** The same per output channel: what has many inputs is faster split for rows. */
  private static final int MAX_DEPTH_PER_OUTPUT = 3;

  /** The same for a layer whose strides were folded, so that its rows would hold many zeros. */
  private static final int MAX_FOLDED_DEPTH = 400;

  private final OrtEnvironment environment;
  private final ResidueField field;
  private final int[] starts;
  private final int positions;
  private final int tilePositions;
  private final long accumulatorBound;
  private final boolean pointwise;

  private OnnxRuntimePlanes(
      OrtEnvironment environment,
      ResidueField field,
      ConvGeometry geometry,
      byte[] weights,
      int[] rows) {
    super(
        geometry,
        MatMulIntegerModel.planes(
                matrix(geometry, weights, rows), geometry.outChannels(), rows.length, field.limbs())
            .open(geometry));
    this.environment = environment;
    this.field = field;
    this.starts = starts(geometry, rows);
    this.pointwise = geometry.isPointwise() && rows.length == geometry.inChannels();
    this.positions =
        (geometry.height().out() - 1) * geometry.width().reach() + geometry.width().out();
    int most = ACCUMULATORS / field.limbs() / geometry.outChannels() / UNIT * UNIT;
    int tile = Math.max(MIN_POSITIONS, Math.min(MAX_POSITIONS, most));
    this.tilePositions = Math.min(tile, (positions + UNIT - 1) / UNIT * UNIT);
    this.accumulatorBound =
        LimbLoops.MAX_SIGNED * WeightQuantizer.maxAbsSum(weights, geometry.outChannels());
  }

  /**
   * A kernel, or null where the layer is not of this kind or another form is faster.
   *
   * @param field of the residues
   * @param folded whether {@link StrideFolding} made the layer
   */
  static @Nullable OnnxRuntimePlanes createIfSuitable(
      OrtEnvironment environment,
      ResidueField field,
      ConvGeometry g,
      byte[] weights,
      boolean folded) {
    if (g.groups() != 1
        || !takes(g.height())
        || !takes(g.width())
        || g.planeSize() < MIN_POSITIONS
        || g.outChannels() > MAX_OUTPUTS
        || g.canvasSize()
            > ConvGeometry.MAX_TENSOR_ELEMENTS / ((long) field.limbs() * g.inChannels())) {
      return null;
    }
    int maxDepth =
        folded ? MAX_FOLDED_DEPTH : Math.min(MAX_DEPTH, MAX_DEPTH_PER_OUTPUT * g.outChannels());
    int[] rows = rows(g, weights);
    return rows.length > 0 && rows.length <= maxDepth
        ? new OnnxRuntimePlanes(environment, field, g, weights, rows)
        : null;
  }

  private static boolean takes(ConvAxis axis) {
    return axis.stride() == 1 && axis.inputDilation() == 1 && axis.padBefore() >= 0;
  }

  @Override
  Tiles tiles() {
    return new Scratch();
  }

  /** The channels' taps, by their place in a filter, for which some filter has a weight. */
  private static int[] rows(ConvGeometry g, byte[] weights) {
    boolean[] used = new boolean[g.fanIn()];
    for (int i = 0; i < weights.length; i++) {
      used[i % used.length] |= weights[i] != 0;
    }
    int[] rows = new int[used.length];
    int count = 0;
    for (int i = 0; i < used.length; i++) {
      if (used[i]) {
        rows[count++] = i;
      }
    }
    return Arrays.copyOf(rows, count);
  }

  private static byte[] matrix(ConvGeometry g, byte[] weights, int[] rows) {
    byte[] matrix = new byte[Math.multiplyExact(g.outChannels(), rows.length)];
    for (int i = 0; i < matrix.length; i++) {
      int weight = weights[i / rows.length * g.fanIn() + rows[i % rows.length]];
      matrix[i] = (byte) (weight + MatMulIntegerModel.ZERO_POINT);
    }
    return matrix;
  }

  /** Where in the planes of a limb the rows of the matrix start. */
  private static int[] starts(ConvGeometry g, int[] rows) {
    int[] starts = new int[rows.length];
    for (int i = 0; i < rows.length; i++) {
      int tap = rows[i] % g.kernelSize();
      int y = tap / g.width().kernel() * g.height().dilation();
      int x = tap % g.width().kernel() * g.width().dilation();
      int channel = rows[i] / g.kernelSize();
      starts[i] = (channel * g.height().reach() + y) * g.width().reach() + x;
    }
    return starts;
  }

  private final class Scratch implements Tiles {
    private final PaddedBytePlanes planes =
        new PaddedBytePlanes(
            field, geometry, geometry.height().reach(), geometry.width().reach(), !pointwise);
    private final ByteBuffer limbs =
        BoundTensors.direct(field.limbs() * starts.length * tilePositions);
    private final IntBuffer limbWords = limbs.asIntBuffer();
    private final ByteBuffer products =
        BoundTensors.direct(field.limbs() * geometry.outChannels() * tilePositions * Integer.BYTES);
    private final IntBuffer accumulators = products.asIntBuffer();
    private final Recombination recombination = new Recombination(field, accumulatorBound);
    private final Map<Integer, BoundTensors> tensors = new HashMap<>();
    private final int tilesPerImage = (positions + tilePositions - 1) / tilePositions;
    private int[][] inputs = NO_INPUTS;
    private ResidueSink[] outputs = NO_OUTPUTS;

    @Override
    public int begin(int count, int[][] inputs, ResidueSink[] outputs) {
      this.inputs = inputs;
      this.outputs = outputs;
      return count * geometry.batch() * tilesPerImage;
    }

    @Override
    public void fill(int tile) {
      int image = tile / tilesPerImage;
      int[] input = inputs[image / geometry.batch()];
      int offset = image % geometry.batch() * (geometry.inputSize() / geometry.batch());
      int first = first(tile);
      int count = Math.min(columns(tile), positions - first);
      if (pointwise) {
        planes.split(input, offset + first, positions, count, columns(tile), limbWords);
        return;
      }
      if (tile % tilesPerImage == 0) {
        planes.write(input, offset);
      }
      int to = 0;
      for (int limb = 0; limb < field.limbs(); limb++) {
        int from = limb * planes.limbStride() + first;
        for (int start : starts) {
          limbs.put(to, planes.bytes(), from + start, count);
          to += columns(tile);
        }
      }
    }

    @Override
    public void multiply(int tile) throws OrtException {
      int columns = columns(tile);
      BoundTensors bound = tensors.get(columns);
      if (bound == null) {
        bound = new BoundTensors(environment);
        tensors.put(columns, bound);
        bound.input(
            MatMulIntegerModel.PLANES,
            OnnxJavaType.INT8,
            limbs,
            field.limbs(),
            starts.length,
            columns);
        bound.output(
            MatMulIntegerModel.PRODUCTS, products, field.limbs(), geometry.outChannels(), columns);
      }
      bound.run(session);
    }

    @Override
    public void combine(int tile) {
      int image = tile / tilesPerImage;
      ResidueSink output = outputs[image / geometry.batch()];
      int plane = geometry.planeSize();
      int to = image % geometry.batch() * geometry.outChannels() * plane;
      int row = columns(tile);
      int limbStride = geometry.outChannels() * row;
      int step = LimbLoops.PASS / row;
      for (int channel = 0; channel < geometry.outChannels(); channel += step) {
        int taken = Math.min(step, geometry.outChannels() - channel);
        int[] residues = recombination.pass(accumulators, channel * row, limbStride, taken * row);
        for (int i = 0; i < taken; i++) {
          copyRow(residues, i * row, first(tile), output, to + (channel + i) * plane);
        }
      }
    }

    @Override
    public void end() {
      inputs = NO_INPUTS;
      outputs = NO_OUTPUTS;
    }

    @Override
    public void close() {
      tensors.values().forEach(BoundTensors::close);
      tensors.clear();
    }

    private int first(int tile) {
      return tile % tilesPerImage * tilePositions;
    }

    /** Columns of a tile's matrix: its positions, filled up to a multiple of {@link #UNIT}. */
    private int columns(int tile) {
      int left = positions - first(tile);
      return Math.min(tilePositions, (left + UNIT - 1) / UNIT * UNIT);
    }

    /** Copies the parts of a tile that are outputs into one channel of them. */
    private void copyRow(int[] residues, int from, int first, ResidueSink output, int to) {
      int outWidth = geometry.width().out();
      int width = geometry.width().reach();
      int end = Math.min(positions, first + tilePositions);
      if (width == outWidth) {
        output.put(to + first, residues, from, end - first);
        return;
      }
      for (int y = first / width; y * width < end; y++) {
        int left = Math.max(0, first - y * width);
        int right = Math.min(outWidth, end - y * width);
        if (left < right) {
          int at = from + y * width + left - first;
          output.put(to + y * outWidth + left, residues, at, right - left);
        }
      }
    }
  }
}
