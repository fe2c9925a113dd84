/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.kernel.onednn;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;

/**
 * A piece of memory that oneDNN allocates, aligned to its liking and outside of all budgets of the
 * JVM. To be closed by its owner.
 */
final class NativeMemory implements AutoCloseable {
  private final dnnl_memory memory = new dnnl_memory();
  private final Address address = new Address();
  private final long bytes;

  /** Memory of the layout {@code description}, not initialised. */
  NativeMemory(dnnl_memory_desc description) {
    bytes = dnnl.dnnl_memory_desc_get_size(description);
    OneDnn.check(
        dnnl.dnnl_memory_create(
            memory, description, OneDnn.engine(), new Address(Address.ALLOCATE)),
        "memory_create of " + bytes + " bytes");
    OneDnn.check(dnnl.dnnl_memory_get_data_handle(memory, address), "memory_get_data_handle");
  }

  /** Memory of a number of bytes, zero. */
  static NativeMemory zeroed(long bytes) {
    dnnl_memory_desc description =
        Descriptions.dense(dnnl.dnnl_u8, new long[] {bytes}, dnnl.dnnl_a);
    try {
      return zeroed(description);
    } finally {
      dnnl.dnnl_memory_desc_destroy(description);
    }
  }

  /** Memory of the layout {@code description}, zero. */
  static NativeMemory zeroed(dnnl_memory_desc description) {
    NativeMemory memory = new NativeMemory(description);
    Pointer.memset(memory.address, 0, memory.bytes);
    return memory;
  }

  dnnl_memory memory() {
    return memory;
  }

  long address() {
    return address.address();
  }

  /** A view, valid until {@link #close}. */
  ByteBuffer buffer() {
    return new BytePointer(address)
        .position(0)
        .capacity(bytes)
        .asByteBuffer()
        .order(ByteOrder.nativeOrder());
  }

  @Override
  public void close() {
    OneDnn.check(dnnl.dnnl_memory_destroy(memory), "memory_destroy");
  }

  /** A pointer to a given address; owns nothing. */
  static final class Address extends Pointer {
    /** oneDNN's DNNL_MEMORY_NONE and DNNL_MEMORY_ALLOCATE. */
    static final long NONE = 0;

    static final long ALLOCATE = -1;

    Address() {
      this(NONE);
    }

    Address(long value) {
      super((Pointer) null);
      address = value;
    }

    Address at(long value) {
      address = value;
      return this;
    }
  }
}
