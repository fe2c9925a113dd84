/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.zoo;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Weights from a seed, as little-endian float32. A tensor's values depend on the seed and its name
 * alone, and on integer arithmetic and correctly rounded floating point only, so that they are the
 * same everywhere. Nothing here is fit for secrets.
 *
 * <p>Normal values are sums of four uniform 16-bit numbers (Irwin–Hall): bell-shaped, of the wanted
 * variance, at most 3.46 standard deviations out.
 */
final class SeededWeights {
  private static final long GOLDEN_GAMMA = 0x9e3779b97f4a7c15L;
  private static final int SIXTEEN_BITS = 0xffff;

  /** Mean of the sum of four uniform numbers from 0 to 65535. */
  private static final double SUM_MEAN = 2.0 * SIXTEEN_BITS;

  /** Its standard deviation: √(4 · (65536² − 1) / 12). */
  private static final double SUM_DEVIATION = Math.sqrt((65536.0 * 65536.0 - 1) / 3);

  private final long seed;

  SeededWeights(long seed) {
    this.seed = seed;
  }

  /** {@code count} values of mean 0. */
  byte[] normal(String name, int count, double deviation) {
    ByteBuffer out = buffer(count);
    double factor = deviation / SUM_DEVIATION;
    long state = start(name);
    for (int i = 0; i < count; i++) {
      state += GOLDEN_GAMMA;
      long word = mix(state);
      long sum =
          (word & SIXTEEN_BITS)
              + ((word >>> 16) & SIXTEEN_BITS)
              + ((word >>> 32) & SIXTEEN_BITS)
              + (word >>> 48);
      out.putFloat((float) ((sum - SUM_MEAN) * factor));
    }
    return out.array();
  }

  /** {@code count} values, uniform from {@code low} to {@code high}. */
  byte[] uniform(String name, int count, double low, double high) {
    ByteBuffer out = buffer(count);
    long state = start(name);
    for (int i = 0; i < count; i++) {
      state += GOLDEN_GAMMA;
      double unit = (mix(state) >>> 11) * 0x1p-53;
      out.putFloat((float) (low + unit * (high - low)));
    }
    return out.array();
  }

  private static ByteBuffer buffer(int count) {
    return ByteBuffer.allocate(Math.multiplyExact(count, Float.BYTES))
        .order(ByteOrder.LITTLE_ENDIAN);
  }

  private long start(String name) {
    return mix(seed * GOLDEN_GAMMA + mix(name.hashCode()));
  }

  /** The finalizer of SplitMix64 (Steele, Lea, Flood 2014). */
  private static long mix(long z) {
    long x = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    x = (x ^ (x >>> 27)) * 0x94d049bb133111ebL;
    return x ^ (x >>> 31);
  }
}
