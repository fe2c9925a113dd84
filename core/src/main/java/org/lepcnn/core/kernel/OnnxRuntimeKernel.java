/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.kernel;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.lepcnn.core.kernel.limb.LimbLoops;
import org.lepcnn.core.kernel.limb.Recombination;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.quant.WeightQuantizer;

/**
 * One layer on ONNX Runtime.
 *
 * <p>A tile holds some {@link LimbRows rows} of every limb, so that one {@code MatMulInteger}
 * serves all limbs; its weights are packed when the model is loaded, and tensors over the tile's
 * buffers are kept from call to call.
 */
final class OnnxRuntimeKernel implements LinearKernel {
  /** Bytes of one group's im2col tile or accumulators: half of a usual second-level cache. */
  private static final int TILE_BYTES = 512 << 10;

  /** The largest value of a limb of 8 bits. */
  private static final long LIMB_MAX = 255;

  /** Tile heights whose tensors a scratch keeps. */
  private static final int KEPT_TENSORS = 8;

  private final ConvGeometry geometry;
  private final Limbs limbs;
  private final OrtEnvironment environment;
  private final OrtSession session;
  private final ConcurrentLinkedQueue<Scratch> pool = new ConcurrentLinkedQueue<>();
  private final int depth;
  private final int outPerGroup;
  private final int tileRows;
  private final long accumulatorBound;

  OnnxRuntimeKernel(
      OrtEnvironment environment, Limbs limbs, ConvGeometry geometry, byte[] weights) {
    this.environment = environment;
    this.limbs = limbs;
    this.geometry = geometry;
    this.depth = LimbRows.depth(geometry, limbs);
    this.accumulatorBound = LIMB_MAX * WeightQuantizer.maxAbsSum(weights, geometry.outChannels());
    this.outPerGroup = geometry.outChannels() / geometry.groups();
    this.tileRows =
        Math.max(1, TILE_BYTES / Math.max(depth, Integer.BYTES * outPerGroup) / limbs.count());
    byte[] model =
        MatMulIntegerModel.serialize(
            matrices(geometry, weights, LimbRows.channels(geometry, limbs)), depth, outPerGroup);
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(1);
      options.setInterOpNumThreads(1);
      options.setCPUArenaAllocator(false);
      this.session = environment.createSession(model, options);
    } catch (OrtException e) {
      throw new IllegalStateException("Preparing a layer for ONNX Runtime: " + geometry, e);
    }
  }

  @Override
  public ConvGeometry geometry() {
    return geometry;
  }

  @Override
  public void apply(int count, int[][] inputs, int[][] outputs) {
    int rows = Math.multiplyExact(count, geometry.positions());
    Scratch scratch = pool.poll();
    if (scratch == null) {
      scratch = new Scratch();
    }
    scratch.begin(inputs, Math.min(tileRows, rows));
    try {
      for (int first = 0; first < rows; first += tileRows) {
        int used = Math.min(tileRows, rows - first);
        scratch.rows.fill(first, used, scratch.tileBuffers);
        scratch.multiply(used);
        scratch.scatter(first, used, outputs);
      }
    } catch (OrtException e) {
      throw new IllegalStateException("Running a layer on ONNX Runtime: " + geometry, e);
    } finally {
      scratch.rows.end();
      pool.add(scratch);
    }
  }

  @Override
  public void close() {
    for (Scratch scratch = pool.poll(); scratch != null; scratch = pool.poll()) {
      scratch.releaseTensors();
    }
    try {
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException("Releasing a layer of ONNX Runtime", e);
    }
  }

  /** Weights per group as [(u, v, c)][channel], with zeros for the channels that fill up rows. */
  private static byte[][] matrices(ConvGeometry g, byte[] weights, int rowChannels) {
    int channels = g.inChannels() / g.groups();
    int taps = g.kernelHeight() * g.kernelWidth();
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

  /** Tensors over the first rows of the tile's and the accumulators' buffers. */
  private record Tensors(Map<String, OnnxTensor> in, Map<String, OnnxTensor> out) {
    void close() {
      in.values().forEach(OnnxTensor::close);
      out.values().forEach(OnnxTensor::close);
    }
  }

  /** The buffers of one call at a time. */
  private final class Scratch {
    private final LimbRows rows = new LimbRows(geometry, limbs);
    private final Recombination recombination = new Recombination(accumulatorBound);
    private final Map<Integer, Tensors> tensors = new HashMap<>();
    private int capacity;
    private int[] accumulators = new int[0];
    private int[] combined = new int[0];
    private final ByteBuffer[] tileBuffers = new ByteBuffer[geometry.groups()];
    private final ByteBuffer[] accumulatorBuffers = new ByteBuffer[geometry.groups()];

    void begin(int[][] inputs, int wantedRows) {
      rows.begin(inputs);
      if (wantedRows > capacity) {
        allocate(wantedRows);
      }
    }

    void releaseTensors() {
      tensors.values().forEach(Tensors::close);
      tensors.clear();
    }

    private void allocate(int wantedRows) {
      releaseTensors();
      capacity = wantedRows;
      int limbRows = limbs.count() * wantedRows;
      for (int group = 0; group < geometry.groups(); group++) {
        tileBuffers[group] = direct(Math.multiplyExact(limbRows, depth));
        accumulatorBuffers[group] =
            direct(Math.multiplyExact(Math.multiplyExact(limbRows, outPerGroup), Integer.BYTES));
      }
    }

    private ByteBuffer direct(int bytes) {
      return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
    }

    void multiply(int usedRows) throws OrtException {
      Tensors bound = tensors.get(usedRows);
      if (bound == null) {
        if (tensors.size() == KEPT_TENSORS) {
          releaseTensors();
        }
        bound = new Tensors(new HashMap<>(), new HashMap<>());
        tensors.put(usedRows, bound);
        bind(bound, limbs.count() * usedRows);
      }
      session.run(bound.in(), bound.out()).close();
    }

    private void bind(Tensors bound, int limbRows) throws OrtException {
      for (int group = 0; group < geometry.groups(); group++) {
        ByteBuffer a = tileBuffers[group].slice(0, limbRows * depth);
        IntBuffer y = accumulatorBuffers[group].asIntBuffer().slice(0, limbRows * outPerGroup);
        bound
            .in()
            .put(
                MatMulIntegerModel.inputName(group),
                OnnxTensor.createTensor(
                    environment, a, new long[] {limbRows, depth}, OnnxJavaType.UINT8));
        bound
            .out()
            .put(
                MatMulIntegerModel.outputName(group),
                OnnxTensor.createTensor(environment, y, new long[] {limbRows, outPerGroup}));
      }
    }

    /** Recombines a tile, one run of positions of an image after the other. */
    void scatter(int firstRow, int usedRows, int[][] outputs) {
      int plane = geometry.planeSize();
      int row = 0;
      while (row < usedRows) {
        int position = (firstRow + row) % geometry.positions();
        int[] output = outputs[(firstRow + row) / geometry.positions()];
        int count = Math.min(usedRows - row, plane - position % plane);
        for (int group = 0; group < geometry.groups(); group++) {
          int channel = position / plane * geometry.outChannels() + group * outPerGroup;
          combine(group, row, usedRows, count, output, channel * plane + position % plane);
        }
        row += count;
      }
    }

    private void combine(int group, int row, int usedRows, int count, int[] output, int to) {
      IntBuffer source = accumulatorBuffers[group].asIntBuffer();
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
      LimbLoops.transpose(combined, 0, outPerGroup, count, outPerGroup, output, to, plane);
    }
  }
}
