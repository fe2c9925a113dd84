/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.read;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** One call of a model's function: its nodes with the call's values and attributes. */
public final class FunctionCall {
  private final FunctionProto function;
  private final String prefix;
  private final Map<String, String> names = new HashMap<>();
  private final Map<String, AttributeProto> attributes = new HashMap<>();
  private final List<NodeProto> passedThrough = new ArrayList<>();

  /**
   * @param prefix comes before the name of every value that lives inside
   */
  public FunctionCall(FunctionProto function, NodeProto call, String prefix) {
    this.function = function;
    this.prefix = prefix;
    for (int i = 0; i < function.getInputCount(); i++) {
      names.put(function.getInput(i), i < call.getInputCount() ? call.getInput(i) : "");
    }
    for (int i = 0; i < Math.min(function.getOutputCount(), call.getOutputCount()); i++) {
      String formal = function.getOutput(i);
      if (call.getOutput(i).isEmpty()) {
        continue;
      }
      if (names.containsKey(formal)) { // an input, or an output that is given twice
        passedThrough.add(
            NodeProto.newBuilder()
                .setOpType("Identity")
                .addInput(names.get(formal))
                .addOutput(call.getOutput(i))
                .build());
      } else {
        names.put(formal, call.getOutput(i));
      }
    }
    function.getAttributeProtoList().forEach(each -> attributes.put(each.getName(), each));
    call.getAttributeList().forEach(each -> attributes.put(each.getName(), each));
  }

  /** The nodes of its body. */
  public List<NodeProto> nodes() {
    List<NodeProto> nodes = new ArrayList<>();
    function.getNodeList().forEach(node -> nodes.add(renamed(node)));
    nodes.addAll(passedThrough);
    return nodes;
  }

  /** The name that a value of the body has outside. */
  String renamed(String value) {
    return value.isEmpty() ? "" : names.getOrDefault(value, prefix + value);
  }

  private NodeProto renamed(NodeProto node) {
    NodeProto.Builder builder = node.toBuilder().clearInput().clearOutput().clearAttribute();
    builder.setName(node.getName().isEmpty() ? "" : prefix + node.getName());
    node.getInputList().forEach(name -> builder.addInput(renamed(name)));
    node.getOutputList().forEach(name -> builder.addOutput(renamed(name)));
    for (AttributeProto attribute : node.getAttributeList()) {
      AttributeProto given = resolved(attribute);
      if (given != null) {
        builder.addAttribute(given);
      }
    }
    return builder.build();
  }

  /** The attribute with the call's value for a reference; null when the call leaves it out. */
  private AttributeProto resolved(AttributeProto attribute) {
    if (!attribute.getRefAttrName().isEmpty()) {
      AttributeProto given = attributes.get(attribute.getRefAttrName());
      return given == null ? null : given.toBuilder().setName(attribute.getName()).build();
    }
    if (!attribute.hasG() && attribute.getGraphsCount() == 0) {
      return attribute;
    }
    AttributeProto.Builder builder = attribute.toBuilder();
    if (attribute.hasG()) {
      builder.setG(renamed(attribute.getG()));
    }
    for (int i = 0; i < attribute.getGraphsCount(); i++) {
      builder.setGraphs(i, renamed(attribute.getGraphs(i)));
    }
    return builder.build();
  }

  private GraphProto renamed(GraphProto body) {
    GraphProto.Builder builder = body.toBuilder().clearNode().clearValueInfo();
    for (ValueInfoProto.Builder input : builder.getInputBuilderList()) {
      input.setName(renamed(input.getName()));
    }
    for (ValueInfoProto.Builder output : builder.getOutputBuilderList()) {
      output.setName(renamed(output.getName()));
    }
    for (TensorProto.Builder tensor : builder.getInitializerBuilderList()) {
      tensor.setName(renamed(tensor.getName()));
    }
    body.getNodeList().forEach(node -> builder.addNode(renamed(node)));
    return builder.build();
  }
}
