/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.plan;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.onnx.cut.CutGraph;
import org.lepcnn.onnx.cut.CutLayer;
import org.lepcnn.onnx.cut.CutReport;
import org.lepcnn.onnx.cut.CutReports;
import org.lepcnn.onnx.cut.DeviceProfile;
import org.lepcnn.onnx.cut.Objective;
import org.lepcnn.onnx.graph.Graph;
import org.lepcnn.onnx.graph.Node;
import org.lepcnn.onnx.graph.StayReason;
import org.lepcnn.onnx.layer.LinearLayer;
import org.lepcnn.onnx.run.InstrumentedRun;
import org.lepcnn.onnx.run.ShapeFlow;
import org.lepcnn.onnx.work.InnerWork;
import org.lepcnn.onnx.work.Multiplications;

/**
 * Where a model can be cut: all layers that could go to the edge, and what a cut costs. It depends
 * on the model and the profile, never on data.
 */
public final class ModelCut {
  private final Graph graph;
  private final InstrumentedRun run;
  private final ShapeFlow flow;
  private final List<Node> nodes = new ArrayList<>();
  private final CutGraph cuts;

  private ModelCut(
      Graph graph,
      InstrumentedRun run,
      ShapeFlow flow,
      Selection all,
      Map<String, ResidueField> fields) {
    this.graph = graph;
    this.run = run;
    this.flow = flow;
    List<CutLayer> layers = new ArrayList<>();
    Map<String, Set<Integer>> reaching = new HashMap<>();
    for (Node node : graph.nodes()) {
      OffloadedLayer offloaded = all.offloaded(node);
      Set<Integer> outputs = new HashSet<>();
      if (offloaded == null) {
        node.reads().forEach(value -> outputs.addAll(reaching.getOrDefault(value, Set.of())));
      } else {
        LinearLayer layer = offloaded.layer();
        outputs.add(layers.size());
        layer.after().forEach(each -> outputs.addAll(before(each, reaching)));
        nodes.add(node);
        layers.add(
            new CutLayer(
                node.name(),
                node.op(),
                layer.geometry(),
                layer.input(),
                fields.getOrDefault(layer.input(), ResidueField.P31),
                before(layer, reaching)));
      }
      node.outputs().forEach(value -> reaching.put(value, outputs));
    }
    this.cuts = new CutGraph(layers);
  }

  /**
   * The places of a model.
   *
   * @param precision by which tensors are expected to be in one field or the other: those that they
   *     would be in if every layer went to the edge
   */
  public static ModelCut of(Graph graph, InstrumentedRun run, ShapeFlow flow, Precision precision) {
    Selection all = new Selection(graph, run, flow, OffloadPolicy.all());
    Map<String, ResidueField> fields =
        precision.smallestField() == ResidueField.P31
            ? Map.of()
            : TensorFields.of(graph, run, new Schedule(graph, run, all))
                .ofAll(all.layers(), precision);
    return new ModelCut(graph, run, flow, all, fields);
  }

  private static Set<Integer> before(LinearLayer layer, Map<String, Set<Integer>> reaching) {
    Set<Integer> before = new HashSet<>(reaching.getOrDefault(layer.input(), Set.of()));
    layer.before().forEach(node -> before.addAll(before(node, reaching)));
    return before;
  }

  private static Set<Integer> before(Node node, Map<String, Set<Integer>> reaching) {
    Set<Integer> before = new HashSet<>();
    node.reads().forEach(value -> before.addAll(reaching.getOrDefault(value, Set.of())));
    return before;
  }

  /** The layers of the cut that costs least. */
  Selection select(OffloadPolicy.Optimise policy) {
    boolean[] cut = cuts.cheapest(policy.profile(), policy.objective(), policy.limits());
    CutReport report =
        CutReports.of(
            cuts, policy.profile(), policy.objective(), policy.objective().word(), cut, 0);
    Map<Node, StayReason> staying = new LinkedHashMap<>();
    for (int i = 0; i < cut.length; i++) {
      if (!cut[i]) {
        staying.put(nodes.get(i), reason(report, report.layers().get(i)));
      }
    }
    return new Selection(graph, run, flow, policy, staying);
  }

  private static StayReason reason(CutReport report, CutReport.Line line) {
    return new StayReason(
        String.format(
            Locale.ROOT,
            "the cut for %s on %s keeps it: %.3g %s here, %.3g at the edge, and %.3g for its"
                + " tensor",
            report.objective(),
            report.profile(),
            line.onTheDevice(),
            report.unit(),
            line.atTheEdge(),
            line.itsTensor()),
        "");
  }

  /**
   * What a selection costs beside everything and nothing.
   *
   * @param inner the layers inside of nodes, which the device computes
   * @param shown whose unit the layers' costs have
   * @param objective as on the command line
   * @param fields that tensors are in, by the value that they hold; others are expected to be in
   *     theirs
   */
  public CutReport report(
      Selection selection,
      Map<String, ResidueField> fields,
      Map<Node, List<InnerWork.Layer>> inner,
      DeviceProfile profile,
      Objective shown,
      String objective) {
    boolean[] cut = new boolean[nodes.size()];
    for (int i = 0; i < cut.length; i++) {
      cut[i] = selection.offloaded(nodes.get(i)) != null;
    }
    return CutReports.of(cuts.in(fields), profile, shown, objective, cut, others(inner));
  }

  /** Multiplications that stay on the device in any cut, as far as they are known. */
  private long others(Map<Node, List<InnerWork.Layer>> inner) {
    Set<Node> movable = new HashSet<>(nodes);
    long others = 0;
    for (Node node : graph.nodes()) {
      if (!movable.contains(node) && Multiplications.areCounted(node)) {
        others += Multiplications.of(node, run::type).orElse(0);
      }
      for (InnerWork.Layer layer : inner.getOrDefault(node, List.of())) {
        others += layer.multiplications().orElse(0);
      }
    }
    return others;
  }
}
