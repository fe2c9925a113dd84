/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.graph;

import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.Arrays;

/**
 * What a value is.
 *
 * @param onnxType ONNX's number of the element type; 0 for anything but a tensor
 * @param dims concrete dimensions
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
public record ValueType(int onnxType, long[] dims) {
  public static final ValueType NOT_A_TENSOR = new ValueType(0, new long[0]);

  public static ValueType of(TensorProto tensor) {
    return new ValueType(tensor.getDataType(), Tensors.dims(tensor));
  }

  /** A declaration of floating-point numbers. */
  public static ValueInfoProto declareFloats(String name, long... dims) {
    return new ValueType(Tensors.FLOAT, dims).declare(name, true);
  }

  public boolean isTensor() {
    return onnxType != 0;
  }

  public boolean isFloat() {
    return onnxType == Tensors.FLOAT;
  }

  /** A declaration; without dimensions when {@code withShape} is false. */
  public ValueInfoProto declare(String name, boolean withShape) {
    TypeProto.Tensor.Builder tensor = TypeProto.Tensor.newBuilder().setElemType(onnxType);
    if (withShape) {
      TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
      for (long dim : dims) {
        shape.addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(dim));
      }
      tensor.setShape(shape);
    }
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(TypeProto.newBuilder().setTensorType(tensor))
        .build();
  }

  @Override
  public String toString() {
    return ElementTypes.name(onnxType) + Arrays.toString(dims);
  }
}
