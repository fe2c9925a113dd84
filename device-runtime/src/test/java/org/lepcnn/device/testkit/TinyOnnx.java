/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.testkit;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.List;
import java.util.Map;

/** Writes small ONNX models. */
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

  private TinyOnnx() {}

  public static byte[] model(List<Node> nodes, List<Value> inputs, List<Value> outputs) {
    return ModelProto.newBuilder()
        .setIrVersion(IR_VERSION)
        .setGraph(graph(new Body(nodes, inputs, outputs)))
        .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(OPSET))
        .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain(MICROSOFT).setVersion(1))
        .build()
        .toByteArray();
  }

  private static GraphProto graph(Body body) {
    GraphProto.Builder graph = GraphProto.newBuilder().setName("stage");
    body.nodes().forEach(node -> graph.addNode(node(node)));
    body.inputs().forEach(value -> graph.addInput(value(value)));
    body.outputs().forEach(value -> graph.addOutput(value(value)));
    return graph.build();
  }

  private static NodeProto node(Node node) {
    NodeProto.Builder message =
        NodeProto.newBuilder()
            .addAllInput(node.inputs())
            .addAllOutput(node.outputs())
            .setOpType(node.op())
            .setDomain(node.domain());
    node.attributes()
        .forEach(
            (name, value) -> message.addAttribute(attribute(name, AttributeType.INT).setI(value)));
    node.bodies()
        .forEach(
            (name, body) ->
                message.addAttribute(attribute(name, AttributeType.GRAPH).setG(graph(body))));
    return message.build();
  }

  private static AttributeProto.Builder attribute(String name, AttributeType type) {
    return AttributeProto.newBuilder().setName(name).setType(type);
  }

  private static ValueInfoProto value(Value value) {
    TypeProto.Tensor.Builder tensor = TypeProto.Tensor.newBuilder().setElemType(value.type());
    if (value.shape().length > 0) {
      TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
      for (long size : value.shape()) {
        shape.addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(size));
      }
      tensor.setShape(shape);
    }
    return ValueInfoProto.newBuilder()
        .setName(value.name())
        .setType(TypeProto.newBuilder().setTensorType(tensor))
        .build();
  }
}
