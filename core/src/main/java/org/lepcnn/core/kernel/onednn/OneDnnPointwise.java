/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.kernel.onednn;

import org.lepcnn.core.kernel.limb.LimbLoops;
import org.lepcnn.core.kernel.limb.LimbSplit;
import org.lepcnn.core.linear.ConvGeometry;

/**
 * A 1×1 convolution as a {@link PlanarProduct} of its weights {@code [outChannels][inChannels]}
 * with the limbs {@code [inChannels][positions]}.
 */
final class OneDnnPointwise extends PlanarKernel {
  private final int plane;

  private OneDnnPointwise(ConvGeometry geometry, PlanarProduct product) {
    super(geometry, product);
    this.plane = geometry.planeSize();
  }

  /** Whether a layer is of this kind. */
  static boolean takes(ConvGeometry g) {
    return g.kernelHeight() * g.kernelWidth() == 1
        && g.groups() == 1
        && g.padTop() == 0
        && g.padLeft() == 0
        && g.inputDilationHeight() * g.inputDilationWidth() == 1
        && (g.outHeight() - 1) * g.strideHeight() < g.inHeight()
        && (g.outWidth() - 1) * g.strideWidth() < g.inWidth();
  }

  /** A kernel, or null where oneDNN wants the limbs in a layout that cannot be written here. */
  static OneDnnPointwise createIfSupported(ConvGeometry g, byte[] weights) {
    PlanarProduct product =
        PlanarProduct.createIfSupported(g.outChannels(), g.inChannels(), g.planeSize(), weights);
    return product == null ? null : new OneDnnPointwise(g, product);
  }

  @Override
  Images images() {
    return new Scratch();
  }

  private final class Scratch implements Images {
    private final PlanarProduct.Buffers buffers = product.buffers();
    private final LimbSplit split = new LimbSplit(LimbLoops.PASS, true);
    private final int[] sampled =
        new int[isStrided() ? geometry.inChannels() * geometry.planeSize() : 0];

    @Override
    public void run(int[] input, int imageInBatch, int[] output) {
      int size = geometry.inHeight() * geometry.inWidth();
      int offset = imageInBatch * geometry.inChannels() * size;
      boolean strided = isStrided();
      if (strided) {
        sample(input, offset);
      }
      int[] source = strided ? sampled : input;
      int from = strided ? 0 : offset;
      int step = strided ? plane : size;
      int to = imageInBatch * geometry.outChannels() * plane;
      buffers.run(
          (first, target) ->
              product
                  .layout()
                  .write(
                      source,
                      from + first,
                      step,
                      geometry.inChannels(),
                      product.runPositions(),
                      split,
                      target),
          (channel, first, at) ->
              System.arraycopy(
                  buffers.residues(at),
                  0,
                  output,
                  to + channel * plane + first,
                  product.runPositions()));
    }

    private void sample(int[] input, int from) {
      ConvGeometry g = geometry;
      int at = 0;
      for (int channel = 0; channel < g.inChannels(); channel++) {
        for (int y = 0; y < g.outHeight(); y++) {
          int row = from + (channel * g.inHeight() + y * g.strideHeight()) * g.inWidth();
          for (int x = 0; x < g.outWidth(); x++) {
            sampled[at++] = input[row + x * g.strideWidth()];
          }
        }
      }
    }

    /** Whether the primitive's positions are not simply those of the input, one after the other. */
    private boolean isStrided() {
      return geometry.inHeight() != geometry.outHeight()
          || geometry.inWidth() != geometry.outWidth();
    }

    @Override
    public void close() {
      buffers.close();
    }
  }
}
