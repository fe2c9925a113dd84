/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.session;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Writes ONNX models of operators without attributes: the few protobuf fields by hand. */
final class TinyOnnx {
  /** An operator without attributes. */
  record Node(String op, List<String> inputs, List<String> outputs) {
    static Node of(String op, String output, String... inputs) {
      return new Node(op, List.of(inputs), List.of(output));
    }
  }

  /** A value of the graph's border; its type as ONNX numbers it. */
  record Value(String name, int type, long... shape) {
    /** A float32 value. */
    Value(String name, long... shape) {
      this(name, FLOAT, shape);
    }
  }

  private static final int IR_VERSION = 8;
  private static final int OPSET = 13;
  private static final int FLOAT = 1;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  private TinyOnnx() {}

  static byte[] model(List<Node> nodes, List<Value> inputs, List<Value> outputs) {
    TinyOnnx graph = new TinyOnnx();
    nodes.forEach(node -> graph.message(1, node(node)));
    graph.string(2, "stage");
    inputs.forEach(value -> graph.message(11, value(value)));
    outputs.forEach(value -> graph.message(12, value(value)));
    TinyOnnx opset = new TinyOnnx();
    opset.integer(2, OPSET);
    TinyOnnx model = new TinyOnnx();
    model.integer(1, IR_VERSION);
    model.message(7, graph);
    model.message(8, opset);
    return model.out.toByteArray();
  }

  private static TinyOnnx node(Node node) {
    TinyOnnx message = new TinyOnnx();
    node.inputs().forEach(name -> message.string(1, name));
    node.outputs().forEach(name -> message.string(2, name));
    message.string(4, node.op());
    return message;
  }

  private static TinyOnnx value(Value value) {
    TinyOnnx shape = new TinyOnnx();
    for (long size : value.shape()) {
      TinyOnnx dimension = new TinyOnnx();
      dimension.integer(1, size);
      shape.message(1, dimension);
    }
    TinyOnnx tensorType = new TinyOnnx();
    tensorType.integer(1, value.type());
    tensorType.message(2, shape);
    TinyOnnx type = new TinyOnnx();
    type.message(1, tensorType);
    TinyOnnx message = new TinyOnnx();
    message.string(1, value.name());
    message.message(2, type);
    return message;
  }

  private void integer(int field, long value) {
    varint((long) field << 3);
    varint(value);
  }

  private void string(int field, String value) {
    bytes(field, value.getBytes(StandardCharsets.UTF_8));
  }

  private void message(int field, TinyOnnx message) {
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
