/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.read;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.SparseTensorProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.UnsafeByteOperations;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.onnx.graph.Shapes;
import org.lepcnn.onnx.graph.Tensors;

/** Turns sparse initializers of float32 numbers into dense ones. */
final class SparseInitializers {
  /** 256 Mi elements: beyond this, memory is not taken for a tensor. */
  private static final long MAX_ELEMENTS = 256L << 20;

  private SparseInitializers() {}

  /**
   * The model with dense initializers only.
   *
   * @throws BadInputException for another element type, and indices that do not fit
   */
  static ModelProto densify(ModelProto model) {
    if (model.getGraph().getSparseInitializerCount() == 0) {
      return model;
    }
    ModelProto.Builder builder = model.toBuilder();
    GraphProto.Builder graph = builder.getGraphBuilder();
    for (SparseTensorProto sparse : graph.getSparseInitializerList()) {
      graph.addInitializer(dense(sparse));
    }
    graph.clearSparseInitializer();
    return builder.build();
  }

  private static TensorProto dense(SparseTensorProto sparse) {
    TensorProto values = sparse.getValues();
    Tensors.requireConsistent(values);
    Tensors.requireConsistent(sparse.getIndices());
    long[] dims = sparse.getDimsList().stream().mapToLong(Long::longValue).toArray();
    long elements = Tensors.elements(dims);
    boolean fits = Arrays.stream(dims).allMatch(dim -> dim > 0) && elements <= MAX_ELEMENTS;
    if (!Tensors.isFloat(values)
        || sparse.getIndices().getDataType() != TensorProto.DataType.INT64_VALUE
        || !fits) {
      throw refused(
          sparse, "float32 numbers, int64 indices, at most " + MAX_ELEMENTS + " elements");
    }
    float[] given = Tensors.floats(values);
    long[] places = places(sparse, dims, given.length);
    ByteBuffer raw =
        ByteBuffer.allocate(Math.toIntExact(elements * Float.BYTES)).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < given.length; i++) {
      if (places[i] < 0 || places[i] >= elements) {
        throw refused(sparse, "indices inside the shape " + Shapes.text(dims));
      }
      raw.putFloat(Math.toIntExact(places[i]) * Float.BYTES, given[i]);
    }
    return TensorProto.newBuilder()
        .setName(values.getName())
        .setDataType(Tensors.FLOAT)
        .addAllDims(sparse.getDimsList())
        .setRawData(UnsafeByteOperations.unsafeWrap(raw.array()))
        .build();
  }

  /** Row-major positions, from linear indices {@code [n]} or coordinates {@code [n, rank]}. */
  private static long[] places(SparseTensorProto sparse, long[] dims, int count) {
    long[] indices = Tensors.longs(sparse.getIndices());
    if (sparse.getIndices().getDimsCount() == 1 && indices.length == count) {
      return indices;
    }
    if (indices.length != (long) count * dims.length) {
      throw refused(sparse, "an index for each of its " + count + " values");
    }
    long[] places = new long[count];
    for (int i = 0; i < count; i++) {
      for (int axis = 0; axis < dims.length; axis++) {
        long at = indices[i * dims.length + axis];
        if (at < 0 || at >= dims[axis]) {
          throw refused(sparse, "indices inside the shape " + Shapes.text(dims));
        }
        places[i] = places[i] * dims[axis] + at;
      }
    }
    return places;
  }

  private static BadInputException refused(SparseTensorProto sparse, String expected) {
    return BadInputException.about(
            "Importing the model: sparse initializer " + sparse.getValues().getName())
        .expected(expected)
        .found("something else", "Export the model with dense weights.");
  }
}
