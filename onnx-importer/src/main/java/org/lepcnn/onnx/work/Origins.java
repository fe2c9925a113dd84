/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.work;

import ai.onnx.proto.OnnxMl.GraphProto;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.lepcnn.onnx.graph.Graph;
import org.lepcnn.onnx.graph.Node;
import org.lepcnn.onnx.graph.Tensors;
import org.lepcnn.onnx.graph.ValueType;
import org.lepcnn.onnx.read.ControlFlow;

/**
 * Which inputs of the model the values of a graph, or of a body at any depth, are computed from,
 * and which of them would have to be bound to a value so that the body takes its node's place.
 */
final class Origins {
  /** Stands for what no input decides alone, such as what a loop carries. */
  private static final String OTHER = "";

  /** More elements than this are data, and nobody's setting. */
  private static final int MOST_ELEMENTS = 16;

  private final Graph graph;
  private final Function<String, ValueType> types;

  /** By value; constants are absent. */
  private final Map<String, Set<String>> inputs;

  /** What decides whether the graph itself stands in the place of the nodes around it. */
  private final Set<String> deciding;

  private Origins(
      Graph graph,
      Function<String, ValueType> types,
      Map<String, Set<String>> inputs,
      Set<String> deciding) {
    this.graph = graph;
    this.types = types;
    this.inputs = inputs;
    this.deciding = deciding;
  }

  /** Those of a model's values. */
  static Origins of(Graph graph, Function<String, ValueType> types) {
    Origins origins = new Origins(graph, types, new HashMap<>(), Set.of());
    graph.inputNames().forEach(name -> origins.inputs.put(name, Set.of(name)));
    origins.follow(graph.nodes());
    return origins;
  }

  /** Those of the values of a node's body. */
  Origins inside(Node node, GraphProto body) {
    Set<String> needed = new LinkedHashSet<>(deciding);
    needed.addAll(ControlFlow.mayBeInlined(graph, node) ? decidingInputs(node) : Set.of(OTHER));
    Origins inside = new Origins(graph, types, new HashMap<>(inputs), needed);
    for (int i = 0; i < body.getInputCount(); i++) {
      // once a loop is unrolled its iteration and its condition are constant
      boolean constant = node.is("Loop") && i < 2;
      inside.inputs.put(body.getInput(i).getName(), constant ? Set.of() : Set.of(OTHER));
    }
    inside.follow(body.getNodeList().stream().map(Node::new).toList());
    return inside;
  }

  /** Those of the values of a function that runs whole: nothing there takes a node's place. */
  Origins called() {
    return new Origins(graph, types, Map.of(), Set.of(OTHER));
  }

  /** Which inputs to bind so that the graph is found, as a sentence; empty when that is no use. */
  String advice() {
    boolean bindable = !deciding.isEmpty() && deciding.stream().allMatch(this::isSetting);
    boolean leavesSome = !deciding.containsAll(graph.inputNames());
    return bindable && leavesSome
        ? deciding.stream()
            .map(input -> "--input " + input + "=VALUE")
            .collect(Collectors.joining(" ", "Bind what decides the control flow around: ", "."))
        : "";
  }

  private Set<String> decidingInputs(Node node) {
    return node.is("If")
        ? from(List.of(node.input(0)))
        : from(List.of(node.input(0), node.input(1)));
  }

  private void follow(List<Node> nodes) {
    for (Node node : nodes) {
      boolean shapeAlone = node.is("Shape") || node.is("Size");
      Set<String> from = shapeAlone ? Set.of() : from(node.reads());
      node.outputs().forEach(output -> inputs.put(output, from));
    }
  }

  private Set<String> from(Collection<String> values) {
    Set<String> from = new LinkedHashSet<>();
    values.forEach(value -> from.addAll(inputs.getOrDefault(value, Set.of())));
    return from;
  }

  /** Whether an input is of a few whole numbers or booleans, or one number. */
  private boolean isSetting(String input) {
    ValueType type = types.apply(input);
    long elements = Tensors.elements(type.dims());
    return !input.equals(OTHER)
        && type.isTensor()
        && elements <= (type.isFloat() ? 1 : MOST_ELEMENTS);
  }
}
