/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.run;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.lepcnn.onnx.graph.Graph;
import org.lepcnn.onnx.graph.Node;

/** Makes models out of parts of a model. */
public final class SubModels {
  /** From this IR version on an initializer need not be an input, and is constant if it is not. */
  private static final long FIRST_IR_WITH_CONSTANT_INITIALIZERS = 4;

  private SubModels() {}

  /** A node that errors can name: one without a name gets that of its first output. */
  static NodeProto named(Node node) {
    return node.proto().getName().isEmpty()
        ? node.proto().toBuilder().setName(node.name()).build()
        : node.proto();
  }

  /**
   * Adds constants that a part of a model reads. What the model dequantizes is added as its
   * integers and the nodes that dequantize them: ONNX Runtime then computes with the integers, as
   * in the whole model, where it would round floats once more.
   */
  public static void addConstants(GraphProto.Builder part, Graph graph, List<String> names) {
    Set<String> added = new HashSet<>();
    for (String name : names) {
      if (isDequantized(graph, name)) {
        addProducer(part, graph, name, added);
      } else if (added.add(name)) {
        part.addInitializer(graph.constants().get(name));
      }
    }
  }

  private static boolean isDequantized(Graph graph, String name) {
    Node producer = graph.constantProducers().get(name);
    return producer != null
        && (producer.op().equals("DequantizeLinear")
            || producer.reads().stream().anyMatch(value -> isDequantized(graph, value)));
  }

  private static void addProducer(
      GraphProto.Builder part, Graph graph, String name, Set<String> added) {
    Node producer = graph.constantProducers().get(name);
    if (!added.add(name)) {
      return;
    }
    if (producer == null) {
      part.addInitializer(graph.constants().get(name));
    } else {
      producer.reads().forEach(value -> addProducer(part, graph, value, added));
      added.addAll(producer.outputs());
      part.addNode(named(producer));
    }
  }

  /** A model with the operator sets and functions of {@code origin}. */
  public static ModelProto wrap(ModelProto origin, GraphProto.Builder graph) {
    return ModelProto.newBuilder()
        .setIrVersion(Math.max(origin.getIrVersion(), FIRST_IR_WITH_CONSTANT_INITIALIZERS))
        .addAllOpsetImport(origin.getOpsetImportList())
        .addAllFunctions(origin.getFunctionsList())
        .setProducerName("lepcnn")
        .setGraph(graph)
        .build();
  }
}
