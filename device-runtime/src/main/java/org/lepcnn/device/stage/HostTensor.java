/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.stage;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import java.nio.ByteBuffer;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.util.Arrays;
import org.lepcnn.core.api.PublicApi;
import org.lepcnn.core.error.BadInputException;

/**
 * A dense tensor in the Java heap: an array in row-major order with its dimensions.
 *
 * <p>What a model gives out in another type is widened to one of these: float16 and bfloat16 to
 * float32, int16 and uint16 to int32, uint32 to int64. The bits of uint64 stay, in an int64.
 *
 * <p>Arrays are neither copied in nor out; whoever shares one must not change it. Equality is
 * identity; {@link #sameBits} compares contents.
 */
@PublicApi
public final class HostTensor {
  /** ONNX's numbers of the element types. */
  public static final int FLOAT = 1;

  public static final int UINT8 = 2;
  public static final int INT8 = 3;
  public static final int INT32 = 6;
  public static final int INT64 = 7;
  public static final int STRING = 8;
  public static final int BOOL = 9;
  public static final int DOUBLE = 11;

  private final int onnxType;
  private final Object array;
  private final long[] shape;

  private HostTensor(int onnxType, Object array, int length, long... shape) {
    this.onnxType = onnxType;
    this.array = array;
    this.shape = shape.clone();
    long elements = elements(shape);
    if (elements != length) {
      throw BadInputException.about("Tensor")
          .expected(elements + " elements for the dimensions " + Arrays.toString(shape))
          .found(length);
    }
  }

  public static HostTensor of(float[] values, long... shape) {
    return new HostTensor(FLOAT, values, values.length, shape);
  }

  public static HostTensor of(double[] values, long... shape) {
    return new HostTensor(DOUBLE, values, values.length, shape);
  }

  public static HostTensor of(int[] values, long... shape) {
    return new HostTensor(INT32, values, values.length, shape);
  }

  public static HostTensor of(long[] values, long... shape) {
    return new HostTensor(INT64, values, values.length, shape);
  }

  /** A tensor of texts, none of them null. */
  public static HostTensor of(String[] values, long... shape) {
    return new HostTensor(STRING, values, values.length, shape);
  }

  /**
   * A tensor of single bytes.
   *
   * @param onnxType {@link #UINT8}, {@link #INT8} or {@link #BOOL}
   */
  public static HostTensor ofBytes(int onnxType, byte[] values, long... shape) {
    if (onnxType != UINT8 && onnxType != INT8 && onnxType != BOOL) {
      throw unsupported(onnxType);
    }
    return new HostTensor(onnxType, values, values.length, shape);
  }

  /** A tensor of zeros, or of empty texts, of any of the element types. */
  static HostTensor zeros(int onnxType, long... shape) {
    int size = (int) elements(shape);
    return switch (onnxType) {
      case FLOAT -> of(new float[size], shape);
      case DOUBLE -> of(new double[size], shape);
      case INT32 -> of(new int[size], shape);
      case INT64 -> of(new long[size], shape);
      case STRING -> {
        String[] texts = new String[size];
        Arrays.fill(texts, "");
        yield of(texts, shape);
      }
      default -> ofBytes(onnxType, new byte[size], shape);
    };
  }

  /** The element type, as ONNX numbers it. */
  public int onnxType() {
    return onnxType;
  }

  /** A copy of the dimensions. */
  public long[] shape() {
    return shape.clone();
  }

  /**
   * The elements of a float32 tensor, not copied.
   *
   * @throws BadInputException for another element type
   */
  public float[] floats() {
    if (array instanceof float[] values) {
      return values;
    }
    throw BadInputException.about("Tensor")
        .expected("element type " + FLOAT + " (float32)")
        .found(onnxType);
  }

  /** The elements: float[], double[], int[], long[], byte[] or String[], not copied. */
  public Object array() {
    return array;
  }

  /** Whether both have the same type, dimensions and bits (so that NaN equals the same NaN). */
  public boolean sameBits(HostTensor other) {
    if (onnxType != other.onnxType || !Arrays.equals(shape, other.shape)) {
      return false;
    }
    return switch (onnxType) {
      case FLOAT -> sameBits((float[]) array, (float[]) other.array);
      case DOUBLE -> sameBits((double[]) array, (double[]) other.array);
      case INT32 -> Arrays.equals((int[]) array, (int[]) other.array);
      case INT64 -> Arrays.equals((long[]) array, (long[]) other.array);
      case STRING -> Arrays.equals((String[]) array, (String[]) other.array);
      default -> Arrays.equals((byte[]) array, (byte[]) other.array);
    };
  }

  /** Type and dimensions, never contents. */
  @Override
  public String toString() {
    return "HostTensor[onnxType=" + onnxType + ", shape=" + Arrays.toString(shape) + "]";
  }

  /** A tensor of ONNX Runtime with these elements, to be closed by the caller. */
  public OnnxTensor toOnnx(OrtEnvironment environment) throws OrtException {
    return switch (onnxType) {
      case FLOAT -> OnnxTensor.createTensor(environment, FloatBuffer.wrap((float[]) array), shape);
      case DOUBLE ->
          OnnxTensor.createTensor(environment, DoubleBuffer.wrap((double[]) array), shape);
      case INT32 -> OnnxTensor.createTensor(environment, IntBuffer.wrap((int[]) array), shape);
      case INT64 -> OnnxTensor.createTensor(environment, LongBuffer.wrap((long[]) array), shape);
      case STRING -> OnnxTensor.createTensor(environment, (String[]) array, shape);
      default ->
          OnnxTensor.createTensor(
              environment, ByteBuffer.wrap((byte[]) array), shape, javaType(onnxType));
    };
  }

  /** Writes the elements, none of them a text, to the front of {@code target} in its byte order. */
  void copyTo(ByteBuffer target) {
    switch (onnxType) {
      case FLOAT -> target.asFloatBuffer().put((float[]) array);
      case DOUBLE -> target.asDoubleBuffer().put((double[]) array);
      case INT32 -> target.asIntBuffer().put((int[]) array);
      case INT64 -> target.asLongBuffer().put((long[]) array);
      default -> target.put(0, (byte[]) array);
    }
  }

  /** The type of elements that are not texts, as ONNX Runtime's Java names it. */
  static OnnxJavaType javaType(int onnxType) {
    return switch (onnxType) {
      case FLOAT -> OnnxJavaType.FLOAT;
      case DOUBLE -> OnnxJavaType.DOUBLE;
      case INT32 -> OnnxJavaType.INT32;
      case INT64 -> OnnxJavaType.INT64;
      case UINT8 -> OnnxJavaType.UINT8;
      case INT8 -> OnnxJavaType.INT8;
      case BOOL -> OnnxJavaType.BOOL;
      default -> throw unsupported(onnxType);
    };
  }

  /**
   * A copy of a tensor of ONNX Runtime, widened where its type is none of the above.
   *
   * @throws BadInputException for element types that cannot be widened: complex numbers and those
   *     of less than a byte
   */
  public static HostTensor copyOf(OnnxTensor tensor) {
    return TensorCopy.of(tensor);
  }

  static long elements(long[] shape) {
    long product = 1;
    for (long dimension : shape) {
      if (dimension < 0 || (dimension > 0 && product > Integer.MAX_VALUE / dimension)) {
        throw BadInputException.about("Tensor")
            .expected("dimensions of at most 2^31 - 1 elements")
            .found(Arrays.toString(shape));
      }
      product *= dimension;
    }
    return product;
  }

  private static boolean sameBits(float[] a, float[] b) {
    boolean same = a.length == b.length;
    for (int i = 0; same && i < a.length; i++) {
      same = Float.floatToRawIntBits(a[i]) == Float.floatToRawIntBits(b[i]);
    }
    return same;
  }

  private static boolean sameBits(double[] a, double[] b) {
    boolean same = a.length == b.length;
    for (int i = 0; same && i < a.length; i++) {
      same = Double.doubleToRawLongBits(a[i]) == Double.doubleToRawLongBits(b[i]);
    }
    return same;
  }

  private static BadInputException unsupported(int onnxType) {
    return BadInputException.about("Tensor")
        .expected("the ONNX element type 1, 2, 3, 6, 7, 8, 9 or 11")
        .found(onnxType);
  }
}
