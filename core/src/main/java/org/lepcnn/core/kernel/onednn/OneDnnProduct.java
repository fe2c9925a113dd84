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
import org.lepcnn.core.kernel.limb.ChannelWords;
import org.lepcnn.core.kernel.limb.LimbLoops;
import org.lepcnn.core.kernel.limb.Recombination;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.residue.ResidueSink;

/**
 * A fully connected layer: the limbs of all rows of all requests are the rows of one product, so
 * that the weights are read once for all of them.
 *
 * <p>The order of the depth is ours to choose. Word j of a limb row holds elements j, j + q, j + 2q
 * and j + 3q of the vector, q a quarter of the (filled up) depth: that needs no transposition.
 */
final class OneDnnProduct implements LinearKernel {
  private static final int WORD = Integer.BYTES;

  /** Vectors of one run: three or four times 64 rows keep every unit of the processor busy. */
  private static final int MAX_VECTORS = 64;

  private final ResidueField field;
  private final ConvGeometry geometry;
  private final long accumulatorBound;
  private final int quarter;
  private final Weights weights;
  private final Map<Integer, Primitive> primitives = new ConcurrentHashMap<>();
  private final BufferPool<Scratch> pool = new BufferPool<>(Scratch::new);

  OneDnnProduct(ResidueField field, ConvGeometry geometry, byte[] weights, long accumulatorBound) {
    this.field = field;
    this.geometry = geometry;
    this.accumulatorBound = accumulatorBound;
    this.quarter = (geometry.inChannels() + WORD - 1) / WORD;
    long[] dimensions = {depth(), geometry.outChannels()};
    dnnl_memory_desc plain = Descriptions.dense(dnnl.dnnl_s8, dimensions, dnnl.dnnl_ba);
    try (Primitive preferring = compile(geometry.batch())) {
      this.weights = new Weights(permuted(weights), plain, preferring.weights());
    } finally {
      dnnl.dnnl_memory_desc_destroy(plain);
    }
  }

  /** Whether a layer is of this kind. */
  static boolean takes(ConvGeometry g) {
    return g.height().isSingle() && g.width().isSingle() && g.groups() == 1;
  }

  @Override
  public ConvGeometry geometry() {
    return geometry;
  }

  @Override
  public void apply(int count, int[][] inputs, ResidueSink[] outputs) {
    int vectors = Math.multiplyExact(count, geometry.batch());
    Scratch scratch = pool.take(Math.min(MAX_VECTORS, vectors));
    try {
      for (int first = 0; first < vectors; first += MAX_VECTORS) {
        scratch.run(first, Math.min(MAX_VECTORS, vectors - first), inputs, outputs);
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

  private int depth() {
    return Math.multiplyExact(WORD, quarter);
  }

  private Primitive primitive(int vectors) {
    return primitives.computeIfAbsent(vectors, this::compile);
  }

  private Primitive compile(int vectors) {
    dnnl_memory_desc any =
        Descriptions.dense(
            dnnl.dnnl_s8, new long[] {depth(), geometry.outChannels()}, dnnl.dnnl_format_tag_any);
    try {
      return Primitive.product(
          (long) field.limbs() * vectors, depth(), geometry.outChannels(), any);
    } finally {
      dnnl.dnnl_memory_desc_destroy(any);
    }
  }

  /** Weights {@code [channel][depth]} in the order of the limb rows. */
  private byte[] permuted(byte[] original) {
    int in = geometry.inChannels();
    byte[] permuted = new byte[Math.multiplyExact(depth(), geometry.outChannels())];
    for (int oc = 0; oc < geometry.outChannels(); oc++) {
      for (int i = 0; i < in; i++) {
        permuted[oc * depth() + i % quarter * WORD + i / quarter] = original[oc * in + i];
      }
    }
    return permuted;
  }

  /** The buffers of one call at a time. */
  private final class Scratch implements BufferPool.Buffers {
    private final int capacity;
    private final NativeMemory source;
    private final NativeMemory target;
    private final IntBuffer sourceWords;
    private final IntBuffer accumulators;
    private final ChannelWords words =
        new ChannelWords(field, Math.min(quarter, LimbLoops.PASS), false);
    private final Recombination recombination;
    private final dnnl_stream stream = new dnnl_stream();
    private final Map<Integer, Execution> executions = new HashMap<>();

    Scratch(int capacity) {
      this.capacity = capacity;
      this.source = NativeMemory.zeroed((long) field.limbs() * capacity * depth());
      this.target =
          NativeMemory.zeroed(
              (long) field.limbs() * capacity * geometry.outChannels() * Integer.BYTES);
      this.sourceWords = source.buffer().asIntBuffer();
      this.accumulators = target.buffer().asIntBuffer();
      this.recombination = new Recombination(field, accumulatorBound);
      OneDnn.check(
          dnnl.dnnl_stream_create(stream, OneDnn.engine(), dnnl.dnnl_stream_default_flags),
          "stream_create");
    }

    void run(int first, int vectors, int[][] inputs, ResidueSink[] outputs) {
      for (int k = 0; k < vectors; k++) {
        int index = first + k;
        split(inputs[index / geometry.batch()], index % geometry.batch(), k, vectors);
      }
      Execution execution = executions.get(vectors);
      if (execution == null) {
        Primitive primitive = primitive(vectors);
        execution = new Execution(primitive, weights.in(primitive.weights()));
        executions.put(vectors, execution);
      }
      execution.run(stream, source.address(), target.address());
      int out = geometry.outChannels();
      for (int k = 0; k < vectors; k++) {
        int index = first + k;
        recombination.flat(
            accumulators,
            k * out,
            vectors * out,
            out,
            outputs[index / geometry.batch()],
            index % geometry.batch() * out);
      }
    }

    private void split(int[] input, int row, int vectorIndex, int vectors) {
      int in = geometry.inChannels();
      for (int first = 0; first < quarter; first += LimbLoops.PASS) {
        int count = Math.min(LimbLoops.PASS, quarter - first);
        for (int k = 0; k < WORD; k++) {
          int from = k * quarter + first;
          int present = Math.max(0, Math.min(count, in - from));
          words.takeZeros(k, present, count - present);
          if (present > 0) {
            words.take(k, input, row * in + from, 0, present);
          }
        }
        words.split(count);
        for (int limb = 0; limb < field.limbs(); limb++) {
          sourceWords.put(
              (limb * vectors + vectorIndex) * quarter + first, words.limb(limb), 0, count);
        }
      }
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
