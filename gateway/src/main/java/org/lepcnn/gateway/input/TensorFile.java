/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.input;

import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnxruntime.platform.Fp16Conversions;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.io.WholeFile;
import org.lepcnn.core.text.Printable;
import org.lepcnn.device.stage.HostTensor;

/**
 * Reads an ONNX {@code TensorProto} file ({@code input_0.pb} of a test data set). Its dimensions
 * are held against the values that are there before anything is allocated for them.
 */
public final class TensorFile {
  private static final int FLOAT16 = TensorProto.DataType.FLOAT16_VALUE;
  private static final int BFLOAT16 = TensorProto.DataType.BFLOAT16_VALUE;
  private static final int INT16 = TensorProto.DataType.INT16_VALUE;
  private static final int UINT16 = TensorProto.DataType.UINT16_VALUE;
  private static final int UINT32 = TensorProto.DataType.UINT32_VALUE;
  private static final int UINT64 = TensorProto.DataType.UINT64_VALUE;

  private TensorFile() {}

  /** Reads a tensor, widened as {@link HostTensor} has it where its type is none of its own. */
  public static HostTensor read(Path path) {
    try {
      return parse(
          path.toString(), WholeFile.read(path.toString(), path, WholeFile.MAX_DATA_BYTES));
    } catch (IOException e) {
      throw notATensor(path.toString(), e);
    }
  }

  /**
   * As {@link #read}, of what such a file holds.
   *
   * @param name for errors
   */
  static HostTensor parse(String name, byte[] bytes) {
    try {
      return convert(name, TensorProto.parseFrom(bytes));
    } catch (IOException e) {
      throw notATensor(name, e);
    }
  }

  private static BadInputException notATensor(String name, IOException cause) {
    return BadInputException.about("Reading " + name)
        .expected("an ONNX TensorProto")
        .because(cause)
        .found(Printable.reason(cause));
  }

  private static HostTensor convert(String name, TensorProto tensor) {
    if (tensor.getDataLocation() == TensorProto.DataLocation.EXTERNAL
        || tensor.getExternalDataCount() > 0) {
      throw BadInputException.about("Reading " + name)
          .expected("the values in the file")
          .found("a reference to another");
    }
    int type = tensor.getDataType();
    long[] shape = tensor.getDimsList().stream().mapToLong(Long::longValue).toArray();
    int size = requireValues(name, shape, stored(name, tensor));
    ByteBuffer raw = raw(tensor);
    return switch (type) {
      case HostTensor.FLOAT -> HostTensor.of(floats(tensor, raw, size), shape);
      case FLOAT16, BFLOAT16 -> HostTensor.of(halves(tensor, raw, size), shape);
      case HostTensor.DOUBLE -> HostTensor.of(doubles(tensor, raw, size), shape);
      case HostTensor.INT32, INT16, UINT16 -> HostTensor.of(ints(tensor, raw, size), shape);
      case HostTensor.INT64, UINT32, UINT64 -> HostTensor.of(longs(tensor, raw, size), shape);
      case HostTensor.STRING -> HostTensor.of(texts(tensor), shape);
      default -> HostTensor.ofBytes(type, bytes(tensor, raw, size), shape);
    };
  }

  private static ByteBuffer raw(TensorProto tensor) {
    return tensor.hasRawData()
        ? tensor.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN)
        : null;
  }

  /** How many values are there, whatever the dimensions say. */
  private static int stored(String name, TensorProto tensor) {
    int type = tensor.getDataType();
    List<?> list =
        switch (type) {
          case HostTensor.FLOAT -> tensor.getFloatDataList();
          case HostTensor.DOUBLE -> tensor.getDoubleDataList();
          case HostTensor.INT64 -> tensor.getInt64DataList();
          case UINT32, UINT64 -> tensor.getUint64DataList();
          case HostTensor.STRING -> tensor.getStringDataList();
          case FLOAT16,
              BFLOAT16,
              INT16,
              UINT16,
              HostTensor.INT32,
              HostTensor.UINT8,
              HostTensor.INT8,
              HostTensor.BOOL ->
              tensor.getInt32DataList();
          default ->
              throw BadInputException.about("Reading " + name)
                  .expected("a tensor of numbers, booleans or texts")
                  .found(ElementType.name(type));
        };
    if (!tensor.hasRawData() || type == HostTensor.STRING) {
      return list.size();
    }
    int bytes = tensor.getRawData().size();
    return bytes % width(type) == 0 ? bytes / width(type) : -1;
  }

  private static int width(int type) {
    return switch (type) {
      case HostTensor.DOUBLE, HostTensor.INT64, UINT64 -> Long.BYTES;
      case HostTensor.FLOAT, HostTensor.INT32, UINT32 -> Integer.BYTES;
      case FLOAT16, BFLOAT16, INT16, UINT16 -> Short.BYTES;
      default -> 1;
    };
  }

  private static int requireValues(String name, long[] shape, int stored) {
    long product = 1;
    boolean fits = stored >= 0;
    for (long dimension : shape) {
      fits = fits && dimension >= 0 && dimension <= Integer.MAX_VALUE;
      product = fits ? Math.min(product * dimension, Integer.MAX_VALUE + 1L) : -1;
    }
    if (!fits || product != stored) {
      throw BadInputException.about("Reading " + name)
          .expected("as many values as the dimensions " + Arrays.toString(shape) + " say")
          .found((stored < 0 ? "a part of one" : String.valueOf(stored)));
    }
    return stored;
  }

  private static float[] floats(TensorProto tensor, ByteBuffer raw, int size) {
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = raw == null ? tensor.getFloatData(i) : raw.getFloat();
    }
    return values;
  }

  private static float[] halves(TensorProto tensor, ByteBuffer raw, int size) {
    boolean brain = tensor.getDataType() == BFLOAT16;
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      short bits = raw == null ? (short) tensor.getInt32Data(i) : raw.getShort();
      values[i] = brain ? Fp16Conversions.bf16ToFloat(bits) : Fp16Conversions.fp16ToFloat(bits);
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
      values[i] = raw == null ? tensor.getInt32Data(i) : integer(tensor.getDataType(), raw);
    }
    return values;
  }

  private static int integer(int type, ByteBuffer raw) {
    return switch (type) {
      case INT16 -> raw.getShort();
      case UINT16 -> Short.toUnsignedInt(raw.getShort());
      default -> raw.getInt();
    };
  }

  private static long[] longs(TensorProto tensor, ByteBuffer raw, int size) {
    boolean signed = tensor.getDataType() == HostTensor.INT64;
    boolean half = tensor.getDataType() == UINT32;
    long[] values = new long[size];
    for (int i = 0; i < size; i++) {
      if (raw == null) {
        values[i] = signed ? tensor.getInt64Data(i) : tensor.getUint64Data(i);
      } else {
        values[i] = half ? Integer.toUnsignedLong(raw.getInt()) : raw.getLong();
      }
    }
    return values;
  }

  private static String[] texts(TensorProto tensor) {
    return tensor.getStringDataList().stream().map(ByteString::toStringUtf8).toArray(String[]::new);
  }

  private static byte[] bytes(TensorProto tensor, ByteBuffer raw, int size) {
    byte[] values = new byte[size];
    for (int i = 0; i < size; i++) {
      values[i] = raw == null ? (byte) tensor.getInt32Data(i) : raw.get();
    }
    return values;
  }
}
