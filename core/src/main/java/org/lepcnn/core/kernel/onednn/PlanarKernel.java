/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.kernel.onednn;

import org.lepcnn.core.kernel.BufferPool;
import org.lepcnn.core.kernel.LinearKernel;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.residue.ResidueSink;

/**
 * A layer that is a {@link PlanarProduct}, image by image; what differs is how the matrix of limbs
 * comes from an image and where the residues go. Buffers are pooled, so that concurrent calls do
 * not share them.
 */
abstract class PlanarKernel implements LinearKernel {
  final ConvGeometry geometry;
  final PlanarProduct product;
  private final BufferPool<Images> pool = new BufferPool<>(size -> images());

  PlanarKernel(ConvGeometry geometry, PlanarProduct product) {
    this.geometry = geometry;
    this.product = product;
  }

  /** The buffers of one call at a time. */
  interface Images extends BufferPool.Buffers {
    /** Computes one image of a request. */
    void run(int[] input, int imageInBatch, ResidueSink output);
  }

  /** New buffers, closed with the kernel. */
  abstract Images images();

  @Override
  public final ConvGeometry geometry() {
    return geometry;
  }

  @Override
  public final void apply(int count, int[][] inputs, ResidueSink[] outputs) {
    Images images = pool.take(count);
    try {
      for (int request = 0; request < count; request++) {
        for (int image = 0; image < geometry.batch(); image++) {
          images.run(inputs[request], image, outputs[request]);
        }
      }
    } finally {
      pool.give(images);
    }
  }

  @Override
  public final void close() {
    pool.close();
    product.close();
  }
}
