/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.plan;

import static java.util.stream.Collectors.joining;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.model.DeviceHalf.LayerReport;
import org.lepcnn.core.model.LinearLayerSpec;
import org.lepcnn.core.model.MaskedTensorSpec;
import org.lepcnn.core.model.Plan;
import org.lepcnn.onnx.graph.Graph;
import org.lepcnn.onnx.graph.Node;
import org.lepcnn.onnx.graph.Shapes;
import org.lepcnn.onnx.graph.Tensors;
import org.lepcnn.onnx.run.InstrumentedRun;
import org.lepcnn.onnx.work.InnerWork;
import org.lepcnn.onnx.work.Multiplications;

/** The lines of the import report: every node that multiplies, in the model's order. */
public final class ReportLines {
  private final Graph graph;
  private final InstrumentedRun run;
  private final Selection selection;
  private final Assembly assembly;
  private final Map<Node, List<InnerWork.Layer>> inner;
  private final Set<Integer> counted = new HashSet<>();

  /**
   * @param inner the layers inside of nodes
   */
  public ReportLines(
      Graph graph,
      InstrumentedRun run,
      Selection selection,
      Assembly assembly,
      Map<Node, List<InnerWork.Layer>> inner) {
    this.graph = graph;
    this.run = run;
    this.selection = selection;
    this.assembly = assembly;
    this.inner = inner;
  }

  public List<LayerReport> lines() {
    List<LayerReport> lines = new ArrayList<>();
    for (Node node : graph.nodes()) {
      OffloadedLayer layer = selection.offloaded(node);
      if (layer != null) {
        lines.add(offloaded(node, assembly.specOf(layer)));
      } else if (Multiplications.areCounted(node)) {
        lines.add(
            onDevice(
                node,
                shape(node),
                Multiplications.of(node, run::type),
                selection.reason(node).text()));
      }
      for (InnerWork.Layer inside : inner.getOrDefault(node, List.of())) {
        lines.add(onDevice(inside.node(), "", inside.multiplications(), inside.reason().text()));
      }
    }
    return lines;
  }

  private LayerReport offloaded(Node node, LinearLayerSpec spec) {
    Plan plan = assembly.plan();
    MaskedTensorSpec tensor = plan.tensor(spec.tensorId());
    boolean first = counted.add(tensor.id());
    ConvGeometry g = spec.geometry();
    TensorFields.Choice choice = assembly.choice(tensor.id());
    return new LayerReport(
        node.name(),
        node.op(),
        shape(node),
        g.macs(),
        choice.bits(),
        tensor.round(),
        "",
        first ? tensor.wireBytes() : 0,
        (long) g.outputSize() * choice.field().wireBytes(),
        assembly.weightLimit(spec.index()),
        assembly.weights().get(spec.index()).maxAbsSum(g.outChannels()),
        choice.field(),
        choice.headroom().signed());
  }

  private static LayerReport onDevice(
      Node node, String shape, OptionalLong multiplications, String reason) {
    long macs = multiplications.orElse(LayerReport.UNKNOWN_MACS);
    return new LayerReport(node.name(), node.op(), shape, macs, 0, -1, reason, 0, 0, 0, 0);
  }

  /** The dimensions of the largest constant operand; those of the first two without any. */
  private String shape(Node node) {
    List<String> operands =
        node.proto().getInputList().stream().filter(name -> !name.isEmpty()).toList();
    return operands.stream()
        .filter(name -> graph.isConstant(name) && elements(name) > 1)
        .max(Comparator.comparingLong(this::elements))
        .map(this::dims)
        .orElseGet(() -> operands.stream().limit(2).map(this::dims).collect(joining(" · ")));
  }

  private String dims(String value) {
    return Shapes.text(run.type(value).dims());
  }

  private long elements(String value) {
    return Tensors.elements(run.type(value).dims());
  }
}
