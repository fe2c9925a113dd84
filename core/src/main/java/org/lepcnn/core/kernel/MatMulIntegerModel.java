/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.kernel;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Serializes the ONNX model of one layer's products: per group one {@code MatMulInteger} of an u8
 * input {@code [rows, depth]} with a constant s8 matrix {@code [depth, channels]}.
 *
 * <p>ONNX Runtime packs a constant matrix once when it loads the model; hence a model per layer.
 * The few protobuf fields are written by hand so that the edge carries no protobuf library.
 */
final class MatMulIntegerModel {
  private static final int ONNX_UINT8 = 2;
  private static final int ONNX_INT8 = 3;
  private static final int ONNX_INT32 = 6;
  private static final int IR_VERSION = 8;
  private static final int OPSET = 13;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  private MatMulIntegerModel() {}

  static String inputName(int group) {
    return "a" + group;
  }

  static String outputName(int group) {
    return "y" + group;
  }

  /**
   * The model's bytes.
   *
   * @param matrices per group, {@code [depth][channels]}
   */
  static byte[] serialize(byte[][] matrices, int depth, int channels) {
    MatMulIntegerModel graph = new MatMulIntegerModel();
    for (int group = 0; group < matrices.length; group++) {
      graph.message(1, node(group));
    }
    graph.string(2, "layer");
    for (int group = 0; group < matrices.length; group++) {
      graph.message(5, initializer("b" + group, matrices[group], depth, channels));
    }
    for (int group = 0; group < matrices.length; group++) {
      graph.message(11, value(inputName(group), ONNX_UINT8, depth));
    }
    for (int group = 0; group < matrices.length; group++) {
      graph.message(12, value(outputName(group), ONNX_INT32, channels));
    }
    MatMulIntegerModel model = new MatMulIntegerModel();
    model.integer(1, IR_VERSION);
    model.message(7, graph);
    MatMulIntegerModel opset = new MatMulIntegerModel();
    opset.integer(2, OPSET);
    model.message(8, opset);
    return model.out.toByteArray();
  }

  private static MatMulIntegerModel node(int group) {
    MatMulIntegerModel node = new MatMulIntegerModel();
    node.string(1, inputName(group));
    node.string(1, "b" + group);
    node.string(2, outputName(group));
    node.string(4, "MatMulInteger");
    return node;
  }

  private static MatMulIntegerModel initializer(
      String name, byte[] matrix, int depth, int channels) {
    MatMulIntegerModel tensor = new MatMulIntegerModel();
    tensor.integer(1, depth);
    tensor.integer(1, channels);
    tensor.integer(2, ONNX_INT8);
    tensor.string(8, name);
    tensor.bytes(9, matrix);
    return tensor;
  }

  private static MatMulIntegerModel value(String name, int elementType, int columns) {
    MatMulIntegerModel rowsDimension = new MatMulIntegerModel();
    rowsDimension.string(2, "rows");
    MatMulIntegerModel columnsDimension = new MatMulIntegerModel();
    columnsDimension.integer(1, columns);
    MatMulIntegerModel shape = new MatMulIntegerModel();
    shape.message(1, rowsDimension);
    shape.message(1, columnsDimension);
    MatMulIntegerModel tensorType = new MatMulIntegerModel();
    tensorType.integer(1, elementType);
    tensorType.message(2, shape);
    MatMulIntegerModel type = new MatMulIntegerModel();
    type.message(1, tensorType);
    MatMulIntegerModel value = new MatMulIntegerModel();
    value.string(1, name);
    value.message(2, type);
    return value;
  }

  private void integer(int field, long value) {
    varint((long) field << 3);
    varint(value);
  }

  private void string(int field, String value) {
    bytes(field, value.getBytes(StandardCharsets.UTF_8));
  }

  private void message(int field, MatMulIntegerModel message) {
    bytes(field, message.out.toByteArray());
  }

  private void bytes(int field, byte[] value) {
    varint(((long) field << 3) | 2);
    varint(value.length);
    out.writeBytes(value);
  }

  private void varint(long value) {
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      out.write((int) ((rest & 0x7f) | 0x80));
      rest >>>= 7;
    }
    out.write((int) rest);
  }
}
