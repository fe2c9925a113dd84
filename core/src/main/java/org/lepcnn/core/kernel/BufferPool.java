/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.kernel;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.IntFunction;

/**
 * The buffers that calls of a kernel work in: as many sets as calls were ever under way at the same
 * time. A set that is too small for a call is replaced. Thread-safe.
 *
 * @param <B> a set of buffers
 */
public final class BufferPool<B extends BufferPool.Buffers> implements AutoCloseable {
  private final IntFunction<B> make;
  private final ConcurrentLinkedQueue<B> free = new ConcurrentLinkedQueue<>();

  /** The buffers of one call at a time. */
  public interface Buffers extends AutoCloseable {
    /** The largest call that they serve, in the units of {@link #take}; by default any. */
    default int capacity() {
      return Integer.MAX_VALUE;
    }

    /** Releases native memory; by default there is none. */
    @Override
    default void close() {}
  }

  /**
   * Tensors of one size.
   *
   * @param arrays one a request
   */
  public record TensorBuffers(int[][] arrays) implements Buffers {
    @Override
    public int capacity() {
      return arrays.length;
    }
  }

  /**
   * An empty pool.
   *
   * @param make new buffers for a call of that size
   */
  public BufferPool(IntFunction<B> make) {
    this.make = make;
  }

  /** A pool of tensors, taken by the number of requests. */
  public static BufferPool<TensorBuffers> ofTensors(int elements) {
    return new BufferPool<>(count -> new TensorBuffers(new int[count][elements]));
  }

  /** Buffers for a call of that size; the caller {@linkplain #give gives} them back. */
  public B take(int size) {
    B buffers = free.poll();
    if (buffers != null && buffers.capacity() >= size) {
      return buffers;
    }
    if (buffers != null) {
      buffers.close();
    }
    return make.apply(size);
  }

  /** Takes buffers back; the caller must not use them any more. */
  public void give(B buffers) {
    free.add(buffers);
  }

  /** Releases all buffers; no call may be under way. */
  @Override
  public void close() {
    for (B buffers = free.poll(); buffers != null; buffers = free.poll()) {
      buffers.close();
    }
  }
}
