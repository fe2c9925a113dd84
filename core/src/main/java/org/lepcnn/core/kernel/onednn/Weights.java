/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.kernel.onednn;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.dnnl_stream;
import org.bytedeco.dnnl.global.dnnl;

/**
 * A layer's weights in every layout that its primitives prefer: one, as a rule. A layout that does
 * not suit a primitive would make oneDNN take its reference code, a thousand times slower.
 */
final class Weights implements AutoCloseable {
  private final List<dnnl_memory_desc> layouts = new ArrayList<>();
  private final List<NativeMemory> packed = new ArrayList<>();

  /**
   * Packs weights.
   *
   * @param weights int8 weights
   * @param plain their layout
   * @param preferred the first primitive's layout
   */
  Weights(byte[] weights, dnnl_memory_desc plain, dnnl_memory_desc preferred) {
    try (NativeMemory source = new NativeMemory(plain)) {
      source.buffer().put(weights);
      add(source, plain, preferred);
    }
  }

  /** The weights in a layout; packed at the first call. */
  synchronized NativeMemory in(dnnl_memory_desc layout) {
    for (int i = 0; i < layouts.size(); i++) {
      if (dnnl.dnnl_memory_desc_equal(layouts.get(i), layout) != 0) {
        return packed.get(i);
      }
    }
    return add(packed.get(0), layouts.get(0), layout);
  }

  @Override
  public synchronized void close() {
    layouts.forEach(dnnl::dnnl_memory_desc_destroy);
    layouts.clear();
    packed.forEach(NativeMemory::close);
    packed.clear();
  }

  private NativeMemory add(NativeMemory source, dnnl_memory_desc from, dnnl_memory_desc to) {
    NativeMemory target = new NativeMemory(to);
    reorder(source, from, target, to);
    layouts.add(Descriptions.copy(to));
    packed.add(target);
    return target;
  }

  private static void reorder(
      NativeMemory source, dnnl_memory_desc from, NativeMemory target, dnnl_memory_desc to) {
    dnnl_primitive_desc description = new dnnl_primitive_desc();
    dnnl_primitive reorder = new dnnl_primitive();
    dnnl_stream stream = new dnnl_stream();
    try (dnnl_exec_arg_t arguments = new dnnl_exec_arg_t(2)) {
      OneDnn.check(
          dnnl.dnnl_reorder_primitive_desc_create(
              description, from, OneDnn.engine(), to, OneDnn.engine(), null),
          "reorder_primitive_desc_create");
      OneDnn.check(dnnl.dnnl_primitive_create(reorder, description), "primitive_create");
      OneDnn.check(
          dnnl.dnnl_stream_create(stream, OneDnn.engine(), dnnl.dnnl_stream_default_flags),
          "stream_create");
      arguments.position(0).arg(dnnl.DNNL_ARG_FROM).memory(source.memory());
      arguments.position(1).arg(dnnl.DNNL_ARG_TO).memory(target.memory());
      arguments.position(0);
      OneDnn.check(dnnl.dnnl_primitive_execute(reorder, stream, 2, arguments), "primitive_execute");
      OneDnn.check(dnnl.dnnl_stream_wait(stream), "stream_wait");
    } finally {
      dnnl.dnnl_stream_destroy(stream);
      dnnl.dnnl_primitive_destroy(reorder);
      dnnl.dnnl_primitive_desc_destroy(description);
    }
  }
}
