/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.port;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.lepcnn.core.api.Internal;
import org.lepcnn.core.kernel.KernelProvider;
import org.lepcnn.core.kernel.LinearKernel;
import org.lepcnn.core.model.EdgeHalf;
import org.lepcnn.core.model.LinearLayerSpec;
import org.lepcnn.core.model.Plan;

/**
 * An edge in the caller's own process, for {@code lepcnn check} and tests: the same kernels on the
 * same masked residues, no transport. It accepts every claim and release and protects nothing.
 */
@Internal
public final class InProcessEdge implements EdgeTransport {
  private final List<LinearKernel> kernels = new ArrayList<>(); // in the order of the plan's layers

  public InProcessEdge(EdgeHalf edge, KernelProvider provider) {
    for (LinearLayerSpec layer : edge.plan().layers()) {
      kernels.add(
          provider.prepare(
              edge.plan().field(layer), layer.geometry(), edge.weights().get(layer.index())));
    }
  }

  @Override
  public CompletableFuture<Void> claim(PassClaim claim) {
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public CompletableFuture<RoundResult> exchange(RoundRequest request) {
    List<RoundResult.Layer> layers = new ArrayList<>();
    for (LinearLayerSpec layer : request.plan().layersOfRound(request.round())) {
      int[] output = new int[layer.geometry().outputSize()];
      kernels.get(layer.index()).apply(residues(request, layer.tensorId()), output);
      layers.add(new RoundResult.Layer(layer.index(), output));
    }
    return CompletableFuture.completedFuture(
        new RoundResult(request.pass(), request.round(), layers));
  }

  private static int[] residues(RoundRequest request, int tensorId) {
    for (RoundRequest.Tensor tensor : request.tensors()) {
      if (tensor.id() == tensorId) {
        return tensor.residues();
      }
    }
    throw new IllegalArgumentException(
        request.call() + ": expected a request with tensor " + tensorId + "; found none such.");
  }

  /** The layers are all there is to run, and sessions do not rehearse those. */
  @Override
  public void warmUp(Plan plan) {}

  @Override
  public CompletableFuture<Void> release(PassRelease release) {
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public void close() {
    kernels.forEach(LinearKernel::close);
    kernels.clear();
  }
}
