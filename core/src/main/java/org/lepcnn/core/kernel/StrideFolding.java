/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.kernel;

import java.util.function.BiFunction;
import org.lepcnn.core.linear.ConvGeometry;

/**
 * A strided convolution of few channels as one of stride 1 with more channels: every phase of an
 * input modulo the stride becomes a channel. First layers of networks have three channels, which
 * leave most of a unit for int8 products idle.
 *
 * <p>Along one axis output i looks at input i·s + u − p for tap u. With q = ⌈p/s⌉ and e = u − p +
 * q·s ≥ 0 that is input ⌊e/s⌋ + i − q of phase e mod s: padding q, tap ⌊e/s⌋. Taps of a phase that
 * the original kernel does not have are zeros.
 */
public final class StrideFolding implements LinearKernel {
  /** From here on channels alone fill the units. */
  private static final int MAX_CHANNELS = 16;

  private static final int MAX_FOLDED_CHANNELS = 256;

  private final ConvGeometry geometry;
  private final LinearKernel folded;
  private final BufferPool<BufferPool.Tensors> pool;

  /**
   * Folds a layer that {@link #takes} accepts.
   *
   * @param kernels makes the kernel of the folded layer
   */
  public StrideFolding(
      ConvGeometry geometry,
      byte[] weights,
      BiFunction<ConvGeometry, byte[], LinearKernel> kernels) {
    this.geometry = geometry;
    ConvGeometry target = folded(geometry);
    this.folded = kernels.apply(target, foldedWeights(geometry, target, weights));
    this.pool = BufferPool.ofTensors(target.inputSize());
  }

  /** Whether a layer is of this kind. */
  public static boolean takes(ConvGeometry g) {
    int phases = g.strideHeight() * g.strideWidth();
    long channels = (long) g.inChannels() * phases;
    return phases > 1
        && g.inChannels() < MAX_CHANNELS
        && channels <= MAX_FOLDED_CHANNELS
        && g.groups() == 1
        && g.kernelHeight() >= g.strideHeight()
        && g.kernelWidth() >= g.strideWidth()
        && g.padTop() >= 0
        && g.padLeft() >= 0
        && g.dilationHeight() * g.dilationWidth() == 1
        && g.inputDilationHeight() * g.inputDilationWidth() == 1
        && channels
                * g.batch()
                * ceilDivide(g.inHeight(), g.strideHeight())
                * ceilDivide(g.inWidth(), g.strideWidth())
            <= ConvGeometry.MAX_TENSOR_ELEMENTS;
  }

  @Override
  public ConvGeometry geometry() {
    return geometry;
  }

  /** The kernel of the folded layer. */
  LinearKernel folded() {
    return folded;
  }

  @Override
  public void apply(int count, int[][] inputs, int[][] outputs) {
    BufferPool.Tensors scratch = pool.take(count);
    try {
      for (int request = 0; request < count; request++) {
        fold(inputs[request], scratch.arrays()[request]);
      }
      folded.apply(count, scratch.arrays(), outputs);
    } finally {
      pool.give(scratch);
    }
  }

  @Override
  public boolean isScalar() {
    return folded.isScalar();
  }

  @Override
  public void close() {
    pool.close();
    folded.close();
  }

  private static ConvGeometry folded(ConvGeometry g) {
    int sh = g.strideHeight();
    int sw = g.strideWidth();
    int padTop = ceilDivide(g.padTop(), sh);
    int padLeft = ceilDivide(g.padLeft(), sw);
    return new ConvGeometry(
        g.batch(),
        g.inChannels() * sh * sw,
        ceilDivide(g.inHeight(), sh),
        ceilDivide(g.inWidth(), sw),
        g.outChannels(),
        g.outHeight(),
        g.outWidth(),
        (g.kernelHeight() - 1 - g.padTop() + padTop * sh) / sh + 1,
        (g.kernelWidth() - 1 - g.padLeft() + padLeft * sw) / sw + 1,
        1,
        1,
        padTop,
        padLeft,
        1,
        1,
        1,
        1,
        1);
  }

  private static byte[] foldedWeights(ConvGeometry g, ConvGeometry folded, byte[] weights) {
    int sh = g.strideHeight();
    int sw = g.strideWidth();
    byte[] result = new byte[folded.weightCount()];
    int taps = folded.kernelHeight() * folded.kernelWidth();
    for (int from = 0; from < weights.length; from++) {
      int channel = from / (g.kernelHeight() * g.kernelWidth());
      int y = from / g.kernelWidth() % g.kernelHeight() - g.padTop() + folded.padTop() * sh;
      int x = from % g.kernelWidth() - g.padLeft() + folded.padLeft() * sw;
      int phase = (channel * sh + y % sh) * sw + x % sw;
      result[phase * taps + y / sh * folded.kernelWidth() + x / sw] = weights[from];
    }
    return result;
  }

  /** Planes of phases, zeros where the input has no such row or column. */
  private void fold(int[] input, int[] target) {
    ConvGeometry g = geometry;
    int height = folded.geometry().inHeight();
    int width = folded.geometry().inWidth();
    int at = 0;
    for (int channel = 0; channel < g.batch() * g.inChannels(); channel++) {
      for (int dy = 0; dy < g.strideHeight(); dy++) {
        for (int dx = 0; dx < g.strideWidth(); dx++) {
          int inRow = ceilDivide(g.inWidth() - dx, g.strideWidth());
          for (int y = 0; y < height; y++) {
            int row = y * g.strideHeight() + dy;
            if (row < g.inHeight()) {
              int from = (channel * g.inHeight() + row) * g.inWidth() + dx;
              for (int x = 0; x < inRow; x++) {
                target[at + x] = input[from + x * g.strideWidth()];
              }
            }
            at += width;
          }
        }
      }
    }
  }

  private static int ceilDivide(int a, int b) {
    return (a + b - 1) / b;
  }
}
