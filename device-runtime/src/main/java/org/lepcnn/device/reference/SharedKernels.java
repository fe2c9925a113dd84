/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.reference;

import java.util.IdentityHashMap;
import org.lepcnn.core.kernel.KernelProvider;
import org.lepcnn.core.kernel.LinearKernel;
import org.lepcnn.core.linear.LayerWeights;
import org.lepcnn.core.model.LinearLayerSpec;

/**
 * Kernels of layers by their weights: networks whose layers have the same weights, as objects,
 * share them. A kernel packs its weights and is probed once. Not thread-safe.
 */
public final class SharedKernels implements AutoCloseable {
  private final KernelProvider provider;
  private final IdentityHashMap<LayerWeights, LinearKernel> kernels = new IdentityHashMap<>();

  public SharedKernels(KernelProvider provider) {
    this.provider = provider;
  }

  LinearKernel of(LinearLayerSpec layer, LayerWeights weights) {
    return kernels.computeIfAbsent(weights, key -> provider.prepare(layer.geometry(), key));
  }

  /** Closes all of them: no network may run afterwards. */
  @Override
  public void close() {
    kernels.values().forEach(LinearKernel::close);
    kernels.clear();
  }
}
