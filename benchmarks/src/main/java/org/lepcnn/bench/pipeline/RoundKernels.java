/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.bench.pipeline;

import java.util.ArrayList;
import java.util.List;
import org.lepcnn.bench.measure.LayerPair;
import org.lepcnn.bench.measure.Timing;
import org.lepcnn.core.kernel.KernelProvider;
import org.lepcnn.core.kernel.LinearKernel;
import org.lepcnn.core.model.EdgeHalf;
import org.lepcnn.core.model.LinearLayerSpec;
import org.lepcnn.core.model.MaskedTensorSpec;
import org.lepcnn.core.model.Plan;

/** The masked layers of every round, alone in this process: the work that an echo leaves out. */
final class RoundKernels implements AutoCloseable {
  private final Plan plan;
  private final List<LinearKernel> kernels = new ArrayList<>();
  private final List<int[]> inputs = new ArrayList<>();

  private RoundKernels(Plan plan) {
    this.plan = plan;
  }

  /** Packs the weights; inputs are random residues. */
  static RoundKernels open(EdgeHalf edge, KernelProvider provider) {
    RoundKernels rounds = new RoundKernels(edge.plan());
    for (MaskedTensorSpec tensor : edge.plan().tensors()) {
      rounds.inputs.add(LayerPair.residues(tensor.field(), 1, tensor.elements())[0]);
    }
    for (LinearLayerSpec layer : edge.plan().layers()) {
      rounds.kernels.add(
          provider.prepare(
              edge.plan().field(layer), layer.geometry(), edge.weights().get(layer.index())));
    }
    return rounds;
  }

  /** One pass by one thread; the time of each round's layers in milliseconds. */
  double[] passMillis() {
    double[] millis = new double[plan.rounds()];
    for (int round = 0; round < millis.length; round++) {
      long before = System.nanoTime();
      for (LinearLayerSpec layer : plan.layersOfRound(round)) {
        int[] output = new int[layer.geometry().outputSize()];
        kernels.get(layer.index()).apply(inputs.get(layer.tensorId()), output);
      }
      millis[round] = (System.nanoTime() - before) / Timing.NANOS_PER_MILLI;
    }
    return millis;
  }

  @Override
  public void close() {
    kernels.forEach(LinearKernel::close);
  }
}
