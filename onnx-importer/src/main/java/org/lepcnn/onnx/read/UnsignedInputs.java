/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.read;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.lepcnn.onnx.graph.DeviceNodes;
import org.lepcnn.onnx.graph.Node;

/**
 * Lets an application feed inputs of element types that ONNX Runtime has no tensors of in Java:
 * uint16 as int32, uint32 and uint64 as int64. A Cast on the device makes the model's type of it.
 *
 * <p>An input that a body reads, or that the model gives out, stays as it is and is refused later.
 */
final class UnsignedInputs {
  private static final Map<Integer, Integer> WIDER =
      Map.of(
          TensorProto.DataType.UINT16_VALUE, TensorProto.DataType.INT32_VALUE,
          TensorProto.DataType.UINT32_VALUE, TensorProto.DataType.INT64_VALUE,
          TensorProto.DataType.UINT64_VALUE, TensorProto.DataType.INT64_VALUE);

  private UnsignedInputs() {}

  /** The model with wider inputs. */
  static ModelProto widen(ModelProto model) {
    GraphProto.Builder graph = model.getGraph().toBuilder();
    boolean changed = false;
    for (int i = 0; i < graph.getInputCount(); i++) {
      ValueInfoProto input = graph.getInput(i);
      int type = input.getType().getTensorType().getElemType();
      if (WIDER.containsKey(type) && isReadByNodesAlone(graph, input.getName())) {
        ValueInfoProto.Builder wider = input.toBuilder();
        wider.getTypeBuilder().getTensorTypeBuilder().setElemType(WIDER.get(type));
        graph.setInput(i, wider);
        cast(graph, input.getName(), type);
        changed = true;
      }
    }
    return changed ? model.toBuilder().setGraph(graph).build() : model;
  }

  private static boolean isReadByNodesAlone(GraphProto.Builder graph, String name) {
    boolean constant =
        graph.getInitializerList().stream().anyMatch(tensor -> tensor.getName().equals(name));
    boolean output = graph.getOutputList().stream().anyMatch(value -> value.getName().equals(name));
    boolean captured =
        graph.getNodeList().stream().anyMatch(node -> new Node(node).captures().contains(name));
    return !constant && !output && !captured;
  }

  private static void cast(GraphProto.Builder graph, String name, int type) {
    String narrow = freshName(graph, name);
    for (NodeProto.Builder node : graph.getNodeBuilderList()) {
      for (int i = 0; i < node.getInputCount(); i++) {
        if (node.getInput(i).equals(name)) {
          node.setInput(i, narrow);
        }
      }
    }
    AttributeProto to =
        AttributeProto.newBuilder()
            .setName("to")
            .setType(AttributeProto.AttributeType.INT)
            .setI(type)
            .build();
    graph.addNode(0, DeviceNodes.make("Cast", narrow, name).proto().toBuilder().addAttribute(to));
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
    String fresh = name + "_unsigned";
    while (taken.contains(fresh)) {
      fresh += "_";
    }
    return fresh;
  }
}
