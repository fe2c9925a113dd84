/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.kernel.onednn;

import org.jspecify.annotations.Nullable;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.kernel.limb.ChannelWords;
import org.lepcnn.core.kernel.limb.LimbLoops;
import org.lepcnn.core.linear.ConvAxis;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.residue.ResidueSink;

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
    return g.groups() == 1 && takes(g.height()) && takes(g.width());
  }

  private static boolean takes(ConvAxis axis) {
    return axis.kernel() == 1
        && axis.padBefore() == 0
        && axis.inputDilation() == 1
        && axis.reach() <= axis.in();
  }

  /** A kernel, or null where oneDNN wants the limbs in a layout that cannot be written here. */
  static @Nullable OneDnnPointwise createIfSupported(
      ResidueField field, ConvGeometry g, byte[] weights) {
    PlanarProduct product =
        PlanarProduct.createIfSupported(
            field, g.outChannels(), g.inChannels(), g.planeSize(), weights, true);
    return product == null ? null : new OneDnnPointwise(g, product);
  }

  @Override
  Images images() {
    return new Scratch();
  }

  private final class Scratch implements Images {
    private final PlanarProduct.Buffers buffers = product.buffers();
    private final ChannelWords split = new ChannelWords(product.field(), LimbLoops.PASS, true);
    private final int[] sampled =
        new int[isStrided() ? geometry.inChannels() * geometry.planeSize() : 0];

    @Override
    public void run(int[] input, int imageInBatch, ResidueSink output) {
      int size = geometry.inPlane();
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
          (channel, first, residues, at) ->
              output.put(to + channel * plane + first, residues, at, product.runPositions()));
    }

    private void sample(int[] input, int from) {
      ConvAxis height = geometry.height();
      int inWidth = geometry.width().in();
      int outWidth = geometry.width().out();
      int stride = geometry.width().stride();
      int at = 0;
      for (int channel = 0; channel < geometry.inChannels(); channel++) {
        for (int y = 0; y < height.out(); y++) {
          int row = from + (channel * height.in() + y * height.stride()) * inWidth;
          for (int x = 0; x < outWidth; x++) {
            sampled[at++] = input[row + x * stride];
          }
        }
      }
    }

    /** Whether the primitive's positions are not simply those of the input, one after the other. */
    private boolean isStrided() {
      return geometry.height().in() != geometry.height().out()
          || geometry.width().in() != geometry.width().out();
    }

    @Override
    public void close() {
      buffers.close();
    }
  }
}
