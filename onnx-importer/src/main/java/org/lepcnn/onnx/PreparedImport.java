/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx;

import java.util.List;
import org.lepcnn.core.model.DeviceHalf;
import org.lepcnn.core.model.DeviceHalf.Stage;
import org.lepcnn.core.model.DeviceHalf.ValueSpec;
import org.lepcnn.core.model.EdgeHalf;
import org.lepcnn.core.model.ModelBundle;

/**
 * A model that is read, cut and scheduled; only the rounding of its weights is open. Bundles of
 * different precision have the same plan, layers and stages.
 */
public final class PreparedImport {
  private final String name;
  private final List<ValueSpec> inputs;
  private final List<ValueSpec> outputs;
  private final Graph graph;
  private final InstrumentedRun run;
  private final Selection selection;
  private final Schedule schedule;
  private final List<Stage> stages;

  PreparedImport(
      String name,
      List<ValueSpec> inputs,
      List<ValueSpec> outputs,
      Graph graph,
      InstrumentedRun run,
      Selection selection,
      Schedule schedule,
      List<Stage> stages) {
    this.name = name;
    this.inputs = List.copyOf(inputs);
    this.outputs = List.copyOf(outputs);
    this.graph = graph;
    this.run = run;
    this.selection = selection;
    this.schedule = schedule;
    this.stages = List.copyOf(stages);
  }

  /** The model's inputs. */
  public List<ValueSpec> inputs() {
    return inputs;
  }

  /** The layers that go to the edge, in the model's order. */
  List<OffloadedLayer> offloadedLayers() {
    return selection.layers();
  }

  /** The float model to compare the layers of a bundle with. */
  public LayerReference layerReference() {
    return LayerReference.of(graph, run, selection);
  }

  /** Quantizes all layers and proves that no sum wraps around. */
  public ModelBundle bundle(Precision precision) {
    Assembly assembly = new Assembly(schedule, precision.resolve(selection.layers()));
    DeviceHalf device =
        new DeviceHalf(
            name,
            inputs,
            outputs,
            assembly.plan(),
            assembly.tensorBindings(),
            assembly.layerBindings(),
            stages,
            new ReportLines(graph, run, selection, assembly).lines());
    return ModelBundle.of(new EdgeHalf(assembly.plan(), assembly.weights()), device);
  }
}
