/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.kernel;

import java.util.Arrays;
import org.lepcnn.core.field.Field24;
import org.lepcnn.core.field.Field31;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.linear.LayerWeights;
import org.lepcnn.core.residue.ResidueSink;

/**
 * A layer whose weights have two int8 parts, W = 16·high + low, from one kernel for each part: y =
 * 16·(high·x) + low·x mod p.
 *
 * <p>Both parts are exact modulo p, so their combination is, without a bound on W. Multiplying a
 * residue by 2⁴ modulo 2³¹ − 1 rotates its 31 bits, and 16 residues modulo 2²⁴ − 3 stay below 2²⁸,
 * so the recombination is one pass of 32-bit operations without branches.
 */
final class PartedKernel implements LinearKernel {
  private final ResidueField field;
  private final LinearKernel high;
  private final LinearKernel low;
  private final BufferPool<BufferPool.TensorBuffers> pool;

  /** Takes over two kernels of one geometry. */
  private PartedKernel(ResidueField field, LinearKernel high, LinearKernel low) {
    this.field = field;
    this.high = high;
    this.low = low;
    this.pool = BufferPool.ofTensors(high.geometry().outputSize());
  }

  /** Packs every part; a kernel of its own where there is one part. */
  static LinearKernel prepare(
      KernelProvider provider, ResidueField field, ConvGeometry geometry, LayerWeights weights) {
    LinearKernel first = provider.prepare(field, geometry, weights.part(0));
    if (weights.parts() == 1) {
      return first;
    }
    try {
      return new PartedKernel(field, first, provider.prepare(field, geometry, weights.part(1)));
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
        int[] rest = scratch.arrays()[count + request];
        switch (field) {
          case P31 -> combine31(sums, rest, size);
          case P24 -> combine24(sums, rest, size);
        }
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
  private static void combine31(int[] y, int[] low, int length) {
    for (int i = 0; i < length; i++) {
      int shifted = Field31.timesPowerOfTwo(y[i], LayerWeights.HIGH_SHIFT);
      // shifted − p is negative, so nothing overflows; p is added back where the sum is negative
      int sum = shifted - Field31.P + low[i];
      y[i] = sum + ((sum >> 31) & Field31.P);
    }
  }

  /** y = 16·y + low mod p, canonical in and out. */
  private static void combine24(int[] y, int[] low, int length) {
    for (int i = 0; i < length; i++) {
      int sum = (y[i] << LayerWeights.HIGH_SHIFT) + low[i];
      // 17 residues: what is above 24 bits is at most 16, and 2²⁴ ≡ 3
      int reduced = (sum & Field24.MASK) + 3 * (sum >>> Field24.BITS) - Field24.P;
      y[i] = reduced + ((reduced >> 31) & Field24.P);
    }
  }
}
