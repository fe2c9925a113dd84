/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.model.DeviceHalf;
import org.lepcnn.core.model.DeviceHalf.Stage;
import org.lepcnn.core.model.DeviceHalf.ValueSpec;
import org.lepcnn.core.model.EdgeHalf;
import org.lepcnn.core.model.MaskedTensorSpec;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.onnx.cut.CutReport;
import org.lepcnn.onnx.cut.DeviceProfile;
import org.lepcnn.onnx.cut.Objective;
import org.lepcnn.onnx.graph.Graph;
import org.lepcnn.onnx.graph.Node;
import org.lepcnn.onnx.plan.Advice;
import org.lepcnn.onnx.plan.Assembly;
import org.lepcnn.onnx.plan.FinerLayers;
import org.lepcnn.onnx.plan.LayerReference;
import org.lepcnn.onnx.plan.ModelCut;
import org.lepcnn.onnx.plan.OffloadPolicy;
import org.lepcnn.onnx.plan.OffloadedLayer;
import org.lepcnn.onnx.plan.Precision;
import org.lepcnn.onnx.plan.ReferenceGraph;
import org.lepcnn.onnx.plan.ReportLines;
import org.lepcnn.onnx.plan.Rounding;
import org.lepcnn.onnx.plan.Schedule;
import org.lepcnn.onnx.plan.Selection;
import org.lepcnn.onnx.plan.TensorFields;
import org.lepcnn.onnx.run.InstrumentedRun;
import org.lepcnn.onnx.work.InnerWork;

/**
 * A model that is read, cut and scheduled; only the rounding of its weights is open. Bundles of
 * different precision have the same layers, rounds and stages.
 */
public final class PreparedImport {
  private final String name;
  private final List<String> notes;
  private final List<ValueSpec> inputs;
  private final List<ValueSpec> outputs;
  private final Graph graph;
  private final InstrumentedRun run;
  private final Selection selection;
  private final Schedule schedule;
  private final TensorFields fields;
  private final List<Stage> stages;
  private final Supplier<ModelCut> cut;
  private final Map<Node, List<InnerWork.Layer>> inner;

  PreparedImport(
      String name,
      List<String> notes,
      List<ValueSpec> inputs,
      List<ValueSpec> outputs,
      Graph graph,
      InstrumentedRun run,
      Selection selection,
      Schedule schedule,
      List<Stage> stages,
      Supplier<ModelCut> cut,
      Map<Node, List<InnerWork.Layer>> inner) {
    this.name = name;
    this.notes =
        Stream.concat(notes.stream(), Advice.of(graph, run, selection, inner).stream()).toList();
    this.inputs = List.copyOf(inputs);
    this.outputs = List.copyOf(outputs);
    this.graph = graph;
    this.run = run;
    this.selection = selection;
    this.schedule = schedule;
    this.fields = TensorFields.of(graph, run, schedule);
    this.stages = List.copyOf(stages);
    this.cut = cut;
    this.inner = inner;
  }

  /** The model's inputs. */
  public List<ValueSpec> inputs() {
    return inputs;
  }

  /**
   * What whoever imports the model should know: that it was exported for training, that weights are
   * no numbers, that no picture fits its input, that another export would let more of it go to the
   * edge. Empty for most models.
   */
  public List<String> notes() {
    return notes;
  }

  /**
   * What the chosen layers cost a device beside everything at the edge and everything on the
   * device.
   *
   * @param policy by which they were chosen
   * @param profile what everything costs the device
   * @param bundle that was made of this import: it says in which fields the tensors are
   */
  public CutReport costs(OffloadPolicy policy, DeviceProfile profile, ModelBundle bundle) {
    Map<String, ResidueField> fields = new HashMap<>();
    for (MaskedTensorSpec tensor : bundle.plan().tensors()) {
      fields.put(bundle.device().tensors().get(tensor.id()).value(), tensor.field());
    }
    Objective shown =
        policy instanceof OffloadPolicy.Optimise optimise
            ? optimise.objective()
            : Objective.LATENCY;
    String word = policy instanceof OffloadPolicy.Optimise ? shown.word() : "offloaded";
    return cut.get().report(selection, fields, inner, profile, shown, word);
  }

  /** The layers that go to the edge, in the model's order. */
  List<OffloadedLayer> offloadedLayers() {
    return selection.layers();
  }

  /** The float model to compare the layers of a bundle with. */
  public LayerReference layerReference() {
    return ReferenceGraph.of(graph, run, selection);
  }

  /** Quantizes all layers and proves that no sum wraps around. */
  public ModelBundle bundle(Precision precision) {
    return bundle(precision, step -> {});
  }

  /**
   * As {@link #bundle(Precision)}.
   *
   * @param steps is told what is done when it begins
   */
  public ModelBundle bundle(Precision precision, Consumer<String> steps) {
    return mix(precision, new Rounding(), steps).bundle();
  }

  /**
   * The halves of a bundle.
   *
   * @param rounding keeps the weights, for further mixes of the same model
   * @param steps is told what is done when it begins
   */
  Mix mix(Precision precision, Rounding rounding, Consumer<String> steps) {
    steps.accept("choosing the layers with finer weights");
    Precision resolved =
        FinerLayers.resolve(precision, selection.layers(), fields, run.rows().batch());
    Assembly assembly = new Assembly(schedule, fields, resolved, rounding, steps);
    DeviceHalf device =
        new DeviceHalf(
            name,
            inputs,
            outputs,
            assembly.plan(),
            assembly.tensorBindings(),
            assembly.layerBindings(),
            stages,
            new ReportLines(graph, run, selection, assembly, inner).lines(),
            run.rows().batch());
    return new Mix(new EdgeHalf(assembly.plan(), assembly.weights()), device);
  }
}
