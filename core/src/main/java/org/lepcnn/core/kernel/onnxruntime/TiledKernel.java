/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.kernel.onnxruntime;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import org.lepcnn.core.kernel.BufferPool;
import org.lepcnn.core.kernel.LinearKernel;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.residue.ResidueSink;

/**
 * A layer on ONNX Runtime, computed tile by tile so that limbs and accumulators stay in the caches.
 * Buffers are pooled, so that concurrent calls do not share them.
 */
abstract class TiledKernel implements LinearKernel {
  /** The inputs of buffers between two calls. */
  static final int[][] NO_INPUTS = {};

  /** The outputs of buffers between two calls. */
  static final ResidueSink[] NO_OUTPUTS = {};

  final ConvGeometry geometry;
  final OrtSession session;
  private final BufferPool<Tiles> pool = new BufferPool<>(size -> tiles());

  /** Takes over a session. */
  TiledKernel(ConvGeometry geometry, OrtSession session) {
    this.geometry = geometry;
    this.session = session;
  }

  /** The buffers of one call at a time, and the three steps of a tile. */
  interface Tiles extends BufferPool.Buffers {
    /**
     * Starts a call.
     *
     * @return the number of tiles
     */
    int begin(int count, int[][] inputs, ResidueSink[] outputs);

    /** Writes the limbs of a tile. */
    void fill(int tile);

    /** Multiplies them with the weights. */
    void multiply(int tile) throws OrtException;

    /** Recombines the accumulators into outputs. */
    void combine(int tile);

    /** Forgets the call's arrays. */
    void end();
  }

  /** New buffers, closed with the kernel. */
  abstract Tiles tiles();

  @Override
  public final ConvGeometry geometry() {
    return geometry;
  }

  @Override
  public final void apply(int count, int[][] inputs, ResidueSink[] outputs) {
    Tiles tiles = pool.take(count);
    try {
      int end = tiles.begin(count, inputs, outputs);
      for (int tile = 0; tile < end; tile++) {
        tiles.fill(tile);
        tiles.multiply(tile);
        tiles.combine(tile);
      }
    } catch (OrtException e) {
      throw new IllegalStateException("Running a layer on ONNX Runtime: " + geometry, e);
    } finally {
      tiles.end();
      pool.give(tiles);
    }
  }

  @Override
  public final void close() {
    pool.close();
    try {
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException("Releasing a layer of ONNX Runtime", e);
    }
  }
}
