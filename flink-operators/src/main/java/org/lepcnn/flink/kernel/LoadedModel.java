/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.kernel;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.lepcnn.core.api.PublicApi;
import org.lepcnn.core.kernel.KernelProvider;
import org.lepcnn.core.kernel.LinearKernel;
import org.lepcnn.core.kernel.choice.Kernels;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.model.EdgeHalf;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.model.LinearLayerSpec;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.core.model.Plan;
import org.lepcnn.flink.record.OutgoingRecord;
import org.lepcnn.kafka.chunk.ChunkLayout;

/** A model in memory: its plan and one kernel per layer. Thread-safe until it is closed. */
@PublicApi
public final class LoadedModel implements AutoCloseable {
  /** More than the ids of a result record and its key take. */
  private static final int IDS_BYTES = 256;

  private static final int KEY_BYTES = 128;
  private static final int WARM_UP_RUNS = 3;

  private final Fingerprint fingerprint;
  private final Plan plan;
  private final String kernelName;
  private final List<LinearKernel> kernels = new ArrayList<>();
  private int scalarLayers;

  private LoadedModel(ModelBundle.EdgeView view, String kernelName) {
    this.fingerprint = view.fingerprint();
    this.plan = view.edge().plan();
    this.kernelName = kernelName;
  }

  /**
   * Reads the edge half, packs the weights and runs every kernel a few times.
   *
   * @param warmUp gets the model then
   * @throws ModelRefusedException a layer would be too slow on this machine
   */
  static LoadedModel load(ModelSource source, Consumer<LoadedModel> warmUp) {
    KernelProvider provider = Kernels.choose(source.kernel().isEmpty() ? null : source.kernel());
    ModelBundle.EdgeView view = ModelBundle.readEdge(Path.of(source.folder()));
    LoadedModel model = new LoadedModel(view, provider.name());
    try {
      model.prepare(view.edge(), provider, source.allowScalar());
      warmUp.accept(model);
      return model;
    } catch (RuntimeException | Error e) {
      model.close();
      throw e;
    }
  }

  public Fingerprint fingerprint() {
    return fingerprint;
  }

  public Plan plan() {
    return plan;
  }

  public String kernelName() {
    return kernelName;
  }

  /** The kernel of a layer of the plan. */
  LinearKernel kernel(int layer) {
    return kernels.get(layer);
  }

  /** How many layers run on the scalar kernel. */
  public int scalarLayers() {
    return scalarLayers;
  }

  /** The size of a round's largest result record as the broker sees it, rounded up. */
  public int largestResultBatch(int round) {
    int largest = 0;
    for (LinearLayerSpec layer : plan.layersOfRound(round)) {
      int elements = ChunkLayout.elementsOf(0, layer.geometry().outputSize());
      int value = IDS_BYTES + elements * plan.field(layer).wireBytes();
      largest = Math.max(largest, OutgoingRecord.batchBytes(KEY_BYTES, value));
    }
    return largest;
  }

  @Override
  public void close() {
    kernels.forEach(LinearKernel::close);
    kernels.clear();
  }

  private void prepare(EdgeHalf edge, KernelProvider provider, boolean allowScalar) {
    for (LinearLayerSpec layer : plan.layers()) {
      ConvGeometry geometry = layer.geometry();
      LinearKernel kernel =
          provider.prepare(plan.field(layer), geometry, edge.weights().get(layer.index()));
      kernels.add(kernel);
      scalarLayers += kernel.isScalar() ? 1 : 0;
      ScalarLayers.require(fingerprint, layer.index(), kernel, provider, allowScalar);
      int[] input = new int[geometry.inputSize()];
      int[] output = new int[geometry.outputSize()];
      for (int run = 0; run < WARM_UP_RUNS; run++) {
        kernel.apply(input, output);
      }
    }
  }
}
