/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.read;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.onnx.graph.Graph;
import org.lepcnn.onnx.graph.Node;
import org.lepcnn.onnx.graph.Tensors;

/**
 * Puts the body of an {@code If} whose condition is constant, and the iterations of a {@code Loop}
 * whose number is constant, in the place of the node, so that the layers inside are found.
 *
 * <p>A Loop is unrolled when it runs at most {@value #MAX_ITERATIONS} times and its body never ends
 * it. Values inside get the name of the node's first output, and the iteration's number, as a
 * prefix.
 */
public final class ControlFlow {
  /** More iterations than this would be as many rounds, and stay a Loop. */
  static final int MAX_ITERATIONS = 128;

  private static final int MAX_NODES = 200_000;

  /** From this version on Unsqueeze takes its axes from an input. */
  private static final int AXES_AS_INPUT_OPSET = 13;

  /** From this version on Identity takes sequences and optional values. */
  private static final int IDENTITY_OF_ANYTHING_OPSET = 16;

  private final Graph graph;
  private final List<Node> nodes = new ArrayList<>();
  private boolean changed;

  private ControlFlow(Graph graph) {
    this.graph = graph;
  }

  /**
   * Inlines what the graph's constants decide, one level deep.
   *
   * @return whether there was anything
   * @throws BadInputException when that makes more than {@value #MAX_NODES} nodes
   */
  public static boolean inline(Graph graph) {
    ControlFlow flow = new ControlFlow(graph);
    for (Node node : graph.nodes()) {
      if (node.is("If")) {
        flow.branch(node);
      } else if (node.is("Loop")) {
        flow.loop(node);
      } else {
        flow.nodes.add(node);
      }
      flow.requireModest(node);
    }
    if (flow.changed) {
      graph.setNodes(flow.nodes);
    }
    return flow.changed;
  }

  /** Whether a node is an If or Loop that is inlined once its inputs decide how it runs. */
  public static boolean mayBeInlined(Graph graph, Node node) {
    ControlFlow flow = new ControlFlow(graph);
    if (node.is("If")) {
      return node.bodies().stream().allMatch(flow::holdsTensors);
    }
    GraphProto body = node.is("Loop") ? node.body("body") : null;
    TensorProto most = graph.constants().get(node.input(0));
    boolean tooOften = most != null && flow.trips(node) > MAX_ITERATIONS;
    return body != null
        && node.hasInput(0)
        && !tooOften
        && fits(body, node.inputCount(), node.proto().getOutputCount() + 1)
        && flow.holdsTensors(body)
        && neverEnds(body);
  }

  private void branch(Node node) {
    TensorProto condition = graph.constants().get(node.input(0));
    GraphProto body =
        condition == null
            ? null
            : node.body(Tensors.isTrue(condition) ? "then_branch" : "else_branch");
    if (body == null || !fits(body, 0, node.proto().getOutputCount()) || !holdsTensors(body)) {
      nodes.add(node);
      return;
    }
    changed = true;
    put(body, List.of(), node.proto().getOutputList(), prefix(node));
  }

  private void loop(Node node) {
    GraphProto body = node.body("body");
    int carried = node.inputCount() - 2;
    int outputs = node.proto().getOutputCount();
    long trips = trips(node);
    if (body == null
        || !fits(body, carried + 2, outputs + 1)
        || !holdsTensors(body)
        || !neverEnds(body)
        || trips < (outputs > carried ? 1 : 0)
        || trips > MAX_ITERATIONS) {
      nodes.add(node);
      return;
    }
    changed = true;
    unroll(node, body, carried, Math.toIntExact(trips));
  }

  /** Whether Identity can hand on all values of a body; once it could hand on tensors alone. */
  private boolean holdsTensors(GraphProto body) {
    return graph.opset() >= IDENTITY_OF_ANYTHING_OPSET
        || body.getNodeList().stream()
            .map(NodeProto::getOpType)
            .noneMatch(op -> op.contains("Sequence") || op.contains("Optional"));
  }

  /** How often a Loop runs; −1 when that is not constant. */
  private long trips(Node node) {
    TensorProto most = graph.constants().get(node.input(0));
    TensorProto condition = graph.constants().get(node.input(1));
    if (most == null
        || most.getDataType() != TensorProto.DataType.INT64_VALUE
        || (condition == null && node.hasInput(1))) {
      return -1;
    }
    long[] count = Tensors.longs(most);
    if (count.length != 1) {
      return -1;
    }
    return condition == null || Tensors.isTrue(condition) ? Math.max(0, count[0]) : 0;
  }

  /** Whether the body hands on the condition that it was given, or one that is true. */
  private static boolean neverEnds(GraphProto body) {
    String condition = body.getOutput(0).getName();
    for (int i = body.getNodeCount() - 1; i >= 0; i--) {
      Node node = new Node(body.getNode(i));
      if (node.outputs().contains(condition)) {
        if (node.is("Constant") && node.tensor("value") != null) {
          return Tensors.isTrue(node.tensor("value"));
        }
        if (!node.is("Identity")) {
          return false;
        }
        condition = node.input(0);
      }
    }
    for (TensorProto tensor : body.getInitializerList()) {
      if (tensor.getName().equals(condition)) {
        return Tensors.isTrue(tensor);
      }
    }
    return body.getInput(1).getName().equals(condition);
  }

  private void unroll(Node node, GraphProto body, int carried, int trips) {
    List<String> current = new ArrayList<>(node.proto().getInputList().subList(2, carried + 2));
    List<List<String>> scans = new ArrayList<>();
    for (int i = carried + 1; i < body.getOutputCount(); i++) {
      scans.add(new ArrayList<>());
    }
    String goesOn = constant(prefix(node) + "condition", TensorProto.DataType.BOOL, 1, 1);
    for (int trip = 0; trip < trips; trip++) {
      String prefix = prefix(node) + trip + "#";
      List<String> inputs = new ArrayList<>();
      inputs.add(constant(prefix + "iteration", TensorProto.DataType.INT64, 8, trip));
      inputs.add(goesOn);
      inputs.addAll(current);
      List<String> outputs = new ArrayList<>();
      for (int i = 0; i < body.getOutputCount(); i++) {
        outputs.add(prefix + "output" + i);
      }
      put(body, inputs, outputs, prefix);
      current = outputs.subList(1, carried + 1);
      for (int i = 0; i < scans.size(); i++) {
        scans.get(i).add(outputs.get(carried + 1 + i));
      }
      requireModest(node);
    }
    give(node, current, scans);
  }

  private void give(Node node, List<String> current, List<List<String>> scans) {
    for (int i = 0; i < node.proto().getOutputCount(); i++) {
      String output = node.proto().getOutput(i);
      if (output.isEmpty()) {
        continue;
      }
      if (i < current.size()) {
        nodes.add(node("Identity", output, List.of(current.get(i))));
      } else {
        stack(output, scans.get(i - current.size()));
      }
    }
  }

  /** Stacks what the iterations give along a new first axis. */
  private void stack(String output, List<String> values) {
    List<String> rows = new ArrayList<>();
    for (int i = 0; i < values.size(); i++) {
      rows.add(output + "#row" + i);
      nodes.add(unsqueeze(rows.get(i), values.get(i)));
    }
    nodes.add(node("Concat", output, rows, AttributeProto.newBuilder().setName("axis").setI(0)));
  }

  private Node unsqueeze(String output, String value) {
    if (graph.opset() >= AXES_AS_INPUT_OPSET) {
      String axis = output + "axis";
      graph
          .constants()
          .put(axis, scalar(axis, TensorProto.DataType.INT64, 8, 0).toBuilder().addDims(1).build());
      return node("Unsqueeze", output, List.of(value, axis));
    }
    return node(
        "Unsqueeze",
        output,
        List.of(value),
        AttributeProto.newBuilder()
            .setName("axes")
            .setType(AttributeProto.AttributeType.INTS)
            .addInts(0));
  }

  private static Node node(
      String op, String output, List<String> inputs, AttributeProto.Builder... attributes) {
    NodeProto.Builder node =
        NodeProto.newBuilder()
            .setOpType(op)
            .setName(output + "_" + op)
            .addAllInput(inputs)
            .addOutput(output);
    for (AttributeProto.Builder attribute : attributes) {
      if (!attribute.hasType()) {
        attribute.setType(AttributeProto.AttributeType.INT);
      }
      node.addAttribute(attribute);
    }
    return new Node(node.build());
  }

  private String constant(String name, TensorProto.DataType type, int bytes, long value) {
    graph.constants().put(name, scalar(name, type, bytes, value));
    return name;
  }

  private static TensorProto scalar(String name, TensorProto.DataType type, int bytes, long value) {
    byte[] data =
        ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array();
    return TensorProto.newBuilder()
        .setName(name)
        .setDataType(type.getNumber())
        .setRawData(ByteString.copyFrom(data, 0, bytes))
        .build();
  }

  private static boolean fits(GraphProto body, int inputs, int outputs) {
    return body.getInputCount() == inputs
        && body.getOutputCount() >= outputs
        && body.getSparseInitializerCount() == 0;
  }

  /** Puts the nodes of a body here, as those of a function that gets what the body captures. */
  private void put(GraphProto body, List<String> inputs, List<String> outputs, String prefix) {
    FunctionProto.Builder function = FunctionProto.newBuilder().addAllNode(body.getNodeList());
    NodeProto.Builder call = NodeProto.newBuilder().addAllOutput(outputs);
    for (String captured : Node.capturesOf(body)) {
      function.addInput(captured);
      call.addInput(captured);
    }
    body.getInputList().stream().map(ValueInfoProto::getName).forEach(function::addInput);
    call.addAllInput(inputs);
    body.getOutputList().stream().map(ValueInfoProto::getName).forEach(function::addOutput);
    FunctionCall inlined = new FunctionCall(function.build(), call.build(), prefix);
    for (TensorProto tensor : body.getInitializerList()) {
      String name = inlined.renamed(tensor.getName());
      graph.constants().put(name, tensor.toBuilder().setName(name).build());
    }
    inlined.nodes().forEach(node -> nodes.add(new Node(node)));
  }

  private static String prefix(Node node) {
    return node.outputs().get(0) + "#";
  }

  private void requireModest(Node node) {
    if (nodes.size() > MAX_NODES) {
      throw BadInputException.about("Importing the model")
          .expected("at most " + MAX_NODES + " nodes once loops are unrolled")
          .found("more at the node " + node);
    }
  }
}
