/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.run;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtSession;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.onnx.graph.Graph;
import org.lepcnn.onnx.graph.Node;
import org.lepcnn.onnx.graph.Shapes;
import org.lepcnn.onnx.graph.Tensors;

/**
 * Turns values that depend on constants alone into constants. ONNX Runtime itself computes them:
 * one run of the sub-graph of the nodes that read nothing but constants.
 */
public final class ConstantFolding {
  /** Operators whose result is new in every run. */
  static final Set<String> RANDOM_OPERATORS =
      Set.of(
          "RandomNormal",
          "RandomUniform",
          "RandomNormalLike",
          "RandomUniformLike",
          "Multinomial",
          "Bernoulli");

  /** 256 Mi elements: a constant beyond this is refused before memory is taken for it. */
  private static final long MAX_ELEMENTS = 256L << 20;

  private static final String WHAT = "Computing the constants of the model";

  private ConstantFolding() {}

  /** Adds the folded values to the graph's constants. Their nodes stay until they are dead. */
  public static void fold(Graph graph) {
    Set<Node> constantNodes = constantNodes(graph);
    List<String> wanted = frontier(graph, constantNodes);
    if (!wanted.isEmpty()) {
      graph.constants().putAll(compute(graph, constantNodes, wanted));
      for (Node node : constantNodes) {
        node.outputs().forEach(output -> graph.constantProducers().put(output, node));
        TensorProto stated = node.is("Constant") ? node.tensor("value") : null;
        if (stated != null) {
          TensorProto named = stated.toBuilder().setName(node.output()).build();
          graph.constants().putIfAbsent(node.output(), named);
        }
      }
    }
  }

  private static Map<String, TensorProto> compute(
      Graph graph, Set<Node> constantNodes, List<String> wanted) {
    OnnxRuntime.requireModest(WHAT, submodel(graph, constantNodes, outputs(constantNodes)));
    return OnnxRuntime.run(
        WHAT, submodel(graph, constantNodes, wanted), Map.of(), ConstantFolding::tensors);
  }

  private static Map<String, TensorProto> tensors(OrtSession.Result result) {
    Map<String, TensorProto> values = new LinkedHashMap<>();
    for (Map.Entry<String, OnnxValue> output : result) {
      if (output.getValue() instanceof OnnxTensor tensor) {
        requireModest(output.getKey(), tensor);
        TensorProto value = Tensors.of(output.getKey(), tensor);
        if (value != null) {
          values.put(output.getKey(), value);
        }
      }
    }
    return values;
  }

  private static Set<Node> constantNodes(Graph graph) {
    Set<String> constant = new LinkedHashSet<>(graph.constants().keySet());
    Set<Node> nodes = new LinkedHashSet<>();
    for (Node node : graph.nodes()) {
      boolean random = RANDOM_OPERATORS.contains(node.op()) || graph.isFunctionCall(node);
      if (!random && constant.containsAll(node.reads())) {
        requireModest(graph, node);
        nodes.add(node);
        constant.addAll(node.outputs());
      }
    }
    return nodes;
  }

  /** What nodes that are not constant, or the application, read of the constant nodes. */
  private static List<String> frontier(Graph graph, Set<Node> constantNodes) {
    Set<String> produced = new LinkedHashSet<>();
    constantNodes.forEach(node -> produced.addAll(node.outputs()));
    Set<String> read = new LinkedHashSet<>(graph.outputs());
    for (Node node : graph.nodes()) {
      if (!constantNodes.contains(node)) {
        read.addAll(node.reads());
      }
    }
    produced.retainAll(read);
    produced.removeIf(graph::isConstant);
    return new ArrayList<>(produced);
  }

  private static List<String> outputs(Set<Node> nodes) {
    return nodes.stream().flatMap(node -> node.outputs().stream()).distinct().toList();
  }

  private static ModelProto submodel(Graph graph, Set<Node> nodes, List<String> outputs) {
    GraphProto.Builder builder = GraphProto.newBuilder().setName("constants");
    Set<String> initializers = new LinkedHashSet<>();
    for (Node node : nodes) {
      builder.addNode(SubModels.named(node));
      initializers.addAll(node.reads());
    }
    for (String name : initializers) {
      if (graph.isConstant(name)) {
        builder.addInitializer(graph.constants().get(name));
      }
    }
    outputs.forEach(name -> builder.addOutput(ValueInfoProto.newBuilder().setName(name)));
    return SubModels.wrap(graph.model(), builder);
  }

  private static void requireModest(String name, OnnxTensor tensor) {
    if (Tensors.elements(tensor.getInfo().getShape()) > MAX_ELEMENTS) {
      throw tooLarge("constant " + name, "the shape " + Shapes.text(tensor.getInfo().getShape()));
    }
  }

  private static void requireModest(Graph graph, Node node) {
    TensorProto shape = graph.constants().get(node.input(0));
    if (!node.is("ConstantOfShape") || shape == null) {
      return;
    }
    long elements = Tensors.elements(Tensors.longs(shape));
    if (elements > MAX_ELEMENTS) {
      throw tooLarge("the constant of node " + node, elements);
    }
  }

  private static BadInputException tooLarge(String what, Object found) {
    return BadInputException.about("Importing the model, " + what)
        .expected("at most " + MAX_ELEMENTS + " elements")
        .found(found);
  }
}
