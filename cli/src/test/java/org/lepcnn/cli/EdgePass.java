/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.lepcnn.core.kernel.KernelProvider;
import org.lepcnn.core.kernel.LinearKernel;
import org.lepcnn.core.model.LinearLayerSpec;
import org.lepcnn.core.model.MaskedTensorSpec;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.core.model.Plan;

/** The layers of a bundle on random residues: what a pass costs the edge without transport. */
final class EdgePass implements AutoCloseable {
  private final List<int[]> tensors = new ArrayList<>();
  private final List<int[]> outputs = new ArrayList<>();
  private final List<LinearKernel> kernels = new ArrayList<>();
  private final Plan plan;

  EdgePass(ModelBundle bundle, KernelProvider provider) {
    this.plan = bundle.plan();
    Random random = new Random(1);
    for (MaskedTensorSpec tensor : plan.tensors()) {
      tensors.add(random.ints(tensor.elements(), 0, tensor.field().modulus()).toArray());
    }
    for (LinearLayerSpec layer : plan.layers()) {
      outputs.add(new int[layer.geometry().outputSize()]);
      kernels.add(
          provider.prepare(
              plan.field(layer), layer.geometry(), bundle.edge().weights().get(layer.index())));
    }
  }

  /** Computes all layers once, on one thread; the nanoseconds that took. */
  long run() {
    long begin = System.nanoTime();
    for (LinearLayerSpec layer : plan.layers()) {
      kernels.get(layer.index()).apply(tensors.get(layer.tensorId()), outputs.get(layer.index()));
    }
    return System.nanoTime() - begin;
  }

  @Override
  public void close() {
    kernels.forEach(LinearKernel::close);
  }
}
