/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.stage;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A float32 tensor outside the Java heap, on which ONNX Runtime and the loops of this package work
 * without a copy between them. Used by one pass at a time.
 */
public final class NativeTensor implements AutoCloseable {
  private final long[] shape;
  private final FloatBuffer floats;
  private @Nullable OnnxTensor onnx; // null until ONNX Runtime needs it

  NativeTensor(long... shape) {
    this.shape = shape.clone();
    int bytes = Math.multiplyExact((int) HostTensor.elements(shape), Float.BYTES);
    this.floats = ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder()).asFloatBuffer();
  }

  boolean hasShape(long[] other) {
    return Arrays.equals(shape, other);
  }

  /** The elements, for access by index; its position stays 0. */
  public FloatBuffer floats() {
    return floats;
  }

  /** The same memory for ONNX Runtime; stays owned by this. */
  OnnxTensor onnx(OrtEnvironment environment) throws OrtException {
    if (onnx == null) {
      onnx = OnnxTensor.createTensor(environment, floats, shape);
    }
    return onnx;
  }

  /** A copy in the Java heap. */
  HostTensor toHost() {
    float[] values = new float[floats.capacity()];
    floats.get(0, values);
    return HostTensor.of(values, shape);
  }

  /** Overwrites the values and ends ONNX Runtime's use of them. */
  @Override
  public void close() {
    for (int i = 0; i < floats.capacity(); i++) {
      floats.put(i, 0);
    }
    if (onnx != null) {
      onnx.close();
    }
  }
}
