/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.plan;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.lepcnn.core.model.DeviceHalf.Stage;
import org.lepcnn.core.onnxruntime.SelfContainedModel;
import org.lepcnn.onnx.graph.Graph;
import org.lepcnn.onnx.graph.Node;
import org.lepcnn.onnx.run.InstrumentedRun;
import org.lepcnn.onnx.run.ShapeFlow;
import org.lepcnn.onnx.run.SubModels;

/** Makes the device's ONNX sub-models. */
public final class StageBuilder {
  private final Graph graph;
  private final InstrumentedRun run;
  private final ShapeFlow flow;
  private final Schedule schedule;

  public StageBuilder(Graph graph, InstrumentedRun run, ShapeFlow flow, Schedule schedule) {
    this.graph = graph;
    this.run = run;
    this.flow = flow;
    this.schedule = schedule;
  }

  public List<Stage> build() {
    List<Stage> stages = new ArrayList<>();
    for (int i = 0; i < schedule.stages().size(); i++) {
      List<String> outputs = outputs(i);
      boolean nothing = schedule.stages().get(i).isEmpty() && outputs.isEmpty();
      stages.add(nothing ? new Stage(new byte[0], List.of(), List.of()) : stage(i, outputs));
    }
    return stages;
  }

  /** What later stages, rounds from this stage's on, and the application read of a stage. */
  private List<String> outputs(int stage) {
    Set<String> needed = new HashSet<>(graph.outputs());
    for (int later = stage; later < schedule.rounds().size(); later++) {
      schedule.rounds().get(later).forEach(layer -> needed.add(layer.layer().input()));
      schedule.stages().get(later + 1).forEach(node -> needed.addAll(node.reads()));
    }
    List<String> outputs = new ArrayList<>();
    for (Node node : schedule.stages().get(stage)) {
      node.outputs().stream().filter(needed::contains).forEach(outputs::add);
    }
    if (stage == 0) {
      graph.outputs().stream().filter(graph::isConstant).forEach(outputs::add);
    }
    return outputs;
  }

  private Stage stage(int index, List<String> outputs) {
    List<Node> nodes = schedule.stages().get(index);
    Set<String> read = new LinkedHashSet<>();
    Set<String> produced = new HashSet<>();
    for (Node node : nodes) {
      read.addAll(node.reads());
      produced.addAll(node.outputs());
    }
    outputs.stream().filter(graph::isConstant).forEach(read::add);
    read.removeAll(produced);
    List<String> inputs = read.stream().filter(name -> !graph.isConstant(name)).toList();

    GraphProto.Builder builder = GraphProto.newBuilder().setName("stage" + index);
    SubModels.addConstants(builder, graph, read.stream().filter(graph::isConstant).toList());
    nodes.forEach(node -> builder.addNode(node.proto()));
    inputs.forEach(name -> builder.addInput(declare(name)));
    outputs.forEach(name -> builder.addOutput(declare(name)));
    byte[] onnx = SubModels.wrap(graph.model(), builder).toByteArray();
    SelfContainedModel.require("Making the device's stage " + index, ByteBuffer.wrap(onnx));
    return new Stage(onnx, inputs, outputs);
  }

  private ValueInfoProto declare(String name) {
    return run.type(name).declare(name, flow.kind(name) != ShapeFlow.Kind.DYNAMIC);
  }
}
