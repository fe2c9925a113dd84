/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.graph;

import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnxruntime.OnnxTensor;
import com.google.protobuf.UnsafeByteOperations;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.List;
import java.util.Set;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.lepcnn.core.error.BadInputException;

/** Reads and makes ONNX tensors. */
public final class Tensors {
  public static final int FLOAT = TensorProto.DataType.FLOAT_VALUE;

  private static final Set<TensorProto.DataType> UNSIGNED =
      Set.of(TensorProto.DataType.UINT8, TensorProto.DataType.UINT16);

  private Tensors() {}

  public static long[] dims(TensorProto tensor) {
    return tensor.getDimsList().stream().mapToLong(Long::longValue).toArray();
  }

  /** The number of elements; 1 without dimensions; Long.MAX_VALUE when it does not fit. */
  public static long elements(long[] dims) {
    long product = 1;
    for (long dim : dims) {
      if (dim == 0) {
        return 0;
      }
      long high = Math.multiplyHigh(product, dim);
      product = high == 0 && product * dim > 0 ? product * dim : Long.MAX_VALUE;
    }
    return product;
  }

  public static boolean isFloat(TensorProto tensor) {
    return tensor.getDataType() == FLOAT;
  }

  /** The elements of a float32 tensor in row-major order. */
  public static float[] floats(TensorProto tensor) {
    if (!isFloat(tensor)) {
      throw new IllegalArgumentException("Not a float32 tensor: " + tensor.getName());
    }
    float[] values;
    if (tensor.hasRawData()) {
      FloatBuffer raw =
          tensor.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
      values = new float[raw.remaining()];
      raw.get(values);
    } else {
      List<Float> list = tensor.getFloatDataList();
      values = new float[list.size()];
      for (int i = 0; i < values.length; i++) {
        values[i] = tensor.getFloatData(i);
      }
    }
    return values;
  }

  /** The elements of an int64 tensor in row-major order. */
  public static long[] longs(TensorProto tensor) {
    if (!tensor.hasRawData()) {
      return tensor.getInt64DataList().stream().mapToLong(Long::longValue).toArray();
    }
    LongBuffer raw =
        tensor.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN).asLongBuffer();
    long[] values = new long[raw.remaining()];
    raw.get(values);
    return values;
  }

  /**
   * The elements of a tensor of integers of 8, 16 or 32 bits in row-major order.
   *
   * @throws IllegalArgumentException for other types
   */
  public static int[] integers(TensorProto tensor) {
    TensorProto.DataType type = TensorProto.DataType.forNumber(tensor.getDataType());
    boolean signed = type == TensorProto.DataType.INT8 || type == TensorProto.DataType.INT16;
    int bits = Math.toIntExact(bitsPerElement(tensor.getDataType()));
    if (!signed && !UNSIGNED.contains(type) && type != TensorProto.DataType.INT32) {
      throw new IllegalArgumentException("No tensor of short integers: " + tensor.getName());
    }
    if (!tensor.hasRawData()) {
      return tensor.getInt32DataList().stream().mapToInt(Integer::intValue).toArray();
    }
    ByteBuffer raw =
        tensor.getRawData().asReadOnlyByteBuffer().slice().order(ByteOrder.LITTLE_ENDIAN);
    int[] values = new int[raw.remaining() * Byte.SIZE / bits];
    for (int i = 0; i < values.length; i++) {
      int value = bits == 8 ? raw.get(i) : bits == 16 ? raw.getShort(2 * i) : raw.getInt(4 * i);
      values[i] = signed || bits == Integer.SIZE ? value : value & ((1 << bits) - 1);
    }
    return values;
  }

  /** Whether a tensor of one boolean is true. */
  public static boolean isTrue(TensorProto tensor) {
    if (tensor.hasRawData()) {
      return tensor.getRawData().size() == 1 && tensor.getRawData().byteAt(0) != 0;
    }
    return tensor.getInt32DataCount() == 1 && tensor.getInt32Data(0) != 0;
  }

  /**
   * Elements that are no numbers.
   *
   * @param nans how many are NaN
   * @param infinities how many are infinite
   */
  public record NonFinite(long nans, long infinities) {
    private static NonFinite of(DoubleStream values) {
      long[] counts = new long[2];
      values.forEach(
          value -> {
            counts[0] += Double.isNaN(value) ? 1 : 0;
            counts[1] += Double.isInfinite(value) ? 1 : 0;
          });
      return new NonFinite(counts[0], counts[1]);
    }
  }

  /** How many elements of a float32 or float64 tensor are no numbers; none of other types. */
  public static NonFinite nonFinite(TensorProto tensor) {
    if (isFloat(tensor)) {
      float[] values = floats(tensor);
      return NonFinite.of(IntStream.range(0, values.length).mapToDouble(i -> values[i]));
    }
    if (tensor.getDataType() != TensorProto.DataType.DOUBLE_VALUE) {
      return new NonFinite(0, 0);
    }
    if (!tensor.hasRawData()) {
      return NonFinite.of(tensor.getDoubleDataList().stream().mapToDouble(Double::doubleValue));
    }
    DoubleBuffer raw =
        tensor.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN).asDoubleBuffer();
    return NonFinite.of(IntStream.range(0, raw.remaining()).mapToDouble(raw::get));
  }

  /** ONNX's number of a tensor's element type; ONNX Runtime's own numbers differ. */
  public static int onnxType(OnnxTensor tensor) {
    return switch (tensor.getInfo().onnxType) {
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT -> TensorProto.DataType.FLOAT_VALUE;
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT8 -> TensorProto.DataType.UINT8_VALUE;
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT8 -> TensorProto.DataType.INT8_VALUE;
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT16 -> TensorProto.DataType.UINT16_VALUE;
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT16 -> TensorProto.DataType.INT16_VALUE;
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32 -> TensorProto.DataType.INT32_VALUE;
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64 -> TensorProto.DataType.INT64_VALUE;
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_STRING -> TensorProto.DataType.STRING_VALUE;
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_BOOL -> TensorProto.DataType.BOOL_VALUE;
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT16 -> TensorProto.DataType.FLOAT16_VALUE;
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_DOUBLE -> TensorProto.DataType.DOUBLE_VALUE;
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT32 -> TensorProto.DataType.UINT32_VALUE;
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT64 -> TensorProto.DataType.UINT64_VALUE;
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_COMPLEX64 -> TensorProto.DataType.COMPLEX64_VALUE;
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_COMPLEX128 -> TensorProto.DataType.COMPLEX128_VALUE;
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_BFLOAT16 -> TensorProto.DataType.BFLOAT16_VALUE;
      default -> TensorProto.DataType.UNDEFINED_VALUE;
    };
  }

  /** A float32 tensor. */
  public static TensorProto of(String name, float[] values, long... dims) {
    ByteBuffer raw =
        ByteBuffer.allocate(Math.multiplyExact(values.length, Float.BYTES))
            .order(ByteOrder.LITTLE_ENDIAN);
    raw.asFloatBuffer().put(values);
    TensorProto.Builder builder =
        TensorProto.newBuilder()
            .setName(name)
            .setDataType(FLOAT)
            .setRawData(UnsafeByteOperations.unsafeWrap(raw));
    for (long dim : dims) {
      builder.addDims(dim);
    }
    return builder.build();
  }

  /** A copy of a tensor of ONNX Runtime; null for strings. */
  public static TensorProto of(String name, OnnxTensor tensor) {
    ByteBuffer data = tensor.getByteBuffer();
    if (data == null) {
      return null;
    }
    TensorProto.Builder builder =
        TensorProto.newBuilder()
            .setName(name)
            .setDataType(onnxType(tensor))
            .setRawData(UnsafeByteOperations.unsafeWrap(data));
    for (long dim : tensor.getInfo().getShape()) {
      builder.addDims(dim);
    }
    return builder.build();
  }

  /**
   * Checks that the data have the size that the dimensions state.
   *
   * @throws BadInputException when they lie
   */
  public static void requireConsistent(TensorProto tensor) {
    long elements = elements(dims(tensor));
    if (tensor.getDimsList().stream().anyMatch(dim -> dim < 0)) {
      throw inconsistent(tensor, "dimensions of at least 0", "a negative one");
    }
    long bits = bitsPerElement(tensor.getDataType());
    if (tensor.hasRawData() && bits > 0) {
      long expected = elements > Long.MAX_VALUE / 128 ? elements : (elements * bits + 7) / 8;
      if (tensor.getRawData().size() != expected) {
        throw inconsistent(tensor, expected + " bytes", tensor.getRawData().size() + " bytes");
      }
    } else if (isFloat(tensor) && tensor.getFloatDataCount() != elements) {
      throw inconsistent(tensor, elements + " elements", tensor.getFloatDataCount() + " elements");
    }
  }

  private static BadInputException inconsistent(TensorProto tensor, String expected, String found) {
    return BadInputException.about("Importing the model: tensor " + tensor.getName())
        .expected(expected + " by its shape " + Shapes.text(dims(tensor)))
        .found(found, "The file is damaged; export it again.");
  }

  /** Bits that an element takes in raw data; 0 for types without raw data. */
  public static int bitsPerElement(int type) {
    TensorProto.DataType known = TensorProto.DataType.forNumber(type);
    if (known == null) {
      return 0;
    }
    return switch (known) {
      case UINT4, INT4 -> 4;
      case UINT8, INT8, BOOL, FLOAT8E4M3FN, FLOAT8E4M3FNUZ, FLOAT8E5M2, FLOAT8E5M2FNUZ -> 8;
      case UINT16, INT16, FLOAT16, BFLOAT16 -> 16;
      case FLOAT, INT32, UINT32 -> 32;
      case DOUBLE, INT64, UINT64, COMPLEX64 -> 64;
      case COMPLEX128 -> 128;
      case STRING, UNDEFINED -> 0;
    };
  }
}
