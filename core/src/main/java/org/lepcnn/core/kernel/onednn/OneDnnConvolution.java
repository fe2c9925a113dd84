/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.kernel.onednn;

import java.nio.IntBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_stream;
import org.bytedeco.dnnl.global.dnnl;
import org.lepcnn.core.kernel.BufferPool;
import org.lepcnn.core.kernel.LinearKernel;
import org.lepcnn.core.kernel.limb.Recombination;
import org.lepcnn.core.linear.ConvGeometry;

/**
 * A convolution. The limbs of some images are one batch of a primitive; where the accumulators of
 * one image would leave the cache, the primitive computes a band of rows of one limb instead.
 *
 * <p>What oneDNN does not take (zeros between inputs, cropping, padding as wide as the kernel) is
 * written out in the limb images: exact, and slower by the zeros.
 */
final class OneDnnConvolution implements LinearKernel {
  private static final int LIMBS = 4;

  /**
   * Accumulator bytes that the runs of a primitive may produce before they are recombined, so that
   * they are still in a second-level cache; an image with more is cut into bands.
   */
  private static final long RUN_BYTES = 768 << 10;

  private final ConvGeometry geometry;
  private final Axis rows;
  private final Axis columns;
  private final boolean canvas;
  private final int channels;
  private final long accumulatorBound;
  private final int chunk;
  private final int bandRows;
  private final Weights weights;
  private final Map<Shape, Primitive> primitives = new ConcurrentHashMap<>();
  private final BufferPool<Scratch> pool = new BufferPool<>(Scratch::new);

  /** What distinguishes the primitives of a layer. */
  private record Shape(int images, Axis rows) {}

  OneDnnConvolution(ConvGeometry g, byte[] weights, long accumulatorBound) {
    this.geometry = g;
    this.accumulatorBound = accumulatorBound;
    Axis height =
        new Axis(
            g.inHeight(),
            g.outHeight(),
            g.kernelHeight(),
            g.strideHeight(),
            g.dilationHeight(),
            g.inputDilationHeight(),
            g.padTop());
    Axis width =
        new Axis(
            g.inWidth(),
            g.outWidth(),
            g.kernelWidth(),
            g.strideWidth(),
            g.dilationWidth(),
            g.inputDilationWidth(),
            g.padLeft());
    this.canvas = !height.isPlain() || !width.isPlain();
    this.rows = canvas ? height.onCanvas() : height;
    this.columns = canvas ? width.onCanvas() : width;
    this.channels = LimbImages.paddedGroupChannels(g) * g.groups();
    long imageBytes = (long) LIMBS * Integer.BYTES * g.outChannels() * g.planeSize();
    this.chunk = (int) Math.max(1, Math.min(32, RUN_BYTES / imageBytes));
    this.bandRows =
        imageBytes <= RUN_BYTES
            ? g.outHeight()
            : balanced(g.outHeight(), Math.max(1, RUN_BYTES * g.outHeight() / imageBytes));
    Shape first = bands() ? new Shape(1, rows.band(0, bandRows)) : new Shape(LIMBS, rows);
    dnnl_memory_desc plain = weightsDescription(g.groups() > 1 ? dnnl.dnnl_goihw : dnnl.dnnl_oihw);
    try (Primitive preferring = compile(first)) {
      this.weights = new Weights(padded(weights), plain, preferring.weights());
    } finally {
      dnnl.dnnl_memory_desc_destroy(plain);
    }
  }

  @Override
  public ConvGeometry geometry() {
    return geometry;
  }

  @Override
  public void apply(int count, int[][] inputs, int[][] outputs) {
    int images = Math.multiplyExact(count, geometry.batch());
    Scratch scratch = pool.take(Math.min(chunk, images));
    try {
      for (int first = 0; first < images; first += chunk) {
        scratch.run(first, Math.min(chunk, images - first), inputs, outputs);
      }
    } finally {
      pool.give(scratch);
    }
  }

  /** oneDNN's name of the implementation that one request takes. */
  String implementation() {
    return primitive(bands() ? new Shape(1, rows.band(0, bandRows)) : new Shape(LIMBS, rows))
        .implementation();
  }

  @Override
  public void close() {
    pool.close();
    primitives.values().forEach(Primitive::close);
    primitives.clear();
    weights.close();
  }

  /** Parts of equal size, at most {@code size}, that cover {@code total} (the last overlaps). */
  private static int balanced(int total, long size) {
    long parts = (total + size - 1) / size;
    return (int) ((total + parts - 1) / parts);
  }

  private boolean bands() {
    return bandRows < geometry.outHeight();
  }

  private Primitive primitive(Shape shape) {
    return primitives.computeIfAbsent(shape, this::compile);
  }

  private Primitive compile(Shape shape) {
    Axis height = shape.rows();
    long[] source = {shape.images(), channels, height.in(), columns.in()};
    long[] target = {shape.images(), geometry.outChannels(), height.out(), columns.out()};
    long[][] steps = {
      {height.stride(), columns.stride()},
      {height.dilation() - 1, columns.dilation() - 1},
      {height.pad(), columns.pad()},
      {height.padEnd(), columns.padEnd()}
    };
    dnnl_memory_desc any = weightsDescription(dnnl.dnnl_format_tag_any);
    try {
      return Primitive.convolution(source, target, any, steps);
    } finally {
      dnnl.dnnl_memory_desc_destroy(any);
    }
  }

  private dnnl_memory_desc weightsDescription(int tag) {
    ConvGeometry g = geometry;
    long out = g.outChannels() / g.groups();
    long in = channels / g.groups();
    long[] dimensions =
        g.groups() > 1
            ? new long[] {g.groups(), out, in, g.kernelHeight(), g.kernelWidth()}
            : new long[] {out, in, g.kernelHeight(), g.kernelWidth()};
    return Descriptions.dense(dnnl.dnnl_s8, dimensions, tag);
  }

  /** The weights with zero channels where the limb images have them. */
  private byte[] padded(byte[] original) {
    int row = geometry.fanIn();
    int paddedRow = channels / geometry.groups() * geometry.kernelHeight() * geometry.kernelWidth();
    byte[] padded = new byte[Math.multiplyExact(paddedRow, geometry.outChannels())];
    for (int oc = 0; oc < geometry.outChannels(); oc++) {
      System.arraycopy(original, oc * row, padded, oc * paddedRow, row);
    }
    return padded;
  }

  /** The buffers of one call at a time. */
  private final class Scratch implements BufferPool.Buffers {
    private final int capacity;
    private final NativeMemory source;
    private final NativeMemory target;
    private final IntBuffer sourceWords;
    private final IntBuffer accumulators;
    private final LimbImages split;
    private final Recombination recombination;
    private final dnnl_stream stream = new dnnl_stream();
    private final Map<Primitive, Execution> executions = new HashMap<>();

    Scratch(int capacity) {
      this.capacity = capacity;
      this.source = NativeMemory.zeroed((long) LIMBS * capacity * imageBytes());
      this.target =
          NativeMemory.zeroed(
              (long) LIMBS
                  * capacity
                  * bandRows
                  * columns.out()
                  * geometry.outChannels()
                  * Integer.BYTES);
      this.sourceWords = source.buffer().asIntBuffer();
      this.accumulators = target.buffer().asIntBuffer();
      this.split = new LimbImages(geometry, rows, columns, canvas);
      this.recombination = new Recombination(accumulatorBound);
      OneDnn.check(
          dnnl.dnnl_stream_create(stream, OneDnn.engine(), dnnl.dnnl_stream_default_flags),
          "stream_create");
    }

    void run(int first, int images, int[][] inputs, int[][] outputs) {
      int imageInput = geometry.inputSize() / geometry.batch();
      int imageWords = imageBytes() / Integer.BYTES;
      for (int k = 0; k < images; k++) {
        int image = first + k;
        split.write(
            inputs[image / geometry.batch()],
            image % geometry.batch() * imageInput,
            sourceWords,
            k * imageWords,
            images * imageWords);
      }
      if (bands()) {
        for (int row = 0; row < geometry.outHeight(); row += bandRows) {
          runBand(Math.min(row, geometry.outHeight() - bandRows), bandRows, first, outputs);
        }
        return;
      }
      execute(new Shape(LIMBS * images, rows), 0, 0);
      int size = geometry.planeSize() * geometry.outChannels();
      for (int k = 0; k < images; k++) {
        combine(first + k, k * size, images * size, 0, geometry.planeSize(), outputs);
      }
    }

    /** One image, some rows. */
    private void runBand(int row, int count, int image, int[][] outputs) {
      Shape shape = new Shape(1, rows.band(row, count));
      int size = count * columns.out() * geometry.outChannels();
      long from = (long) rows.firstInput(row) * columns.in() * channels;
      for (int limb = 0; limb < LIMBS; limb++) {
        execute(shape, limb * (long) imageBytes() + from, (long) limb * size * Integer.BYTES);
      }
      combine(image, 0, size, row * columns.out(), count * columns.out(), outputs);
    }

    private void combine(
        int image, int at, int limbStride, int firstPosition, int positions, int[][] outputs) {
      int[] output = outputs[image / geometry.batch()];
      int plane = geometry.planeSize();
      int to = image % geometry.batch() * geometry.outChannels() * plane + firstPosition;
      recombination.planar(
          accumulators, at, limbStride, positions, geometry.outChannels(), output, to, plane);
    }

    private void execute(Shape shape, long fromBytes, long toBytes) {
      Primitive primitive = primitive(shape);
      Execution execution = executions.get(primitive);
      if (execution == null) {
        execution = new Execution(primitive, weights.in(primitive.weights()));
        executions.put(primitive, execution);
      }
      execution.run(stream, source.address() + fromBytes, target.address() + toBytes);
    }

    private int imageBytes() {
      return rows.in() * columns.in() * channels;
    }

    @Override
    public int capacity() {
      return capacity;
    }

    @Override
    public void close() {
      executions.values().forEach(Execution::close);
      dnnl.dnnl_stream_destroy(stream);
      source.close();
      target.close();
    }
  }
}
