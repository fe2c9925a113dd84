/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.kernel.onednn;

import java.nio.IntBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_stream;
import org.bytedeco.dnnl.global.dnnl;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.kernel.BufferPool;
import org.lepcnn.core.kernel.LinearKernel;
import org.lepcnn.core.kernel.limb.Recombination;
import org.lepcnn.core.linear.ConvAxis;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.residue.ResidueSink;

/**
 * A convolution. The limbs of some images are one batch of a primitive; where the accumulators of
 * one image would leave the cache, the primitive computes a band of rows of one limb instead.
 *
 * <p>What oneDNN does not take (zeros between inputs, cropping, padding as wide as the kernel) is
 * written out in the limb images: exact, and slower by the zeros.
 */
final class OneDnnConvolution implements LinearKernel {

  /**
   * Accumulator bytes that the runs of a primitive may produce before they are recombined, so that
   * they are still in a second-level cache; an image with more is cut into bands.
   */
  private static final long RUN_BYTES = 768 << 10;

  private final ResidueField field;
  private final ConvGeometry geometry;
  private final ConvAxis rows;
  private final ConvAxis columns;
  private final boolean canvas;
  private final int channels;
  private final long accumulatorBound;
  private final int chunk;
  private final int bandRows;
  private final Weights weights;
  private final Map<Shape, Primitive> primitives = new ConcurrentHashMap<>();
  private final BufferPool<Scratch> pool = new BufferPool<>(Scratch::new);

  /** What distinguishes the primitives of a layer. */
  private record Shape(int images, ConvAxis rows) {}

  OneDnnConvolution(ResidueField field, ConvGeometry g, byte[] weights, long accumulatorBound) {
    this.field = field;
    this.geometry = g;
    this.accumulatorBound = accumulatorBound;
    ConvAxis height = withoutIdleStride(g.height());
    ConvAxis width = withoutIdleStride(g.width());
    this.canvas = !takes(height) || !takes(width);
    this.rows = canvas ? onCanvas(height) : height;
    this.columns = canvas ? onCanvas(width) : width;
    this.channels = ChannelLastImages.paddedGroupChannels(g) * g.groups();
    long imageBytes = (long) field.limbs() * Integer.BYTES * g.outChannels() * g.planeSize();
    this.chunk = (int) Math.max(1, Math.min(32, RUN_BYTES / imageBytes));
    this.bandRows =
        imageBytes <= RUN_BYTES
            ? g.height().out()
            : balanced(g.height().out(), Math.max(1, RUN_BYTES * g.height().out() / imageBytes));
    Shape first = bands() ? new Shape(1, band(rows, 0, bandRows)) : new Shape(field.limbs(), rows);
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
  public void apply(int count, int[][] inputs, ResidueSink[] outputs) {
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

  @Override
  public void close() {
    pool.close();
    primitives.values().forEach(Primitive::close);
    primitives.clear();
    weights.close();
  }

  /** Where there is one output the stride says nothing, and oneDNN's AMX code goes wrong on it. */
  private static ConvAxis withoutIdleStride(ConvAxis axis) {
    return axis.out() == 1 ? axis.withStride(1) : axis;
  }

  /** Whether oneDNN takes an axis as it is. */
  private static boolean takes(ConvAxis axis) {
    int extent = axis.extent();
    return axis.inputDilation() == 1
        && axis.padBefore() >= 0
        && axis.padBefore() < extent
        && axis.padAfter() > -axis.stride()
        && axis.padAfter() < extent;
  }

  /** The same outputs over an explicit canvas: zeros written out, nothing padded. */
  private static ConvAxis onCanvas(ConvAxis axis) {
    return new ConvAxis(
        axis.reach(), axis.out(), axis.kernel(), axis.stride(), axis.dilation(), 1, 0);
  }

  /** Outputs {@code [first, first + count)} over exactly those inputs that they look at. */
  private static ConvAxis band(ConvAxis axis, int first, int count) {
    int place = first * axis.stride() - axis.padBefore();
    int begin = Math.max(0, place);
    int end = Math.min(axis.in(), place + axis.reach(count));
    ConvAxis band = ConvAxis.of(end - begin, count, axis.kernel()).withDilation(axis.dilation());
    return withoutIdleStride(band.withStride(axis.stride()).withPadBefore(begin - place));
  }

  /** The first input that output {@code first} looks at. */
  private static int firstInput(ConvAxis axis, int first) {
    return Math.max(0, first * axis.stride() - axis.padBefore());
  }

  /** Parts of equal size, at most {@code size}, that cover {@code total} (the last overlaps). */
  private static int balanced(int total, long size) {
    long parts = (total + size - 1) / size;
    return (int) ((total + parts - 1) / parts);
  }

  private boolean bands() {
    return bandRows < geometry.height().out();
  }

  private Primitive primitive(Shape shape) {
    return primitives.computeIfAbsent(shape, this::compile);
  }

  private Primitive compile(Shape shape) {
    ConvAxis height = shape.rows();
    long[] source = {shape.images(), channels, height.in(), columns.in()};
    long[] target = {shape.images(), geometry.outChannels(), height.out(), columns.out()};
    long[][] steps = {
      {height.stride(), columns.stride()},
      {height.dilation() - 1, columns.dilation() - 1},
      {height.padBefore(), columns.padBefore()},
      {height.padAfter(), columns.padAfter()}
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
            ? new long[] {g.groups(), out, in, g.height().kernel(), g.width().kernel()}
            : new long[] {out, in, g.height().kernel(), g.width().kernel()};
    return Descriptions.dense(dnnl.dnnl_s8, dimensions, tag);
  }

  /** The weights with zero channels where the limb images have them. */
  private byte[] padded(byte[] original) {
    int row = geometry.fanIn();
    int paddedRow = channels / geometry.groups() * geometry.kernelSize();
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
    private final ChannelLastImages split;
    private final Recombination recombination;
    private final dnnl_stream stream = new dnnl_stream();
    private final Map<Primitive, Execution> executions = new HashMap<>();

    Scratch(int capacity) {
      this.capacity = capacity;
      this.source = NativeMemory.zeroed((long) field.limbs() * capacity * imageBytes());
      this.target =
          NativeMemory.zeroed(
              (long) field.limbs()
                  * capacity
                  * bandRows
                  * columns.out()
                  * geometry.outChannels()
                  * Integer.BYTES);
      this.sourceWords = source.buffer().asIntBuffer();
      this.accumulators = target.buffer().asIntBuffer();
      this.split = new ChannelLastImages(field, geometry, rows, columns, canvas);
      this.recombination = new Recombination(field, accumulatorBound);
      OneDnn.check(
          dnnl.dnnl_stream_create(stream, OneDnn.engine(), dnnl.dnnl_stream_default_flags),
          "stream_create");
    }

    void run(int first, int images, int[][] inputs, ResidueSink[] outputs) {
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
        for (int row = 0; row < geometry.height().out(); row += bandRows) {
          runBand(Math.min(row, geometry.height().out() - bandRows), bandRows, first, outputs);
        }
        return;
      }
      execute(new Shape(field.limbs() * images, rows), 0, 0);
      int size = geometry.planeSize() * geometry.outChannels();
      for (int k = 0; k < images; k++) {
        combine(first + k, k * size, images * size, 0, geometry.planeSize(), outputs);
      }
    }

    /** One image, some rows. */
    private void runBand(int row, int count, int image, ResidueSink[] outputs) {
      Shape shape = new Shape(1, band(rows, row, count));
      int size = count * columns.out() * geometry.outChannels();
      long from = (long) firstInput(rows, row) * columns.in() * channels;
      for (int limb = 0; limb < field.limbs(); limb++) {
        execute(shape, limb * (long) imageBytes() + from, (long) limb * size * Integer.BYTES);
      }
      combine(image, 0, size, row * columns.out(), count * columns.out(), outputs);
    }

    private void combine(
        int image,
        int at,
        int limbStride,
        int firstPosition,
        int positions,
        ResidueSink[] outputs) {
      ResidueSink output = outputs[image / geometry.batch()];
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
