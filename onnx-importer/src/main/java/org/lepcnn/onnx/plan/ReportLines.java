/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.plan;

import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.model.DeviceHalf.LayerReport;
import org.lepcnn.core.model.LinearLayerSpec;
import org.lepcnn.core.model.MaskedTensorSpec;
import org.lepcnn.core.model.Plan;
import org.lepcnn.onnx.graph.Graph;
import org.lepcnn.onnx.graph.Node;
import org.lepcnn.onnx.graph.Shapes;
import org.lepcnn.onnx.layer.Recognizer;
import org.lepcnn.onnx.run.InstrumentedRun;

/** The lines of the import report: every node that multiplies, in the model's order. */
public final class ReportLines {
  private final Graph graph;
  private final InstrumentedRun run;
  private final Selection selection;
  private final Assembly assembly;
  private final Set<Integer> counted = new HashSet<>();

  public ReportLines(Graph graph, InstrumentedRun run, Selection selection, Assembly assembly) {
    this.graph = graph;
    this.run = run;
    this.selection = selection;
    this.assembly = assembly;
  }

  public List<LayerReport> lines() {
    List<LayerReport> lines = new ArrayList<>();
    for (Node node : graph.nodes()) {
      OffloadedLayer layer = selection.offloaded(node);
      if (layer != null) {
        lines.add(offloaded(node, assembly.specOf(layer)));
      } else if (Recognizer.multiplies(node)) {
        lines.add(onDevice(node));
      }
      for (GraphProto body : node.bodies()) {
        addInner(lines, body.getNodeList(), "it is inside the body of " + node);
      }
    }
    for (FunctionProto function : graph.model().getFunctionsList()) {
      addInner(lines, function.getNodeList(), "it is inside the function " + function.getName());
    }
    return lines;
  }

  private LayerReport offloaded(Node node, LinearLayerSpec spec) {
    Plan plan = assembly.plan();
    MaskedTensorSpec tensor = plan.tensor(spec.tensorId());
    boolean first = counted.add(tensor.id());
    ConvGeometry g = spec.geometry();
    return new LayerReport(
        node.name(),
        node.op(),
        shape(node),
        g.macs(),
        assembly.bits(tensor.id()),
        tensor.round(),
        "",
        first ? (long) tensor.elements() * Integer.BYTES : 0,
        (long) g.outputSize() * Integer.BYTES,
        assembly.weightLimit(spec.index()),
        assembly.weights().get(spec.index()).maxAbsSum(g.outChannels()));
  }

  private LayerReport onDevice(Node node) {
    return new LayerReport(
        node.name(),
        node.op(),
        shape(node),
        Macs.of(node, run),
        0,
        -1,
        selection.reason(node),
        0,
        0);
  }

  /** The weights' dimensions; both operands' where neither is constant. */
  private String shape(Node node) {
    String first = Shapes.text(run.type(node.input(0)).dims());
    String operand = node.input(Recognizer.secondOperand(node));
    String second = Shapes.text(run.type(operand).dims());
    if (graph.isConstant(operand)) {
      return second;
    }
    return graph.isConstant(node.input(0)) ? first : first + " · " + second;
  }

  private static void addInner(List<LayerReport> lines, List<NodeProto> nodes, String reason) {
    for (NodeProto proto : nodes) {
      if (Recognizer.multiplies(proto.getDomain(), proto.getOpType())) {
        Node node = new Node(proto);
        lines.add(new LayerReport(node.name(), proto.getOpType(), "", 0, 0, -1, reason, 0, 0));
      }
      for (GraphProto body : new Node(proto).bodies()) {
        addInner(lines, body.getNodeList(), reason);
      }
    }
  }
}
