/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.kernel.onnxruntime;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;

/**
 * A session's inputs and outputs, bound to direct buffers that stay where they are: a run allocates
 * and copies nothing.
 */
final class BoundTensors {
  /**
   * The alignment of {@link #direct} buffers: rows of accumulators that start within a cache line
   * make every store of a product touch two.
   */
  private static final int CACHE_LINE = 64;

  private final OrtEnvironment environment;
  private final Map<String, OnnxTensor> inputs = new HashMap<>();
  private final Map<String, OnnxTensor> outputs = new HashMap<>();

  BoundTensors(OrtEnvironment environment) {
    this.environment = environment;
  }

  /** Native memory that starts at a cache line. */
  static ByteBuffer direct(int bytes) {
    return ByteBuffer.allocateDirect(Math.addExact(bytes, 2 * CACHE_LINE))
        .alignedSlice(CACHE_LINE)
        .slice(0, bytes)
        .order(ByteOrder.nativeOrder());
  }

  /** Binds an input to the first bytes of a direct buffer. */
  void input(String name, OnnxJavaType type, ByteBuffer buffer, long... shape) throws OrtException {
    ByteBuffer bytes = buffer.slice(0, size(shape)).order(ByteOrder.nativeOrder());
    inputs.put(name, OnnxTensor.createTensor(environment, bytes, shape, type));
  }

  /** Binds an output of 32-bit integers to the first bytes of a direct buffer. */
  void output(String name, ByteBuffer buffer, long... shape) throws OrtException {
    outputs.put(
        name,
        OnnxTensor.createTensor(environment, buffer.asIntBuffer().slice(0, size(shape)), shape));
  }

  void run(OrtSession session) throws OrtException {
    session.run(inputs, outputs).close();
  }

  void close() {
    inputs.values().forEach(OnnxTensor::close);
    outputs.values().forEach(OnnxTensor::close);
  }

  private static int size(long[] shape) {
    long size = 1;
    for (long dimension : shape) {
      size = Math.multiplyExact(size, dimension);
    }
    return Math.toIntExact(size);
  }
}
