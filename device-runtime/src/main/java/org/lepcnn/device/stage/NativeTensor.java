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
 * A tensor outside the Java heap, on which ONNX Runtime and the loops of this package work without
 * a copy between them. Used by one pass at a time.
 */
public final class NativeTensor implements AutoCloseable {
  private final int onnxType;
  private final long[] shape;
  private final ByteBuffer bytes;
  private final FloatBuffer floats;
  private @Nullable OnnxTensor onnx; // null until ONNX Runtime needs it

  /**
   * A tensor of zeros.
   *
   * @param onnxType as {@link HostTensor#onnxType()}, none of texts
   */
  NativeTensor(int onnxType, long... shape) {
    this.onnxType = onnxType;
    this.shape = shape.clone();
    int size =
        Math.multiplyExact((int) HostTensor.elements(shape), HostTensor.javaType(onnxType).size);
    this.bytes = ByteBuffer.allocateDirect(size).order(ByteOrder.nativeOrder());
    this.floats = bytes.asFloatBuffer();
  }

  boolean is(int type, long[] dimensions) {
    return onnxType == type && Arrays.equals(shape, dimensions);
  }

  /** Takes over the elements of a tensor of the same type and dimensions. */
  void set(HostTensor values) {
    values.copyTo(bytes);
  }

  /** The elements of a float32 tensor, for access by index; its position stays 0. */
  public FloatBuffer floats() {
    return floats;
  }

  /** The same memory for ONNX Runtime; stays owned by this. */
  OnnxTensor onnx(OrtEnvironment environment) throws OrtException {
    if (onnx == null) {
      onnx = OnnxTensor.createTensor(environment, bytes, shape, HostTensor.javaType(onnxType));
    }
    return onnx;
  }

  /** A copy of a float32 tensor in the Java heap. */
  HostTensor toHost() {
    float[] values = new float[floats.capacity()];
    floats.get(0, values);
    return HostTensor.of(values, shape);
  }

  /** Overwrites the values and ends ONNX Runtime's use of them. */
  @Override
  public void close() {
    for (int i = 0; i < bytes.capacity(); i++) {
      bytes.put(i, (byte) 0);
    }
    if (onnx != null) {
      onnx.close();
    }
  }
}
