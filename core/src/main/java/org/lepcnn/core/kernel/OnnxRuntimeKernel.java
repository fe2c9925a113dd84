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
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.linear.DirectConvolution;

/**
 * One layer on ONNX Runtime.
 *
 * <p>Rows are output positions, of all requests and images one after the other; a tile holds some
 * rows of every limb, so that one {@code MatMulInteger} serves all limbs. Per request the residues
 * are split into channel-last limbs once; a row of the im2col matrix is then a handful of block
 * copies, because the depth runs over (kernel row, kernel column, channel).
 */
final class OnnxRuntimeKernel implements LinearKernel {
  /** Bytes of one group's im2col tile: half of a usual second-level cache. */
  private static final int TILE_BYTES = 512 << 10;

  private final ConvGeometry geometry;
  private final Limbs limbs;
  private final OrtEnvironment environment;
  private final OrtSession session;
  private final ConcurrentLinkedQueue<Scratch> pool = new ConcurrentLinkedQueue<>();
  private final int depth;
  private final int outPerGroup;
  private final int tileRows;

  OnnxRuntimeKernel(
      OrtEnvironment environment, Limbs limbs, ConvGeometry geometry, byte[] weights) {
    this.environment = environment;
    this.limbs = limbs;
    this.geometry = geometry;
    this.depth = geometry.fanIn();
    this.outPerGroup = geometry.outChannels() / geometry.groups();
    this.tileRows =
        Math.max(1, TILE_BYTES / Math.max(depth, Integer.BYTES * outPerGroup) / limbs.count());
    byte[] model = MatMulIntegerModel.serialize(matrices(geometry, weights), depth, outPerGroup);
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
        scratch.fillTile(first, used);
        scratch.multiply(used);
        scratch.scatter(first, used, outputs);
      }
    } catch (OrtException e) {
      throw new IllegalStateException("Running a layer on ONNX Runtime: " + geometry, e);
    } finally {
      scratch.end();
      pool.add(scratch);
    }
  }

  @Override
  public void close() {
    pool.clear();
    try {
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException("Releasing a layer of ONNX Runtime", e);
    }
  }

  /** Weights per group as [(u, v, c)][channel]. */
  private static byte[][] matrices(ConvGeometry g, byte[] weights) {
    int channels = g.inChannels() / g.groups();
    int taps = g.kernelHeight() * g.kernelWidth();
    int perGroup = g.outChannels() / g.groups();
    byte[][] matrices = new byte[g.groups()][g.fanIn() * perGroup];
    for (int oc = 0; oc < g.outChannels(); oc++) {
      byte[] matrix = matrices[oc / perGroup];
      for (int c = 0; c < channels; c++) {
        int from = (oc * channels + c) * taps;
        for (int tap = 0; tap < taps; tap++) {
          matrix[(tap * channels + c) * perGroup + oc % perGroup] = weights[from + tap];
        }
      }
    }
    return matrices;
  }

  /** The buffers of one call at a time. */
  private final class Scratch {
    private final int channels = geometry.inChannels() / geometry.groups();
    private final int plane = geometry.inHeight() * geometry.inWidth();

    /** [limb][image][group][y][x][channel] */
    private final byte[] split = new byte[Math.multiplyExact(limbs.count(), geometry.inputSize())];

    private int[][] requests;
    private int splitRequest;
    private int rows;
    private byte[] tile;
    private int[] accumulators;
    private int[] combined;
    private ByteBuffer[] tileBuffers;
    private ByteBuffer[] accumulatorBuffers;

    void begin(int[][] inputs, int wantedRows) {
      requests = inputs;
      splitRequest = -1;
      if (wantedRows > rows) {
        allocate(wantedRows);
      }
    }

    void end() {
      requests = null;
    }

    /**
     * Fills the tile with rows {@code first} to {@code first + used − 1}, of one request or
     * several.
     */
    void fillTile(int first, int used) {
      int row = 0;
      while (row < used) {
        int request = (first + row) / geometry.positions();
        int position = (first + row) % geometry.positions();
        if (request != splitRequest) {
          split(requests[request]);
          splitRequest = request;
        }
        int count = Math.min(used - row, geometry.positions() - position);
        gather(position, count, row, used);
        row += count;
      }
    }

    private void allocate(int wantedRows) {
      rows = wantedRows;
      int limbRows = limbs.count() * rows;
      tile = new byte[Math.multiplyExact(limbRows, depth)];
      accumulators = new int[Math.multiplyExact(limbRows, outPerGroup)];
      combined = new int[rows * outPerGroup];
      tileBuffers = new ByteBuffer[geometry.groups()];
      accumulatorBuffers = new ByteBuffer[geometry.groups()];
      for (int group = 0; group < geometry.groups(); group++) {
        tileBuffers[group] = ByteBuffer.allocateDirect(tile.length);
        accumulatorBuffers[group] =
            ByteBuffer.allocateDirect(Math.multiplyExact(accumulators.length, Integer.BYTES))
                .order(ByteOrder.nativeOrder());
      }
    }

    private void split(int[] input) {
      int groupSize = channels * plane;
      for (int image = 0; image < geometry.batch() * geometry.groups(); image++) {
        limbs.split(
            input,
            image * groupSize,
            channels,
            plane,
            split,
            image * groupSize,
            geometry.inputSize());
      }
    }

    /**
     * Copies im2col rows of every limb and group into the tile.
     *
     * @param position the request's first output position
     * @param count positions
     * @param row the tile's row for the first
     * @param usedRows rows of this tile
     */
    private void gather(int position, int count, int row, int usedRows) {
      for (int group = 0; group < geometry.groups(); group++) {
        for (int limb = 0; limb < limbs.count(); limb++) {
          int to = 0;
          for (int i = 0; i < count; i++) {
            gatherRow(limb, group, position + i, to);
            to += depth;
          }
          tileBuffers[group].put((limb * usedRows + row) * depth, tile, 0, to);
        }
      }
    }

    private void gatherRow(int limb, int group, int position, int to) {
      ConvGeometry g = geometry;
      int image = position / g.planeSize();
      int y = position % g.planeSize() / g.outWidth() * g.strideHeight() - g.padTop();
      int x = position % g.outWidth() * g.strideWidth() - g.padLeft();
      int base = limb * g.inputSize() + (image * g.groups() + group) * channels * plane;
      int at = to;
      for (int u = 0; u < g.kernelHeight(); u++) {
        int sourceRow = source(y + u * g.dilationHeight(), g.inputDilationHeight(), g.inHeight());
        int rowBytes = g.kernelWidth() * channels;
        if (sourceRow < 0) {
          Arrays.fill(tile, at, at + rowBytes, (byte) 0);
        } else {
          gatherKernelRow(base + sourceRow * g.inWidth() * channels, x, at);
        }
        at += rowBytes;
      }
    }

    private void gatherKernelRow(int base, int x, int to) {
      ConvGeometry g = geometry;
      boolean contiguous = g.dilationWidth() == 1 && g.inputDilationWidth() == 1;
      if (contiguous && x >= 0 && x + g.kernelWidth() <= g.inWidth()) {
        System.arraycopy(split, base + x * channels, tile, to, g.kernelWidth() * channels);
        return;
      }
      int at = to;
      for (int v = 0; v < g.kernelWidth(); v++) {
        int column = source(x + v * g.dilationWidth(), g.inputDilationWidth(), g.inWidth());
        if (column < 0) {
          Arrays.fill(tile, at, at + channels, (byte) 0);
        } else {
          System.arraycopy(split, base + column * channels, tile, at, channels);
        }
        at += channels;
      }
    }

    void multiply(int usedRows) throws OrtException {
      int limbRows = limbs.count() * usedRows;
      Map<String, OnnxTensor> in = new HashMap<>();
      Map<String, OnnxTensor> out = new HashMap<>();
      try {
        for (int group = 0; group < geometry.groups(); group++) {
          ByteBuffer a = tileBuffers[group].slice(0, limbRows * depth);
          IntBuffer y = accumulatorBuffers[group].asIntBuffer().slice(0, limbRows * outPerGroup);
          in.put(
              MatMulIntegerModel.inputName(group),
              OnnxTensor.createTensor(
                  environment, a, new long[] {limbRows, depth}, OnnxJavaType.UINT8));
          out.put(
              MatMulIntegerModel.outputName(group),
              OnnxTensor.createTensor(environment, y, new long[] {limbRows, outPerGroup}));
        }
        session.run(in, out).close();
      } finally {
        in.values().forEach(OnnxTensor::close);
        out.values().forEach(OnnxTensor::close);
      }
    }

    void scatter(int firstRow, int usedRows, int[][] outputs) {
      int length = usedRows * outPerGroup;
      int planeOut = geometry.planeSize();
      for (int group = 0; group < geometry.groups(); group++) {
        accumulatorBuffers[group].asIntBuffer().get(0, accumulators, 0, limbs.count() * length);
        limbs.combine(accumulators, length, combined, length);
        for (int row = 0; row < usedRows; row++) {
          int position = (firstRow + row) % geometry.positions();
          int[] output = outputs[(firstRow + row) / geometry.positions()];
          int image = position / planeOut;
          int to =
              (image * geometry.outChannels() + group * outPerGroup) * planeOut
                  + position % planeOut;
          for (int oc = 0; oc < outPerGroup; oc++) {
            output[to + oc * planeOut] = combined[row * outPerGroup + oc];
          }
        }
      }
    }

    private int source(int dilated, int inputDilation, int size) {
      if (inputDilation == 1) {
        return dilated >= 0 && dilated < size ? dilated : -1;
      }
      return DirectConvolution.sourceIndex(dilated, inputDilation, size);
    }
  }
}
