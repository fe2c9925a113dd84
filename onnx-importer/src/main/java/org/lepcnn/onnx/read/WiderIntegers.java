/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.read;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.lepcnn.onnx.graph.DeviceNodes;
import org.lepcnn.onnx.graph.Node;

/**
 * Lets an application feed and read integers of element types that it has no tensors of: int16 and
 * uint16 as int32, uint32 and uint64 as int64. On the device a Cast makes the model's type of an
 * input; outputs are widened when they are read.
 */
public final class WiderIntegers {
  private static final Map<Integer, Integer> WIDER =
      Map.of(
          TensorProto.DataType.INT16_VALUE, TensorProto.DataType.INT32_VALUE,
          TensorProto.DataType.UINT16_VALUE, TensorProto.DataType.INT32_VALUE,
          TensorProto.DataType.UINT32_VALUE, TensorProto.DataType.INT64_VALUE,
          TensorProto.DataType.UINT64_VALUE, TensorProto.DataType.INT64_VALUE);

  private WiderIntegers() {}

  /** The element type that an application sees of one. */
  public static int typeOf(int onnxType) {
    return WIDER.getOrDefault(onnxType, onnxType);
  }

  /** The model with wider inputs. */
  public static ModelProto widen(ModelProto model) {
    GraphProto.Builder graph = model.getGraph().toBuilder();
    Set<String> constants = new HashSet<>();
    graph.getInitializerList().forEach(tensor -> constants.add(tensor.getName()));
    boolean changed = false;
    for (int i = 0; i < graph.getInputCount(); i++) {
      ValueInfoProto input = graph.getInput(i);
      int type = input.getType().getTensorType().getElemType();
      if (WIDER.containsKey(type) && !constants.contains(input.getName())) {
        graph.setInput(i, wider(input));
        for (int k = 0; k < graph.getOutputCount(); k++) {
          if (graph.getOutput(k).getName().equals(input.getName())) {
            graph.setOutput(k, wider(graph.getOutput(k)));
          }
        }
        cast(graph, input.getName(), type);
        changed = true;
      }
    }
    return changed ? model.toBuilder().setGraph(graph).build() : model;
  }

  private static ValueInfoProto wider(ValueInfoProto value) {
    ValueInfoProto.Builder wider = value.toBuilder();
    TypeProto.Tensor.Builder tensor = wider.getTypeBuilder().getTensorTypeBuilder();
    tensor.setElemType(typeOf(tensor.getElemType()));
    return wider.build();
  }

  private static void cast(GraphProto.Builder graph, String name, int type) {
    String narrow = freshName(graph, name);
    graph.getNodeBuilderList().forEach(node -> rename(node, name, narrow));
    graph.addNode(0, DeviceNodes.cast(narrow, name, TensorProto.DataType.forNumber(type)).proto());
  }

  /** Lets a node read another value, its bodies too: their own values have names of their own. */
  private static void rename(NodeProto.Builder node, String from, String to) {
    for (int i = 0; i < node.getInputCount(); i++) {
      if (node.getInput(i).equals(from)) {
        node.setInput(i, to);
      }
    }
    if (new Node(node.build()).captures().contains(from)) {
      for (AttributeProto.Builder attribute : node.getAttributeBuilderList()) {
        if (attribute.hasG()) {
          rename(attribute.getGBuilder(), from, to);
        }
        attribute.getGraphsBuilderList().forEach(body -> rename(body, from, to));
      }
    }
  }

  private static void rename(GraphProto.Builder body, String from, String to) {
    if (!Node.capturesOf(body.build()).contains(from)) {
      return;
    }
    body.getNodeBuilderList().forEach(node -> rename(node, from, to));
    for (ValueInfoProto.Builder output : body.getOutputBuilderList()) {
      if (output.getName().equals(from)) {
        output.setName(to);
      }
    }
  }

  private static String freshName(GraphProto.Builder graph, String name) {
    Set<String> taken = new HashSet<>();
    graph.getInputList().forEach(input -> taken.add(input.getName()));
    graph.getInitializerList().forEach(tensor -> taken.add(tensor.getName()));
    graph
        .getNodeList()
        .forEach(
            node -> {
              taken.addAll(node.getInputList());
              taken.addAll(node.getOutputList());
            });
    String fresh = name + "#narrow";
    while (taken.contains(fresh)) {
      fresh += "_";
    }
    return fresh;
  }
}
