/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.stage;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtUtil;
import ai.onnxruntime.TensorInfo;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import org.lepcnn.core.error.BadInputException;

/** Copies tensors of ONNX Runtime to the Java heap, those of types that it lacks as wider ones. */
final class TensorCopy {
  private TensorCopy() {}

  /** As {@link HostTensor#copyOf}. */
  static HostTensor of(OnnxTensor tensor) {
    TensorInfo info = tensor.getInfo();
    long[] dimensions = info.getShape();
    return switch (info.onnxType) {
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT,
          ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT16,
          ONNX_TENSOR_ELEMENT_DATA_TYPE_BFLOAT16 ->
          HostTensor.of(floatsOf(tensor), dimensions);
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_DOUBLE -> {
        double[] values = new double[Math.toIntExact(HostTensor.elements(dimensions))];
        tensor.getDoubleBuffer().get(values);
        yield HostTensor.of(values, dimensions);
      }
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32 -> {
        int[] values = new int[Math.toIntExact(HostTensor.elements(dimensions))];
        tensor.getIntBuffer().get(values);
        yield HostTensor.of(values, dimensions);
      }
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64 -> {
        long[] values = new long[Math.toIntExact(HostTensor.elements(dimensions))];
        tensor.getLongBuffer().get(values);
        yield HostTensor.of(values, dimensions);
      }
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT8 ->
          HostTensor.ofBytes(HostTensor.UINT8, bytesOf(tensor), dimensions);
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT8 ->
          HostTensor.ofBytes(HostTensor.INT8, bytesOf(tensor), dimensions);
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_BOOL ->
          HostTensor.ofBytes(HostTensor.BOOL, bytesOf(tensor), dimensions);
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT16 -> HostTensor.of(shortsOf(tensor, -1), dimensions);
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT16 ->
          HostTensor.of(shortsOf(tensor, 0xffff), dimensions);
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT32 -> {
        ByteBuffer bytes = tensor.getByteBuffer();
        long[] values = new long[bytes.remaining() / Integer.BYTES];
        for (int i = 0; i < values.length; i++) {
          values[i] = Integer.toUnsignedLong(bytes.getInt(i * Integer.BYTES));
        }
        yield HostTensor.of(values, dimensions);
      }
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT64 -> {
        long[] values = new long[Math.toIntExact(HostTensor.elements(dimensions))];
        tensor.getByteBuffer().asLongBuffer().get(values);
        yield HostTensor.of(values, dimensions);
      }
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_STRING -> HostTensor.of(textsOf(tensor), dimensions);
      default ->
          throw BadInputException.about("Reading a value of the model")
              .expected("numbers, booleans or texts")
              .found(info.onnxType, "Let the model cast it to float32.");
    };
  }

  /** The elements of a float32 tensor in an array of their own, copied once where possible. */
  private static float[] floatsOf(OnnxTensor tensor) {
    FloatBuffer buffer = tensor.getFloatBuffer();
    if (buffer.hasArray()
        && buffer.arrayOffset() == 0
        && buffer.array().length == buffer.remaining()) {
      return buffer.array();
    }
    float[] values = new float[buffer.remaining()];
    buffer.get(values);
    return values;
  }

  private static byte[] bytesOf(OnnxTensor tensor) {
    ByteBuffer buffer = tensor.getByteBuffer();
    byte[] values = new byte[buffer.remaining()];
    buffer.get(values);
    return values;
  }

  private static int[] shortsOf(OnnxTensor tensor, int mask) {
    ByteBuffer bytes = tensor.getByteBuffer();
    int[] values = new int[bytes.remaining() / Short.BYTES];
    for (int i = 0; i < values.length; i++) {
      values[i] = bytes.getShort(i * Short.BYTES) & mask;
    }
    return values;
  }

  private static String[] textsOf(OnnxTensor tensor) {
    if (tensor.getInfo().getNumElements() == 0) {
      return new String[0];
    }
    try {
      return tensor.getInfo().isScalar()
          ? new String[] {(String) tensor.getValue()}
          : OrtUtil.flattenString(tensor.getValue());
    } catch (OrtException e) {
      // without its text and without the cause: they may quote elements
      throw new BadInputException("Reading a text that the model gives: " + e.getCode() + ".");
    }
  }
}
