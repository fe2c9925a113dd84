/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.kernel;

import java.util.function.BiFunction;
import org.lepcnn.core.linear.ConvAxis;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.residue.ResidueSink;

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
  private final BufferPool<BufferPool.TensorBuffers> pool;

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
    ConvAxis height = g.height();
    ConvAxis width = g.width();
    int phases = height.stride() * width.stride();
    long channels = (long) g.inChannels() * phases;
    return phases > 1
        && g.inChannels() < MAX_CHANNELS
        && channels <= MAX_FOLDED_CHANNELS
        && g.groups() == 1
        && takes(height)
        && takes(width)
        && channels
                * g.batch()
                * ceilDivide(height.in(), height.stride())
                * ceilDivide(width.in(), width.stride())
            <= ConvGeometry.MAX_TENSOR_ELEMENTS;
  }

  private static boolean takes(ConvAxis axis) {
    return axis.kernel() >= axis.stride()
        && axis.padBefore() >= 0
        && axis.dilation() * axis.inputDilation() == 1;
  }

  @Override
  public ConvGeometry geometry() {
    return geometry;
  }

  /** The kernel of the folded layer. */
  public LinearKernel folded() {
    return folded;
  }

  @Override
  public void apply(int count, int[][] inputs, ResidueSink[] outputs) {
    BufferPool.TensorBuffers scratch = pool.take(count);
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
    return new ConvGeometry(
        g.batch(),
        g.inChannels() * g.height().stride() * g.width().stride(),
        g.outChannels(),
        1,
        folded(g.height()),
        folded(g.width()));
  }

  private static ConvAxis folded(ConvAxis axis) {
    int in = ceilDivide(axis.in(), axis.stride());
    int lastTap = place(axis, axis.kernel() - 1) / axis.stride();
    return ConvAxis.of(in, axis.out(), lastTap + 1)
        .withPadBefore(ceilDivide(axis.padBefore(), axis.stride()));
  }

  /** The e of a tap. */
  private static int place(ConvAxis axis, int tap) {
    return tap - axis.padBefore() + ceilDivide(axis.padBefore(), axis.stride()) * axis.stride();
  }

  private static byte[] foldedWeights(ConvGeometry g, ConvGeometry folded, byte[] weights) {
    int sh = g.height().stride();
    int sw = g.width().stride();
    int columns = g.width().kernel();
    byte[] result = new byte[folded.weightCount()];
    for (int from = 0; from < weights.length; from++) {
      int channel = from / g.kernelSize();
      int y = place(g.height(), from / columns % g.height().kernel());
      int x = place(g.width(), from % columns);
      int phase = (channel * sh + y % sh) * sw + x % sw;
      int tap = y / sh * folded.width().kernel() + x / sw;
      result[phase * folded.kernelSize() + tap] = weights[from];
    }
    return result;
  }

  /** Planes of phases, zeros where the input has no such row or column. */
  private void fold(int[] input, int[] target) {
    ConvAxis rows = geometry.height();
    int phases = rows.stride() * geometry.width().stride();
    int plane = folded.geometry().inPlane();
    int at = 0;
    for (int channel = 0; channel < geometry.batch() * geometry.inChannels(); channel++) {
      for (int phase = 0; phase < phases; phase++) {
        foldPhase(input, channel * rows.in(), phase, target, at);
        at += plane;
      }
    }
  }

  private void foldPhase(int[] input, int firstRow, int phase, int[] target, int at) {
    int rows = geometry.height().in();
    int columns = geometry.width().in();
    int sh = geometry.height().stride();
    int sw = geometry.width().stride();
    int dx = phase % sw;
    int width = folded.geometry().width().in();
    int count = ceilDivide(columns - dx, sw);
    int to = at;
    for (int row = phase / sw; row < rows; row += sh) {
      int from = (firstRow + row) * columns + dx;
      for (int x = 0; x < count; x++) {
        target[to + x] = input[from + x * sw];
      }
      to += width;
    }
  }

  private static int ceilDivide(int a, int b) {
    return (a + b - 1) / b;
  }
}
