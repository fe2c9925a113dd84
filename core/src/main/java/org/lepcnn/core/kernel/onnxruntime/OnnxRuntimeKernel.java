/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.kernel.onnxruntime;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.util.HashMap;
import java.util.Map;
import org.lepcnn.core.kernel.limb.LimbLoops;
import org.lepcnn.core.kernel.limb.Recombination;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.quant.WeightQuantizer;
import org.lepcnn.core.residue.ResidueSink;

/**
 * A layer as the product of {@link Im2colRows rows} of limbs with constant weights.
 *
 * <p>A tile holds some rows of every limb, so that one {@code MatMulInteger} serves all limbs; its
 * weights are packed when the model is loaded, and tensors over the tile's buffers are kept from
 * call to call.
 */
final class OnnxRuntimeKernel extends TiledKernel {
  /**
   * Bytes of one group's accumulators in a tile, of all limbs. On a Xeon with 2 MB of second-level
   * cache 128 KiB are the fastest: with fewer the calls cost, with more the stores.
   */
  private static final int ACCUMULATOR_BYTES = 128 << 10;

  /** The same where {@link #MIN_ROWS} would need more. */
  private static final int MAX_ACCUMULATOR_BYTES = 2 << 20;

  /** Bytes of one group's rows in a tile: a part of a usual second-level cache. */
  private static final int ROW_BYTES = 512 << 10;

  /** Rows of one limb in a tile, at least: fewer do not pay for reading the weights. */
  private static final int MIN_ROWS = 32;

  /** Tile heights whose tensors a scratch keeps. */
  private static final int KEPT_TENSORS = 8;

  private final LimbWidth limbs;
  private final OrtEnvironment environment;
  private final int depth;
  private final int outPerGroup;
  private final int tileRows;
  private final long accumulatorBound;

  OnnxRuntimeKernel(
      OrtEnvironment environment, LimbWidth limbs, ConvGeometry geometry, byte[] weights) {
    super(
        geometry,
        MatMulIntegerModel.rows(
                matrices(geometry, weights, Im2colRows.channels(geometry, limbs)),
                Im2colRows.depth(geometry, limbs),
                geometry.outChannels() / geometry.groups())
            .open(geometry));
    this.environment = environment;
    this.limbs = limbs;
    this.depth = Im2colRows.depth(geometry, limbs);
    this.accumulatorBound =
        LimbLoops.MAX_UNSIGNED * WeightQuantizer.maxAbsSum(weights, geometry.outChannels());
    this.outPerGroup = geometry.outChannels() / geometry.groups();
    this.tileRows =
        tileRows((long) limbs.count() * depth, (long) limbs.count() * Integer.BYTES * outPerGroup);
  }

  private static int tileRows(long rowBytes, long accumulatorBytes) {
    long wanted = Math.max(MIN_ROWS, ACCUMULATOR_BYTES / accumulatorBytes);
    long most = Math.min(ROW_BYTES / rowBytes, MAX_ACCUMULATOR_BYTES / accumulatorBytes);
    return (int) Math.max(1, Math.min(wanted, most));
  }

  @Override
  Tiles tiles() {
    return new Scratch();
  }

  /** Weights per group as [(u, v, c)][channel], with zeros for the channels that fill up rows. */
  private static byte[][] matrices(ConvGeometry g, byte[] weights, int rowChannels) {
    int channels = g.inChannels() / g.groups();
    int taps = g.kernelSize();
    int perGroup = g.outChannels() / g.groups();
    byte[][] matrices = new byte[g.groups()][taps * rowChannels * perGroup];
    for (int oc = 0; oc < g.outChannels(); oc++) {
      byte[] matrix = matrices[oc / perGroup];
      for (int c = 0; c < channels; c++) {
        int from = (oc * channels + c) * taps;
        for (int tap = 0; tap < taps; tap++) {
          matrix[(tap * rowChannels + c) * perGroup + oc % perGroup] = weights[from + tap];
        }
      }
    }
    return matrices;
  }

  private final class Scratch implements Tiles {
    private final Im2colRows rows = new Im2colRows(geometry, limbs);
    private final Recombination recombination = new Recombination(limbs.field(), accumulatorBound);
    private final Map<Integer, BoundTensors> tensors = new HashMap<>();
    private int capacity;
    private int allRows;
    private ResidueSink[] outputs = NO_OUTPUTS;
    private int[] accumulators = new int[0];
    private int[] combined = new int[0];
    private final ByteBuffer[] tileBuffers = new ByteBuffer[geometry.groups()];
    private final ByteBuffer[] accumulatorBuffers = new ByteBuffer[geometry.groups()];
    private final IntBuffer[] accumulatorWords = new IntBuffer[geometry.groups()];

    @Override
    public int begin(int count, int[][] inputs, ResidueSink[] outputs) {
      rows.begin(inputs);
      this.outputs = outputs;
      allRows = Math.multiplyExact(count, geometry.positions());
      int wanted = Math.min(tileRows, allRows);
      if (wanted > capacity) {
        allocate(wanted);
      }
      return (allRows + tileRows - 1) / tileRows;
    }

    @Override
    public void fill(int tile) {
      rows.fill(tile * tileRows, used(tile), tileBuffers);
    }

    @Override
    public void multiply(int tile) throws OrtException {
      int usedRows = used(tile);
      BoundTensors bound = tensors.get(usedRows);
      if (bound == null) {
        if (tensors.size() == KEPT_TENSORS) {
          close();
        }
        bound = new BoundTensors(environment);
        tensors.put(usedRows, bound);
        bind(bound, limbs.count() * usedRows);
      }
      bound.run(session);
    }

    /** Recombines a tile, one run of positions of an image after the other. */
    @Override
    public void combine(int tile) {
      int firstRow = tile * tileRows;
      int usedRows = used(tile);
      int plane = geometry.planeSize();
      int row = 0;
      while (row < usedRows) {
        int position = (firstRow + row) % geometry.positions();
        ResidueSink output = outputs[(firstRow + row) / geometry.positions()];
        int count = Math.min(usedRows - row, plane - position % plane);
        for (int group = 0; group < geometry.groups(); group++) {
          int channel = position / plane * geometry.outChannels() + group * outPerGroup;
          combine(group, row, usedRows, count, output, channel * plane + position % plane);
        }
        row += count;
      }
    }

    @Override
    public void end() {
      rows.end();
      outputs = NO_OUTPUTS;
    }

    @Override
    public void close() {
      tensors.values().forEach(BoundTensors::close);
      tensors.clear();
    }

    private int used(int tile) {
      return Math.min(tileRows, allRows - tile * tileRows);
    }

    private void allocate(int wantedRows) {
      close();
      capacity = wantedRows;
      int limbRows = limbs.count() * wantedRows;
      int accumulatorBytes =
          Math.multiplyExact(Math.multiplyExact(limbRows, outPerGroup), Integer.BYTES);
      for (int group = 0; group < geometry.groups(); group++) {
        tileBuffers[group] = BoundTensors.direct(Math.multiplyExact(limbRows, depth));
        accumulatorBuffers[group] = BoundTensors.direct(accumulatorBytes);
        accumulatorWords[group] = accumulatorBuffers[group].asIntBuffer();
      }
    }

    private void bind(BoundTensors bound, int limbRows) throws OrtException {
      for (int group = 0; group < geometry.groups(); group++) {
        String name = MatMulIntegerModel.inputName(group);
        bound.input(name, OnnxJavaType.UINT8, tileBuffers[group], limbRows, depth);
        bound.output(
            MatMulIntegerModel.outputName(group), accumulatorBuffers[group], limbRows, outPerGroup);
      }
    }

    private void combine(int group, int row, int usedRows, int count, ResidueSink output, int to) {
      IntBuffer source = accumulatorWords[group];
      int stride = usedRows * outPerGroup;
      int plane = geometry.planeSize();
      if (limbs.bits() == Byte.SIZE) {
        recombination.planar(
            source, row * outPerGroup, stride, count, outPerGroup, output, to, plane);
        return;
      }
      int length = count * outPerGroup;
      if (combined.length < length) {
        combined = new int[length];
        accumulators = new int[limbs.count() * length];
      }
      for (int limb = 0; limb < limbs.count(); limb++) {
        source.get(limb * stride + row * outPerGroup, accumulators, limb * length, length);
      }
      limbs.combine(accumulators, length, combined, length);
      output.putColumns(combined, 0, outPerGroup, count, outPerGroup, to, plane);
    }
  }
}
