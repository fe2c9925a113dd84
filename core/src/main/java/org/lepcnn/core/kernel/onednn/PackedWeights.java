/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.kernel.onednn;

import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.dnnl_stream;
import org.bytedeco.dnnl.global.dnnl;

/** Puts a layer's weights into the layout that a primitive prefers. */
final class PackedWeights {
  private PackedWeights() {}

  /**
   * Packs weights.
   *
   * @param weights int8 weights
   * @param plain their layout
   * @param packed the wanted layout
   * @return new memory in the wanted layout
   */
  static NativeMemory pack(byte[] weights, dnnl_memory_desc plain, dnnl_memory_desc packed) {
    NativeMemory target = new NativeMemory(packed);
    dnnl_primitive_desc description = new dnnl_primitive_desc();
    dnnl_primitive reorder = new dnnl_primitive();
    dnnl_stream stream = new dnnl_stream();
    try (NativeMemory source = new NativeMemory(plain);
        dnnl_exec_arg_t arguments = new dnnl_exec_arg_t(2)) {
      source.buffer().put(weights);
      OneDnn.check(
          dnnl.dnnl_reorder_primitive_desc_create(
              description, plain, OneDnn.engine(), packed, OneDnn.engine(), null),
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
      return target;
    } finally {
      dnnl.dnnl_stream_destroy(stream);
      dnnl.dnnl_primitive_destroy(reorder);
      dnnl.dnnl_primitive_desc_destroy(description);
    }
  }
}
