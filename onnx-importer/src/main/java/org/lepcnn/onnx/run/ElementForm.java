/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.run;

import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.onnxruntime.QuietOnnxRuntime;
import org.lepcnn.onnx.graph.ElementTypes;
import org.lepcnn.onnx.graph.Tensors;
import org.lepcnn.onnx.graph.ValueType;

/**
 * How an input's elements are held, for inputs that are made up.
 *
 * @param type of ONNX Runtime's Java tensors
 * @param bytes of an element; 0 for texts
 * @param one the bits of 1, or of a half for floating point numbers
 */
public record ElementForm(OnnxJavaType type, int bytes, long one) {
  /**
   * The form of an input.
   *
   * @throws BadInputException for a type that ONNX Runtime has no tensors of in Java
   */
  public static ElementForm of(String input, ValueType type) {
    TensorProto.DataType dataType = TensorProto.DataType.forNumber(type.onnxType());
    return switch (dataType == null ? TensorProto.DataType.UNDEFINED : dataType) {
      case FLOAT -> new ElementForm(OnnxJavaType.FLOAT, 4, 0x3f000000);
      case DOUBLE -> new ElementForm(OnnxJavaType.DOUBLE, 8, 0x3fe0000000000000L);
      case FLOAT16 -> new ElementForm(OnnxJavaType.FLOAT16, 2, 0x3800);
      case BFLOAT16 -> new ElementForm(OnnxJavaType.BFLOAT16, 2, 0x3f00);
      case INT64 -> new ElementForm(OnnxJavaType.INT64, 8, 1);
      case INT32 -> new ElementForm(OnnxJavaType.INT32, 4, 1);
      case INT16 -> new ElementForm(OnnxJavaType.INT16, 2, 1);
      case INT8 -> new ElementForm(OnnxJavaType.INT8, 1, 1);
      case UINT8 -> new ElementForm(OnnxJavaType.UINT8, 1, 1);
      case BOOL -> new ElementForm(OnnxJavaType.BOOL, 1, 1);
      case STRING -> new ElementForm(OnnxJavaType.STRING, 0, 0);
      default ->
          throw BadInputException.about("Importing the model, input " + input)
              .expected("a type of which ONNX Runtime has tensors in Java")
              .found(ElementTypes.name(type.onnxType()), "Export the model with float32.");
    };
  }

  /** Whether the elements are float32. */
  public boolean isFloat() {
    return type == OnnxJavaType.FLOAT;
  }

  /** Room for elements, all zero, little-endian. */
  public ByteBuffer room(long[] dims) {
    int elements = Math.toIntExact(Tensors.elements(dims));
    return ByteBuffer.allocateDirect(Math.multiplyExact(elements, bytes))
        .order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Puts the bits of an element at an index. */
  public void put(ByteBuffer data, int index, long bits) {
    for (int k = 0; k < bytes; k++) {
      data.put(index * bytes + k, (byte) (bits >>> (8 * k)));
    }
  }

  /**
   * A tensor of these elements; texts are all empty.
   *
   * @param data from index 0 on
   */
  public OnnxTensor tensor(String input, ByteBuffer data, long[] dims) {
    try {
      if (type == OnnxJavaType.STRING) {
        String[] texts = new String[Math.toIntExact(Tensors.elements(dims))];
        Arrays.fill(texts, "");
        return OnnxTensor.createTensor(QuietOnnxRuntime.environment(), texts, dims);
      }
      return OnnxTensor.createTensor(
          QuietOnnxRuntime.environment(), data.order(ByteOrder.nativeOrder()), dims, type);
    } catch (OrtException e) {
      throw new BadInputException(
          "Importing the model: ONNX Runtime refuses an input " + input + " of type " + type + ".",
          e);
    }
  }
}
