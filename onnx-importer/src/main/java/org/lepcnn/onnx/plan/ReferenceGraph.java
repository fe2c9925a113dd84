/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.plan;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.lepcnn.onnx.graph.DeviceNodes;
import org.lepcnn.onnx.graph.Graph;
import org.lepcnn.onnx.graph.Node;
import org.lepcnn.onnx.graph.Tensors;
import org.lepcnn.onnx.layer.LinearLayer;
import org.lepcnn.onnx.run.InstrumentedRun;
import org.lepcnn.onnx.run.SubModels;

/**
 * The graph of a {@link LayerReference}: the model's, and behind each layer what undoes its end.
 */
public final class ReferenceGraph {
  private final Graph graph;
  private final InstrumentedRun run;
  private final List<Node> nodes;
  private final Map<String, TensorProto> constants;
  private final Set<String> added = new HashSet<>();
  private final Map<String, String> outputs = new LinkedHashMap<>();

  private ReferenceGraph(Graph graph, InstrumentedRun run) {
    this.graph = graph;
    this.run = run;
    this.nodes = new ArrayList<>(graph.nodes());
    this.constants = new HashMap<>();
  }

  /** The float model to compare the layers of a selection with. */
  public static LayerReference of(Graph graph, InstrumentedRun run, Selection selection) {
    ReferenceGraph reference = new ReferenceGraph(graph, run);
    selection.layers().forEach(layer -> reference.add(layer.layer()));
    return new LayerReference(reference.build().toByteArray(), Map.copyOf(reference.outputs));
  }

  private void add(LinearLayer layer) {
    String value = layer.reference().isEmpty() ? undone(layer) : computed(layer);
    String output = graph.freshName(layer.output() + "_reference");
    double[] scale = layer.outputScale();
    if (Arrays.stream(scale).allMatch(factor -> factor == 1)) {
      nodes.add(DeviceNodes.make("Identity", output, value));
    } else {
      // factors other than 1 are along an axis
      String factors = output + "_factors";
      int inner = layer.outputDims().length - 1 - layer.channelAxis();
      TensorProto.Builder tensor =
          TensorProto.newBuilder().setName(factors).setDataType(Tensors.FLOAT);
      tensor.addDims(scale.length);
      for (int i = 0; i < inner; i++) {
        tensor.addDims(1);
      }
      Arrays.stream(scale).forEach(factor -> tensor.addFloatData((float) factor));
      constants.put(factors, tensor.build());
      nodes.add(DeviceNodes.make("Mul", output, value, factors));
    }
    outputs.put(layer.output(), output);
  }

  /** The result of a layer that the model has in no value, as the product of floats that it is. */
  private String computed(LinearLayer layer) {
    List<Node> reference = layer.reference();
    for (Node node : reference) {
      if (added.add(node.output())) {
        nodes.add(node);
      }
    }
    return reference.get(reference.size() - 1).output();
  }

  /** The value before the nodes that finish a layer's result on the device. */
  private String undone(LinearLayer layer) {
    // what prepares an addend comes first
    layer.after().stream().filter(node -> node.is("Mul")).forEach(nodes::add);
    String value = layer.after().isEmpty() ? layer.output() : finished(layer);
    for (int i = layer.after().size() - 1; i >= 0; i--) {
      Node node = layer.after().get(i);
      String before = graph.freshName(value + "_undone");
      if (node.is("Transpose")) {
        int rank = run.type(node.output()).dims().length;
        nodes.add(DeviceNodes.swapLastAxes(before, value, rank));
        value = before;
      } else if (node.is("Add")) {
        nodes.add(DeviceNodes.make("Sub", before, value, node.input(1)));
        value = before;
      }
    }
    return value;
  }

  private static String finished(LinearLayer layer) {
    return layer.after().get(layer.after().size() - 1).output();
  }

  private ModelProto build() {
    GraphProto.Builder builder = GraphProto.newBuilder().setName("reference");
    Set<String> read = new LinkedHashSet<>(graph.outputs());
    nodes.forEach(node -> read.addAll(node.reads()));
    SubModels.addConstants(builder, graph, read.stream().filter(graph::isConstant).toList());
    nodes.forEach(node -> builder.addNode(node.proto()));
    constants.values().forEach(builder::addInitializer);
    graph.inputNames().forEach(name -> builder.addInput(run.type(name).declare(name, true)));
    // the type and the shape are ONNX Runtime's to infer
    outputs.values().forEach(n -> builder.addOutput(ValueInfoProto.newBuilder().setName(n)));
    return SubModels.wrap(graph.model(), builder);
  }
}
