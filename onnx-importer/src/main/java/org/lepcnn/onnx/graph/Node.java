/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.graph;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

/** A node of the top-level graph with the values that it reads, those of its bodies included. */
public final class Node {
  private final NodeProto proto;
  private final Set<String> captures;

  public Node(NodeProto proto) {
    this.proto = proto;
    this.captures = capturesOf(proto);
  }

  public NodeProto proto() {
    return proto;
  }

  public String op() {
    return proto.getOpType();
  }

  /** The domain; empty for the standard one. */
  public String domain() {
    return proto.getDomain().equals("ai.onnx") ? "" : proto.getDomain();
  }

  public boolean is(String op) {
    return domain().isEmpty() && op().equals(op);
  }

  /** The node's name, or that of its first output. */
  public String name() {
    return proto.getName().isEmpty() && !outputs().isEmpty() ? outputs().get(0) : proto.getName();
  }

  public int inputCount() {
    return proto.getInputCount();
  }

  /** The input at {@code index}; empty when it is left out. */
  public String input(int index) {
    return index < proto.getInputCount() ? proto.getInput(index) : "";
  }

  public boolean hasInput(int index) {
    return !input(index).isEmpty();
  }

  public String output() {
    return proto.getOutput(0);
  }

  /** The outputs that have a name. */
  public List<String> outputs() {
    return proto.getOutputList().stream().filter(name -> !name.isEmpty()).toList();
  }

  /** Values of the outer graph that the node's bodies read. */
  public Set<String> captures() {
    return captures;
  }

  /** Every value that the node reads, each once. */
  public Set<String> reads() {
    Set<String> reads = new LinkedHashSet<>();
    proto.getInputList().stream().filter(name -> !name.isEmpty()).forEach(reads::add);
    reads.addAll(captures);
    return reads;
  }

  /** How often the node reads a value. */
  public long timesRead(String value) {
    return proto.getInputList().stream().filter(value::equals).count()
        + (captures.contains(value) ? 1 : 0);
  }

  /** The node with its inputs renamed; captures keep their names. */
  public Node withInputs(UnaryOperator<String> rename) {
    List<String> inputs = proto.getInputList().stream().map(rename).toList();
    return inputs.equals(proto.getInputList())
        ? this
        : new Node(proto.toBuilder().clearInput().addAllInput(inputs).build());
  }

  /** The same operation under another name, with another output and another input at a place. */
  public Node as(String name, String output, int place, String input) {
    return new Node(
        proto.toBuilder()
            .setName(name)
            .setInput(place, input)
            .clearOutput()
            .addOutput(output)
            .build());
  }

  public List<GraphProto> bodies() {
    List<GraphProto> bodies = new ArrayList<>();
    for (AttributeProto attribute : proto.getAttributeList()) {
      if (attribute.hasG()) {
        bodies.add(attribute.getG());
      }
      bodies.addAll(attribute.getGraphsList());
    }
    return bodies;
  }

  /** The body of a name; null when there is none. */
  public GraphProto body(String name) {
    AttributeProto attribute = attribute(name);
    return attribute == null || !attribute.hasG() ? null : attribute.getG();
  }

  /** The tensor of a name; null when there is none. */
  public TensorProto tensor(String name) {
    AttributeProto attribute = attribute(name);
    return attribute == null || !attribute.hasT() ? null : attribute.getT();
  }

  public boolean has(String name) {
    return attribute(name) != null;
  }

  public long integer(String name, long byDefault) {
    AttributeProto attribute = attribute(name);
    return attribute == null ? byDefault : attribute.getI();
  }

  public float real(String name, float byDefault) {
    AttributeProto attribute = attribute(name);
    return attribute == null ? byDefault : attribute.getF();
  }

  public String string(String name, String byDefault) {
    AttributeProto attribute = attribute(name);
    return attribute == null ? byDefault : attribute.getS().toStringUtf8();
  }

  /** The integers of an attribute; null when it is absent. */
  public long[] integers(String name) {
    AttributeProto attribute = attribute(name);
    return attribute == null
        ? null
        : attribute.getIntsList().stream().mapToLong(Long::longValue).toArray();
  }

  /** The floating-point numbers of an attribute; none when it is absent. */
  public List<Float> reals(String name) {
    AttributeProto attribute = attribute(name);
    return attribute == null ? List.of() : attribute.getFloatsList();
  }

  private AttributeProto attribute(String name) {
    for (AttributeProto attribute : proto.getAttributeList()) {
      if (attribute.getName().equals(name)) {
        return attribute;
      }
    }
    return null;
  }

  private static Set<String> capturesOf(NodeProto proto) {
    Set<String> captures = new LinkedHashSet<>();
    for (AttributeProto attribute : proto.getAttributeList()) {
      if (attribute.hasG()) {
        captures.addAll(capturesOf(attribute.getG()));
      }
      attribute.getGraphsList().forEach(body -> captures.addAll(capturesOf(body)));
    }
    return captures;
  }

  /** Values of the outer graph that a body reads. */
  public static Set<String> capturesOf(GraphProto body) {
    Set<String> defined = new LinkedHashSet<>();
    Set<String> read = new LinkedHashSet<>();
    body.getInputList().stream().map(ValueInfoProto::getName).forEach(defined::add);
    body.getInitializerList().stream().map(TensorProto::getName).forEach(defined::add);
    for (NodeProto node : body.getNodeList()) {
      defined.addAll(node.getOutputList());
      read.addAll(node.getInputList());
      read.addAll(capturesOf(node));
    }
    body.getOutputList().stream().map(ValueInfoProto::getName).forEach(read::add);
    read.removeAll(defined);
    read.remove("");
    return read;
  }

  @Override
  public String toString() {
    return op() + " " + name();
  }
}
