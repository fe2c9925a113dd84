/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.testkit;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** Writes small ONNX models: the few protobuf fields by hand. */
public final class TinyOnnx {
  /** The body of a loop or of a branch. */
  public record Body(List<Node> nodes, List<Value> inputs, List<Value> outputs) {}

  /** An operator with attributes that are integers, and bodies. */
  public record Node(
      String domain,
      String op,
      List<String> inputs,
      List<String> outputs,
      Map<String, Long> attributes,
      Map<String, Body> bodies) {
    /** A standard operator without bodies. */
    public Node(
        String op, List<String> inputs, List<String> outputs, Map<String, Long> attributes) {
      this("", op, inputs, outputs, attributes, Map.of());
    }

    public static Node of(String op, String output, String... inputs) {
      return new Node(op, List.of(inputs), List.of(output), Map.of());
    }
  }

  /** A value of the graph's border, with ONNX's number of its element type. */
  public record Value(String name, int type, long... shape) {
    /** A float32 value. */
    public Value(String name, long... shape) {
      this(name, FLOAT, shape);
    }
  }

  /** The domain of ONNX Runtime's own operators. */
  public static final String MICROSOFT = "com.microsoft";

  private static final int IR_VERSION = 8;
  private static final int OPSET = 13;
  private static final int FLOAT = 1;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  private TinyOnnx() {}

  public static byte[] model(List<Node> nodes, List<Value> inputs, List<Value> outputs) {
    TinyOnnx opset = new TinyOnnx();
    opset.integer(2, OPSET);
    TinyOnnx vendors = new TinyOnnx();
    vendors.string(1, MICROSOFT);
    vendors.integer(2, 1);
    TinyOnnx model = new TinyOnnx();
    model.integer(1, IR_VERSION);
    model.message(7, graph(new Body(nodes, inputs, outputs)));
    model.message(8, opset);
    model.message(8, vendors);
    return model.out.toByteArray();
  }

  private static TinyOnnx graph(Body body) {
    TinyOnnx graph = new TinyOnnx();
    body.nodes().forEach(node -> graph.message(1, node(node)));
    graph.string(2, "stage");
    body.inputs().forEach(value -> graph.message(11, value(value)));
    body.outputs().forEach(value -> graph.message(12, value(value)));
    return graph;
  }

  private static TinyOnnx node(Node node) {
    TinyOnnx message = new TinyOnnx();
    node.inputs().forEach(name -> message.string(1, name));
    node.outputs().forEach(name -> message.string(2, name));
    message.string(4, node.op());
    message.string(7, node.domain());
    node.attributes()
        .forEach(
            (name, value) -> {
              TinyOnnx attribute = new TinyOnnx();
              attribute.string(1, name);
              attribute.integer(3, value);
              attribute.integer(20, 2);
              message.message(5, attribute);
            });
    node.bodies()
        .forEach(
            (name, body) -> {
              TinyOnnx attribute = new TinyOnnx();
              attribute.string(1, name);
              attribute.message(6, graph(body));
              attribute.integer(20, 5);
              message.message(5, attribute);
            });
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
    if (value.shape().length > 0) {
      tensorType.message(2, shape);
    }
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
