/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.kernel.onednn;

import java.nio.IntBuffer;
import org.jspecify.annotations.Nullable;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.linear.ConvAxis;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.residue.ResidueSink;

/**
 * A convolution of stride 1 as a {@link PlanarProduct} of its weights with the columns of its input
 * (im2col).
 *
 * <p>The limbs of an image are words of four channels on a canvas with the padding around it. An
 * output at (i, j) of a tap (u, v) looks at the canvas at (i + u·dilation, j + v·dilation): with
 * the positions counted along the canvas' rows, every tap of every word is one run of the canvas,
 * and the matrix is written by copies of whole blocks. The positions behind the end of a row of
 * outputs are computed and dropped.
 */
final class OneDnnColumns extends PlanarKernel {
  private static final int WORD = Integer.BYTES;

  /**
   * The deepest matrix, in channels times taps, filled up: every tap is a copy of the image, what
   * it saves is a transposition of the results. On a Xeon with AMX, ÷ {@link OneDnnConvolution}:
   * 0.5 to 0.65 at 48 (SqueezeNet's first layer), 0.65 to 0.85 at 192 (ResNet's), 0.7 to 1.0 at 144
   * (16 channels at 55²); 0.95 to 1.2 at 288 (32 channels at 27²), slower from 432 on (AlexNet's).
   */
  private static final int MAX_DEPTH = 192;

  /**
   * The same where weights have to be shifted. On a Zen 5, which has VNNI alone, ÷ {@link
   * OneDnnConvolution}: 0.86 at 48 (SqueezeNet's first layer), 0.97 to 1.07 at 72, 1.01 to 1.07 at
   * 108, 1.12 to 1.17 at 192 (ResNet's).
   */
  private static final int MAX_SHIFTED_DEPTH = 48;

  private final int[] starts;

  private OneDnnColumns(ConvGeometry geometry, PlanarProduct product) {
    super(geometry, product);
    this.starts = starts(geometry);
  }

  /** Whether a layer is of this kind. */
  static boolean takes(ConvGeometry g) {
    return takes(g.height())
        && takes(g.width())
        && g.groups() == 1
        && (long) words(g) * WORD * g.kernelSize() <= MAX_DEPTH
        && g.canvasSize() <= ConvGeometry.MAX_TENSOR_ELEMENTS / words(g);
  }

  private static boolean takes(ConvAxis axis) {
    return axis.stride() == 1 && axis.inputDilation() == 1 && axis.padBefore() >= 0;
  }

  /** A kernel, or null where oneDNN wants the limbs in a layout that cannot be written here. */
  static @Nullable OneDnnColumns createIfSupported(
      ResidueField field, ConvGeometry g, byte[] weights) {
    int depth = words(g) * WORD * g.kernelSize();
    int positions = (g.height().out() - 1) * g.width().reach() + g.width().out();
    PlanarProduct product =
        PlanarProduct.createIfSupported(
            field,
            g.outChannels(),
            depth,
            positions,
            ordered(g, weights),
            depth <= MAX_SHIFTED_DEPTH);
    return product == null ? null : new OneDnnColumns(g, product);
  }

  @Override
  Images images() {
    return new Scratch();
  }

  private static int words(ConvGeometry g) {
    return (g.inChannels() + WORD - 1) / WORD;
  }

  /** Where on the canvases of a limb the rows of the matrix start: by word and tap. */
  private static int[] starts(ConvGeometry g) {
    int width = g.width().reach();
    int canvas = g.height().reach() * width;
    int[] starts = new int[words(g) * g.kernelSize()];
    for (int i = 0; i < starts.length; i++) {
      int tap = i % g.kernelSize();
      int y = tap / g.width().kernel() * g.height().dilation();
      int x = tap % g.width().kernel() * g.width().dilation();
      starts[i] = i / g.kernelSize() * canvas + y * width + x;
    }
    return starts;
  }

  /** Weights {@code [outChannel][word][tap][channel of the word]}. */
  private static byte[] ordered(ConvGeometry g, byte[] weights) {
    int taps = g.kernelSize();
    int depth = words(g) * WORD * taps;
    byte[] ordered = new byte[Math.multiplyExact(g.outChannels(), depth)];
    for (int from = 0; from < weights.length; from++) {
      int channel = from / taps % g.inChannels();
      int row = channel / WORD * taps + from % taps;
      ordered[from / g.fanIn() * depth + row * WORD + channel % WORD] = weights[from];
    }
    return ordered;
  }

  private final class Scratch implements Images {
    private final PlanarProduct.Buffers buffers = product.buffers();
    private final PaddedWordPlanes canvas =
        new PaddedWordPlanes(
            product.field(), geometry, geometry.height().reach(), geometry.width().reach());
    private final int[] block = new int[starts.length * product.layout().positions()];

    @Override
    public void run(int[] input, int imageInBatch, ResidueSink output) {
      ConvGeometry g = geometry;
      canvas.write(input, imageInBatch * g.inChannels() * g.inPlane());
      int to = imageInBatch * g.outChannels() * g.planeSize();
      buffers.run(
          this::columns,
          (channel, first, residues, at) ->
              copyRows(residues, at - first, first, output, to + channel * g.planeSize()));
    }

    private void columns(int first, IntBuffer target) {
      for (int limb = 0; limb < product.field().limbs(); limb++) {
        product
            .layout()
            .copy(canvas.limb(limb), starts, first, product.runPositions(), limb, block, target);
      }
    }

    /**
     * Copies the parts of a run that are outputs into one channel of them.
     *
     * @param from where the residue of position 0 would be
     */
    private void copyRows(int[] residues, int from, int first, ResidueSink output, int to) {
      int outWidth = geometry.width().out();
      int width = canvas.width();
      int end = first + product.runPositions();
      for (int y = first / width; y * width < end; y++) {
        int left = Math.max(0, first - y * width);
        int right = Math.min(outWidth, end - y * width);
        if (left < right) {
          output.put(to + y * outWidth + left, residues, from + y * width + left, right - left);
        }
      }
    }

    @Override
    public void close() {
      buffers.close();
    }
  }
}
