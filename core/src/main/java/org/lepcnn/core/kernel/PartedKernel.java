/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.kernel;

import java.util.Arrays;
import org.lepcnn.core.field.Field;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.linear.LayerWeights;
import org.lepcnn.core.residue.ResidueSink;

/**
 * A layer whose weights have two int8 parts, W = 16·high + low, from one kernel for each part: y =
 * 16·(high·x) + low·x mod p.
 *
 * <p>Both parts are exact modulo p, so their combination is, without a bound on W. Multiplying a
 * residue by 2⁴ modulo 2³¹ − 1 rotates its 31 bits, so the recombination is one pass of 32-bit
 * operations without branches.
 */
final class PartedKernel implements LinearKernel {
  private final LinearKernel high;
  private final LinearKernel low;
  private final BufferPool<BufferPool.TensorBuffers> pool;

  /** Takes over two kernels of one geometry. */
  private PartedKernel(LinearKernel high, LinearKernel low) {
    this.high = high;
    this.low = low;
    this.pool = BufferPool.ofTensors(high.geometry().outputSize());
  }

  /** Packs every part; a kernel of its own where there is one part. */
  static LinearKernel prepare(
      KernelProvider provider, ConvGeometry geometry, LayerWeights weights) {
    LinearKernel first = provider.prepare(geometry, weights.part(0));
    if (weights.parts() == 1) {
      return first;
    }
    try {
      return new PartedKernel(first, provider.prepare(geometry, weights.part(1)));
    } catch (RuntimeException | Error e) {
      first.close();
      throw e;
    }
  }

  @Override
  public ConvGeometry geometry() {
    return high.geometry();
  }

  @Override
  public void apply(int count, int[][] inputs, ResidueSink[] outputs) {
    BufferPool.TensorBuffers scratch = pool.take(2 * count);
    try {
      ResidueSink[] parts = ResidueSink.of(scratch.arrays(), 2 * count);
      high.apply(count, inputs, parts);
      low.apply(count, inputs, Arrays.copyOfRange(parts, count, 2 * count));
      int size = geometry().outputSize();
      for (int request = 0; request < count; request++) {
        int[] sums = scratch.arrays()[request];
        combine(sums, scratch.arrays()[count + request], size);
        outputs[request].put(0, sums, 0, size);
      }
    } finally {
      pool.give(scratch);
    }
  }

  @Override
  public boolean isScalar() {
    return high.isScalar() || low.isScalar();
  }

  @Override
  public void close() {
    pool.close();
    try {
      high.close();
    } finally {
      low.close();
    }
  }

  /** y = 16·y + low mod p, canonical in and out. */
  private static void combine(int[] y, int[] low, int length) {
    for (int i = 0; i < length; i++) {
      int shifted = Field.timesPowerOfTwo(y[i], LayerWeights.HIGH_SHIFT);
      // shifted − p is negative, so nothing overflows; p is added back where the sum is negative
      int sum = shifted - Field.P + low[i];
      y[i] = sum + ((sum >> 31) & Field.P);
    }
  }
}
