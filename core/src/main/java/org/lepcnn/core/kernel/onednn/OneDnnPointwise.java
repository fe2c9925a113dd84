/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.kernel.onednn;

import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.bytedeco.dnnl.dnnl_stream;
import org.bytedeco.dnnl.global.dnnl;
import org.lepcnn.core.kernel.LinearKernel;
import org.lepcnn.core.kernel.limb.LimbLoops;
import org.lepcnn.core.kernel.limb.LimbSplit;
import org.lepcnn.core.kernel.limb.Recombination;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.quant.WeightQuantizer;

/**
 * A 1×1 convolution as the product of its weights {@code [outChannels][inChannels]} with the limbs
 * {@code [inChannels][positions]}: planar on both sides, so that nothing is transposed.
 *
 * <p>oneDNN wants the right-hand matrix signed, hence {@link LimbLoops#signedLimbs}; an accumulator
 * is at most 128·Σ|w| in magnitude. A run of the primitive computes some output channels of some
 * positions, so few that their accumulators stay in a second-level cache.
 */
final class OneDnnPointwise implements LinearKernel {
  private static final int LIMBS = 4;

  /** The largest magnitude of a signed limb. */
  private static final long LIMB_MAX = 128;

  /** Accumulators of one run. */
  private static final int RUN = 64 << 10;

  /** Positions of one run, at most. */
  private static final int RUN_POSITIONS = 1024;

  private final ConvGeometry geometry;
  private final long accumulatorBound;
  private final int plane;
  private final int runPositions;
  private final int runChannels;
  private final Primitive primitive;
  private final PackedColumns layout;
  private final NativeMemory weights;
  private final ConcurrentLinkedQueue<Scratch> pool = new ConcurrentLinkedQueue<>();

  private OneDnnPointwise(ConvGeometry g, byte[] weights) {
    this.geometry = g;
    this.accumulatorBound = LIMB_MAX * WeightQuantizer.maxAbsSum(weights, g.outChannels());
    this.plane = g.planeSize();
    this.runPositions = balanced(plane, RUN_POSITIONS);
    this.runChannels = balanced(g.outChannels(), Math.max(16, RUN / LIMBS / runPositions));
    this.primitive =
        Primitive.limbProduct(new long[] {LIMBS, runChannels, g.inChannels(), runPositions});
    this.layout = PackedColumns.of(primitive.weights(), g.inChannels());
    this.weights = NativeMemory.zeroed(weights.length);
    ByteBuffer target = this.weights.buffer();
    target.put(weights);
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
    OneDnnPointwise kernel = new OneDnnPointwise(g, weights);
    if (kernel.layout != null && kernel.accumulatorBound <= Integer.MAX_VALUE) {
      return kernel;
    }
    kernel.close();
    return null;
  }

  @Override
  public ConvGeometry geometry() {
    return geometry;
  }

  @Override
  public void apply(int count, int[][] inputs, int[][] outputs) {
    Scratch polled = pool.poll();
    Scratch scratch = polled == null ? new Scratch() : polled;
    try {
      for (int image = 0; image < count * geometry.batch(); image++) {
        int inBatch = image % geometry.batch();
        scratch.run(inputs[image / geometry.batch()], inBatch, outputs[image / geometry.batch()]);
      }
    } finally {
      pool.add(scratch);
    }
  }

  @Override
  public void close() {
    Scratch scratch = pool.poll();
    while (scratch != null) {
      scratch.close();
      scratch = pool.poll();
    }
    primitive.close();
    weights.close();
  }

  /**
   * The size of equal parts of at most {@code most} that cover {@code total}; the last overlaps.
   */
  private static int balanced(int total, int most) {
    int parts = (total + most - 1) / most;
    return (total + parts - 1) / parts;
  }

  /** The buffers of one call at a time. */
  private final class Scratch implements AutoCloseable {
    private final NativeMemory limbs = NativeMemory.zeroed(primitive.weights());
    private final NativeMemory target =
        NativeMemory.zeroed((long) LIMBS * Integer.BYTES * runChannels * runPositions);
    private final IntBuffer limbWords = limbs.buffer().asIntBuffer();
    private final IntBuffer accumulators = target.buffer().asIntBuffer();
    private final LimbSplit split = new LimbSplit(LimbLoops.PASS, true);
    private final Recombination recombination = new Recombination(accumulatorBound);
    private final Execution execution = new Execution(primitive, limbs);
    private final dnnl_stream stream = new dnnl_stream();
    private final int[] sampled =
        new int[isStrided() ? geometry.inChannels() * geometry.planeSize() : 0];

    Scratch() {
      OneDnn.check(
          dnnl.dnnl_stream_create(stream, OneDnn.engine(), dnnl.dnnl_stream_default_flags),
          "stream_create");
    }

    /** Computes one image. */
    void run(int[] input, int imageInBatch, int[] output) {
      int[] source = input;
      int from = imageInBatch * geometry.inChannels() * geometry.inHeight() * geometry.inWidth();
      int step = geometry.inHeight() * geometry.inWidth();
      if (isStrided()) {
        sample(input, from);
        source = sampled;
        from = 0;
        step = plane;
      }
      int to = imageInBatch * geometry.outChannels() * plane;
      for (int next = 0; next < plane; next += runPositions) {
        int first = Math.min(next, plane - runPositions);
        layout.write(
            source, from + first, step, geometry.inChannels(), runPositions, split, limbWords);
        for (int channel = 0; channel < geometry.outChannels(); channel += runChannels) {
          multiply(Math.min(channel, geometry.outChannels() - runChannels), output, to, first);
        }
      }
    }

    private void multiply(int channel, int[] output, int to, int first) {
      execution.run(
          stream, weights.address() + (long) channel * geometry.inChannels(), target.address());
      int limbStride = runChannels * runPositions;
      if (runPositions == plane) {
        recombination.flat(accumulators, 0, limbStride, limbStride, output, to + channel * plane);
        return;
      }
      for (int i = 0; i < runChannels; i++) {
        recombination.flat(
            accumulators,
            i * runPositions,
            limbStride,
            runPositions,
            output,
            to + (channel + i) * plane + first);
      }
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
      execution.close();
      dnnl.dnnl_stream_destroy(stream);
      limbs.close();
      target.close();
    }
  }
}
