/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.kernel.onednn;

import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_stream;
import org.bytedeco.dnnl.global.dnnl;

/** The arguments of one {@link Primitive}, ready to run again and again; for one thread. */
final class Execution implements AutoCloseable {
  private static final int ARGUMENTS = 4;

  private final Primitive primitive;
  private final dnnl_memory source;
  private final dnnl_memory target;
  private final NativeMemory scratchpad;
  private final dnnl_exec_arg_t arguments = new dnnl_exec_arg_t(ARGUMENTS);
  private final NativeMemory.Address sourceAddress = new NativeMemory.Address();
  private final NativeMemory.Address targetAddress = new NativeMemory.Address();

  Execution(Primitive primitive, NativeMemory weights) {
    this.primitive = primitive;
    this.source = placeless(primitive.source());
    this.target = placeless(primitive.target());
    this.scratchpad = new NativeMemory(primitive.scratchpad());
    argument(0, dnnl.DNNL_ARG_SRC, source);
    argument(1, dnnl.DNNL_ARG_WEIGHTS, weights.memory());
    argument(2, dnnl.DNNL_ARG_DST, target);
    argument(3, dnnl.DNNL_ARG_SCRATCHPAD, scratchpad.memory());
  }

  /** Runs the primitive on memory at the given addresses and waits for it. */
  void run(dnnl_stream stream, long from, long to) {
    OneDnn.check(
        dnnl.dnnl_memory_set_data_handle(source, sourceAddress.at(from)), "memory_set_data_handle");
    OneDnn.check(
        dnnl.dnnl_memory_set_data_handle(target, targetAddress.at(to)), "memory_set_data_handle");
    OneDnn.check(
        dnnl.dnnl_primitive_execute(primitive.primitive(), stream, ARGUMENTS, arguments),
        "primitive_execute");
    OneDnn.check(dnnl.dnnl_stream_wait(stream), "stream_wait");
  }

  @Override
  public void close() {
    dnnl.dnnl_memory_destroy(source);
    dnnl.dnnl_memory_destroy(target);
    scratchpad.close();
    arguments.close();
    sourceAddress.close();
    targetAddress.close();
  }

  private void argument(int index, int kind, dnnl_memory memory) {
    arguments.position(index).arg(kind).memory(memory);
    arguments.position(0);
  }

  private static dnnl_memory placeless(dnnl_memory_desc description) {
    dnnl_memory memory = new dnnl_memory();
    OneDnn.check(
        dnnl.dnnl_memory_create(memory, description, OneDnn.engine(), new NativeMemory.Address()),
        "memory_create");
    return memory;
  }
}
