/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.plan;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.lepcnn.core.model.DeviceHalf;
import org.lepcnn.core.model.DeviceHalf.ValueSpec;
import org.lepcnn.core.model.EdgeHalf;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.core.quant.ScaledWeights;
import org.lepcnn.onnx.graph.Graph;
import org.lepcnn.onnx.graph.Node;
import org.lepcnn.onnx.graph.Tensors;
import org.lepcnn.onnx.graph.ValueType;
import org.lepcnn.onnx.layer.LinearLayer;
import org.lepcnn.onnx.run.InstrumentedRun;
import org.lepcnn.onnx.run.ShapeFlow;
import org.lepcnn.onnx.run.SubModels;

/**
 * A model of convolutions whose layers are chosen, before its channels are equalised or after, as
 * floats and as integers.
 */
final class ChosenNetwork {
  private final Graph graph;
  private final InstrumentedRun run;
  private final ShapeFlow flow;
  private final Selection selection;

  /**
   * @param model without anything to fold; of its layers only convolutions go to the edge
   */
  ChosenNetwork(ModelProto model, boolean equalised) {
    graph = new Graph(model);
    Map<String, ValueType> inputs = new HashMap<>();
    for (ValueInfoProto input : graph.inputs()) {
      long[] dims =
          input.getType().getTensorType().getShape().getDimList().stream()
              .mapToLong(dim -> dim.getDimValue())
              .toArray();
      inputs.put(input.getName(), new ValueType(Tensors.FLOAT, dims));
    }
    run = InstrumentedRun.of(graph, inputs, Set.of());
    flow = new ShapeFlow(graph);
    selection = RoundWork.select(graph, run, flow, OffloadPolicy.auto(), Precision.FAST);
    if (equalised) {
      Equalization.apply(graph, run, flow, selection);
    }
  }

  List<OffloadedLayer> layers() {
    return selection.layers();
  }

  /** Whether a channel that a layer writes has a factor. */
  boolean isScaled(String output) {
    for (OffloadedLayer layer : layers()) {
      if (layer.layer().output().equals(output)) {
        for (double factor : layer.layer().outputScale()) {
          if (factor != 1) {
            return true;
          }
        }
        return false;
      }
    }
    throw new IllegalArgumentException("No layer of the edge: " + output);
  }

  /** What the device runs for the node of a value. */
  List<Node> onDevice(String output) {
    return graph.nodes().stream()
        .filter(node -> node.output().equals(output))
        .map(selection::onDevice)
        .findFirst()
        .orElseThrow();
  }

  /** The network in one piece, with the layers in float. */
  byte[] floats() {
    GraphProto.Builder builder = GraphProto.newBuilder().setName("floats");
    Set<String> read = new LinkedHashSet<>();
    for (Node node : graph.nodes()) {
      OffloadedLayer layer = selection.offloaded(node);
      if (layer != null) {
        add(layer.layer(), builder);
      } else if (!selection.isAbsorbed(node)) {
        for (Node each : selection.onDevice(node)) {
          builder.addNode(each.proto());
          read.addAll(each.reads());
        }
      }
    }
    read.stream()
        .filter(graph::isConstant)
        .map(graph.constants()::get)
        .forEach(builder::addInitializer);
    graph.inputs().forEach(builder::addInput);
    graph.outputs().forEach(n -> builder.addOutput(ValueInfoProto.newBuilder().setName(n)));
    return SubModels.wrap(graph.model(), builder).toByteArray();
  }

  private void add(LinearLayer layer, GraphProto.Builder builder) {
    ScaledWeights weights = layer.weights();
    float[] values = weights.values();
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (values[i] * weights.factors()[i / layer.geometry().fanIn()]);
    }
    String name = layer.output();
    TensorProto kernel = tensor(name + "_w", values, run.type(layer.node().input(1)).dims());
    TensorProto bias = tensor(name + "_b", layer.bias(), layer.geometry().outChannels());
    builder.addInitializer(kernel).addInitializer(bias);
    builder.addNode(
        layer.node().proto().toBuilder()
            .clearInput()
            .addInput(layer.input())
            .addInput(kernel.getName())
            .addInput(bias.getName())
            .clearOutput()
            .addOutput(name));
  }

  private static TensorProto tensor(String name, float[] values, long... dims) {
    return Tensors.of(name, values, dims);
  }

  /** The network as the device and the edge have it. */
  ModelBundle bundle(Precision precision) {
    Schedule schedule = new Schedule(graph, run, selection);
    TensorFields fields = TensorFields.of(graph, run, schedule);
    Precision resolved = FinerLayers.resolve(precision, layers(), fields, 1);
    Assembly assembly = new Assembly(schedule, fields, resolved, new Rounding(), step -> {});
    DeviceHalf device =
        new DeviceHalf(
            "net",
            values(graph.inputNames()),
            values(graph.outputs()),
            assembly.plan(),
            assembly.tensorBindings(),
            assembly.layerBindings(),
            new StageBuilder(graph, run, flow, schedule).build(),
            new ReportLines(graph, run, selection, assembly, Map.of()).lines());
    return ModelBundle.of(new EdgeHalf(assembly.plan(), assembly.weights()), device);
  }

  private List<ValueSpec> values(List<String> names) {
    return names.stream()
        .map(name -> new ValueSpec(name, Tensors.FLOAT, run.type(name).dims()))
        .toList();
  }
}
