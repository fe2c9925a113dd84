/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli.data;

import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnxruntime.platform.Fp16Conversions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.io.WholeFile;
import org.lepcnn.device.session.HostTensor;

/** Reads an ONNX {@code TensorProto} file ({@code input_0.pb} of a test data set). */
public final class TensorFile {
  private static final int FLOAT16 = TensorProto.DataType.FLOAT16_VALUE;

  private TensorFile() {}

  /** Reads a float32, float16 (widened), double, int32, int64, uint8, int8 or bool tensor. */
  public static HostTensor read(Path path) {
    try {
      return convert(
          TensorProto.parseFrom(WholeFile.read(path.toString(), path, WholeFile.MAX_DATA_BYTES)));
    } catch (IOException e) {
      throw new BadInputException(
          "Reading " + path + ": expected an ONNX TensorProto; found: " + e.getMessage() + ".", e);
    } catch (BadInputException
        | IllegalArgumentException
        | IndexOutOfBoundsException
        | java.nio.BufferUnderflowException e) {
      throw new BadInputException("Reading " + path + ": " + e.getMessage(), e);
    }
  }

  private static HostTensor convert(TensorProto tensor) {
    long[] shape = tensor.getDimsList().stream().mapToLong(Long::longValue).toArray();
    int size = 1;
    for (long dimension : shape) {
      size = Math.toIntExact(Math.multiplyExact((long) size, dimension));
    }
    ByteBuffer raw =
        tensor.hasRawData()
            ? tensor.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN)
            : null;
    return switch (tensor.getDataType()) {
      case HostTensor.FLOAT -> HostTensor.of(floats(tensor, raw, size), shape);
      case FLOAT16 -> HostTensor.of(halves(tensor, raw, size), shape);
      case HostTensor.DOUBLE -> HostTensor.of(doubles(tensor, raw, size), shape);
      case HostTensor.INT32 -> HostTensor.of(ints(tensor, raw, size), shape);
      case HostTensor.INT64 -> HostTensor.of(longs(tensor, raw, size), shape);
      case HostTensor.UINT8, HostTensor.INT8, HostTensor.BOOL ->
          HostTensor.ofBytes(tensor.getDataType(), bytes(tensor, raw, size), shape);
      default ->
          throw new BadInputException(
              "expected a float32, double, int32, int64, 8-bit or bool tensor; found ONNX type "
                  + tensor.getDataType()
                  + ".");
    };
  }

  private static float[] floats(TensorProto tensor, ByteBuffer raw, int size) {
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = raw == null ? tensor.getFloatData(i) : raw.getFloat();
    }
    return values;
  }

  /** Widened, as the importer widens a model of float16. */
  private static float[] halves(TensorProto tensor, ByteBuffer raw, int size) {
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      short bits = raw == null ? (short) tensor.getInt32Data(i) : raw.getShort();
      values[i] = Fp16Conversions.fp16ToFloat(bits);
    }
    return values;
  }

  private static double[] doubles(TensorProto tensor, ByteBuffer raw, int size) {
    double[] values = new double[size];
    for (int i = 0; i < size; i++) {
      values[i] = raw == null ? tensor.getDoubleData(i) : raw.getDouble();
    }
    return values;
  }

  private static int[] ints(TensorProto tensor, ByteBuffer raw, int size) {
    int[] values = new int[size];
    for (int i = 0; i < size; i++) {
      values[i] = raw == null ? tensor.getInt32Data(i) : raw.getInt();
    }
    return values;
  }

  private static long[] longs(TensorProto tensor, ByteBuffer raw, int size) {
    long[] values = new long[size];
    for (int i = 0; i < size; i++) {
      values[i] = raw == null ? tensor.getInt64Data(i) : raw.getLong();
    }
    return values;
  }

  private static byte[] bytes(TensorProto tensor, ByteBuffer raw, int size) {
    byte[] values = new byte[size];
    for (int i = 0; i < size; i++) {
      values[i] = raw == null ? (byte) tensor.getInt32Data(i) : raw.get();
    }
    return values;
  }
}
