/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.kernel.onnxruntime;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.lepcnn.core.io.Varint;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.onnxruntime.OnnxSessions;

/**
 * The ONNX model of one layer's products, in one of two forms.
 *
 * <ul>
 *   <li>{@link #rows}: per group one {@code MatMulInteger} of an u8 input {@code [rows, depth]}
 *       with a constant s8 matrix {@code [depth, channels]}, which ONNX Runtime packs once when it
 *       loads the model; hence a model per layer.
 *   <li>{@link #planes}: one {@code MatMulInteger} of a constant u8 matrix {@code [channels,
 *       depth]} whose zero point is {@value #ZERO_POINT} with an s8 input {@code [limbs, depth,
 *       positions]}. The left-hand matrix is unsigned because ONNX Runtime has no fast product of
 *       signed with unsigned or signed bytes on x86.
 * </ul>
 *
 * <p>The few protobuf fields are written by hand so that the edge carries no protobuf library.
 */
final class MatMulIntegerModel {
  /** What stands for a weight of zero in {@link #planes}. */
  static final int ZERO_POINT = 128;

  /** The name of the input of {@link #planes}. */
  static final String PLANES = "b";

  /** The name of the output of {@link #planes}. */
  static final String PRODUCTS = "y";

  private static final int ONNX_UINT8 = 2;
  private static final int ONNX_INT8 = 3;
  private static final int ONNX_INT32 = 6;
  private static final int IR_VERSION = 8;
  private static final int OPSET = 13;
  private static final String ANY = "any";

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  private MatMulIntegerModel() {}

  static String inputName(int group) {
    return "a" + group;
  }

  static String outputName(int group) {
    return "y" + group;
  }

  /**
   * Rows of limbs by weights.
   *
   * @param matrices per group, {@code [depth][channels]}
   */
  static MatMulIntegerModel rows(byte[][] matrices, int depth, int channels) {
    MatMulIntegerModel graph = new MatMulIntegerModel();
    for (int group = 0; group < matrices.length; group++) {
      graph.message(1, node(outputName(group), inputName(group), "b" + group));
    }
    graph.string(2, "layer");
    for (int group = 0; group < matrices.length; group++) {
      graph.message(5, initializer("b" + group, ONNX_INT8, matrices[group], depth, channels));
    }
    for (int group = 0; group < matrices.length; group++) {
      graph.message(11, value(inputName(group), ONNX_UINT8, ANY, depth));
    }
    for (int group = 0; group < matrices.length; group++) {
      graph.message(12, value(outputName(group), ONNX_INT32, ANY, channels));
    }
    return model(graph);
  }

  /**
   * Weights by planes of limbs.
   *
   * @param matrix {@code [channels][depth]}, weights plus {@link #ZERO_POINT}
   */
  static MatMulIntegerModel planes(byte[] matrix, int channels, int depth, int limbs) {
    MatMulIntegerModel graph = new MatMulIntegerModel();
    graph.message(1, node(PRODUCTS, "a", PLANES, "z"));
    graph.string(2, "layer");
    graph.message(5, initializer("a", ONNX_UINT8, matrix, channels, depth));
    graph.message(5, initializer("z", ONNX_UINT8, new byte[] {(byte) ZERO_POINT}));
    graph.message(11, value(PLANES, ONNX_INT8, limbs, depth, ANY));
    graph.message(12, value(PRODUCTS, ONNX_INT32, limbs, channels, ANY));
    return model(graph);
  }

  /**
   * Loads the model, with one thread.
   *
   * @param geometry for messages
   */
  OrtSession open(ConvGeometry geometry) {
    try {
      return OnnxSessions.open(
          "Preparing a layer for ONNX Runtime",
          out.toByteArray(),
          options -> {
            options.setIntraOpNumThreads(1);
            options.setInterOpNumThreads(1);
            options.setCPUArenaAllocator(false);
          });
    } catch (OrtException e) {
      throw new IllegalStateException("Preparing a layer for ONNX Runtime: " + geometry, e);
    }
  }

  private static MatMulIntegerModel model(MatMulIntegerModel graph) {
    MatMulIntegerModel model = new MatMulIntegerModel();
    model.integer(1, IR_VERSION);
    model.message(7, graph);
    MatMulIntegerModel opset = new MatMulIntegerModel();
    opset.integer(2, OPSET);
    model.message(8, opset);
    return model;
  }

  private static MatMulIntegerModel node(String output, String... inputs) {
    MatMulIntegerModel node = new MatMulIntegerModel();
    for (String input : inputs) {
      node.string(1, input);
    }
    node.string(2, output);
    node.string(4, "MatMulInteger");
    return node;
  }

  private static MatMulIntegerModel initializer(
      String name, int elementType, byte[] values, int... shape) {
    MatMulIntegerModel tensor = new MatMulIntegerModel();
    for (int dimension : shape) {
      tensor.integer(1, dimension);
    }
    tensor.integer(2, elementType);
    tensor.string(8, name);
    tensor.bytes(9, values);
    return tensor;
  }

  /** An input or output; a dimension is a number, or a name where it may be any. */
  private static MatMulIntegerModel value(String name, int elementType, Object... dimensions) {
    MatMulIntegerModel shape = new MatMulIntegerModel();
    for (Object dimension : dimensions) {
      MatMulIntegerModel one = new MatMulIntegerModel();
      if (dimension instanceof Integer size) {
        one.integer(1, size);
      } else {
        one.string(2, dimension.toString());
      }
      shape.message(1, one);
    }
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
    Varint.write((long) field << 3, out::write);
    Varint.write(value, out::write);
  }

  private void string(int field, String value) {
    bytes(field, value.getBytes(StandardCharsets.UTF_8));
  }

  private void message(int field, MatMulIntegerModel message) {
    bytes(field, message.out.toByteArray());
  }

  private void bytes(int field, byte[] value) {
    Varint.write(((long) field << 3) | 2, out::write);
    Varint.write(value.length, out::write);
    out.writeBytes(value);
  }
}
