/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.graph;

import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import org.lepcnn.core.error.BadInputException;

/**
 * The graph of a model while it is taken apart: nodes in an order in which they can run, constants
 * by name, inputs that the application provides, outputs that it wants.
 */
public final class Graph {
  private final ModelProto model;
  private final Map<String, TensorProto> constants = new LinkedHashMap<>();
  private final Map<String, Node> constantProducers = new HashMap<>();
  private final List<ValueInfoProto> inputs = new ArrayList<>();
  private final List<String> outputs;
  private List<Node> nodes;

  /**
   * Takes a model whose tensors are all inside.
   *
   * @throws BadInputException for cycles, values that nothing produces, and values produced twice
   */
  public Graph(ModelProto model) {
    this.model = model;
    GraphProto graph = model.getGraph();
    for (TensorProto tensor : graph.getInitializerList()) {
      constants.put(tensor.getName(), tensor);
    }
    for (ValueInfoProto input : graph.getInputList()) {
      if (!constants.containsKey(input.getName())) {
        inputs.add(input);
      }
    }
    outputs = graph.getOutputList().stream().map(ValueInfoProto::getName).distinct().toList();
    nodes = sorted(graph.getNodeList().stream().map(Node::new).toList());
    requireOutputs();
  }

  public ModelProto model() {
    return model;
  }

  public List<Node> nodes() {
    return nodes;
  }

  /** Puts other nodes in the place of all, in an order in which they can run. */
  public void setNodes(List<Node> newNodes) {
    nodes = newNodes;
  }

  public Map<String, TensorProto> constants() {
    return constants;
  }

  /** The nodes of the model that computed constants, by what they computed. */
  public Map<String, Node> constantProducers() {
    return constantProducers;
  }

  public List<ValueInfoProto> inputs() {
    return inputs;
  }

  public List<String> inputNames() {
    return inputs.stream().map(ValueInfoProto::getName).toList();
  }

  public List<String> outputs() {
    return outputs;
  }

  public boolean isConstant(String value) {
    return constants.containsKey(value);
  }

  /** The version of the standard operators. */
  public long opset() {
    long version = 1;
    for (OperatorSetIdProto opset : model.getOpsetImportList()) {
      if (opset.getDomain().isEmpty() || opset.getDomain().equals("ai.onnx")) {
        version = opset.getVersion();
      }
    }
    return version;
  }

  /** Whether the node calls a function that the model defines. */
  public boolean isFunctionCall(Node node) {
    for (FunctionProto function : model.getFunctionsList()) {
      if (function.getName().equals(node.op())
          && function.getDomain().equals(node.proto().getDomain())
          && function.getOverload().equals(node.proto().getOverload())) {
        return true;
      }
    }
    return false;
  }

  /** The nodes that read each value. */
  public Map<String, List<Node>> readers() {
    Map<String, List<Node>> readers = new HashMap<>();
    for (Node node : nodes) {
      for (String value : node.reads()) {
        readers.computeIfAbsent(value, key -> new ArrayList<>()).add(node);
      }
    }
    return readers;
  }

  /** Drops the nodes that no output needs. A constant needs no node. */
  public void removeDeadNodes() {
    Set<String> wanted = new HashSet<>(outputs);
    wanted.removeAll(constants.keySet());
    List<Node> live = new ArrayList<>();
    for (int i = nodes.size() - 1; i >= 0; i--) {
      Node node = nodes.get(i);
      if (node.outputs().stream().anyMatch(wanted::contains)) {
        live.add(0, node);
        node.reads().stream().filter(value -> !isConstant(value)).forEach(wanted::add);
      }
    }
    nodes = live;
  }

  /**
   * Drops Identity, and Dropout outside of training, by letting the readers read its input. One
   * whose output the model gives out, or that a body reads, stays.
   */
  public void removeIdentities() {
    Set<String> pinned = new HashSet<>(outputs);
    nodes.forEach(node -> pinned.addAll(node.captures()));
    Map<String, String> renamed = new HashMap<>();
    List<Node> kept = new ArrayList<>();
    for (Node node : nodes) {
      Node current = node.withInputs(name -> renamed.getOrDefault(name, name));
      if (passesThrough(current) && current.outputs().stream().noneMatch(pinned::contains)) {
        renamed.put(current.output(), current.input(0));
      } else {
        kept.add(current);
      }
    }
    nodes = kept;
  }

  private boolean passesThrough(Node node) {
    if (node.is("Identity")) {
      return true;
    }
    // From opset 7 on Dropout does nothing unless a third input asks for training; its mask has
    // readers only if it has a name.
    return node.is("Dropout")
        && opset() >= 7
        && !node.hasInput(2)
        && node.outputs().size() == 1
        && !node.output().isEmpty();
  }

  /** A name that no value of the graph has. */
  public String freshName(String base) {
    Set<String> taken = new HashSet<>(constants.keySet());
    taken.addAll(constantProducers.keySet());
    taken.addAll(inputNames());
    for (Node node : nodes) {
      taken.addAll(node.proto().getOutputList());
      taken.addAll(node.reads());
    }
    String name = base;
    for (int i = 1; taken.contains(name); i++) {
      name = base + "_" + i;
    }
    return name;
  }

  private List<Node> sorted(List<Node> unordered) {
    Map<String, Node> producers = producersOf(unordered);
    Set<String> known = new HashSet<>(constants.keySet());
    known.addAll(inputNames());
    for (Node node : unordered) {
      for (String value : node.reads()) {
        if (!known.contains(value) && !producers.containsKey(value)) {
          throw BadInputException.about("Importing the model, node " + node)
              .expected("something that produces the value " + value)
              .found("nothing");
        }
      }
    }
    return topological(unordered, known);
  }

  private Map<String, Node> producersOf(Collection<Node> unordered) {
    Map<String, Node> producers = new HashMap<>();
    Set<String> given = new HashSet<>(constants.keySet());
    given.addAll(inputNames());
    for (Node node : unordered) {
      for (String value : node.outputs()) {
        if (given.contains(value) || producers.put(value, node) != null) {
          throw BadInputException.about("Importing the model")
              .expected("that every value is produced once")
              .found("a second producer of " + value + ", node " + node);
        }
      }
    }
    return producers;
  }

  /** Kahn's algorithm; a file whose order is right already keeps it. */
  private static List<Node> topological(List<Node> unordered, Set<String> known) {
    Map<Node, Integer> position = new HashMap<>();
    unordered.forEach(node -> position.put(node, position.size()));
    PriorityQueue<Node> ready = new PriorityQueue<>(Comparator.comparing(position::get));
    Map<String, List<Node>> waiting = new HashMap<>();
    Map<Node, Long> missing = new HashMap<>();
    for (Node node : unordered) {
      List<String> unknown = node.reads().stream().filter(value -> !known.contains(value)).toList();
      unknown.forEach(value -> waiting.computeIfAbsent(value, k -> new ArrayList<>()).add(node));
      missing.put(node, (long) unknown.size());
      if (unknown.isEmpty()) {
        ready.add(node);
      }
    }
    List<Node> order = new ArrayList<>();
    while (!ready.isEmpty()) {
      Node node = ready.remove();
      order.add(node);
      for (String value : node.outputs()) {
        for (Node reader : waiting.getOrDefault(value, List.of())) {
          if (missing.merge(reader, -1L, Long::sum) == 0) {
            ready.add(reader);
          }
        }
      }
    }
    requireNoCycle(unordered, missing);
    return order;
  }

  private static void requireNoCycle(List<Node> nodes, Map<Node, Long> missing) {
    for (Node node : nodes) {
      if (missing.get(node) > 0) {
        throw BadInputException.about("Importing the model")
            .expected("a graph without cycles")
            .found("that node " + node + " depends on itself");
      }
    }
  }

  private void requireOutputs() {
    Set<String> known = new HashSet<>(constants.keySet());
    known.addAll(inputNames());
    nodes.forEach(node -> known.addAll(node.outputs()));
    for (String output : outputs) {
      if (!known.contains(output)) {
        throw BadInputException.about("Importing the model")
            .expected("something that produces its output " + output)
            .found("nothing");
      }
    }
    if (outputs.isEmpty()) {
      throw BadInputException.about("Importing the model").expected("an output").found("none");
    }
  }
}
