/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.reference;

import java.util.EnumMap;
import java.util.IdentityHashMap;
import java.util.Map;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.kernel.KernelProvider;
import org.lepcnn.core.kernel.LinearKernel;
import org.lepcnn.core.linear.LayerWeights;
import org.lepcnn.core.model.LinearLayerSpec;

/**
 * Kernels of layers by their field and weights: networks whose layers have the same weights, as
 * objects, share them. A kernel packs its weights and is probed once. Not thread-safe.
 */
public final class SharedKernels implements AutoCloseable {
  private final KernelProvider provider;
  private final Map<ResidueField, IdentityHashMap<LayerWeights, LinearKernel>> kernels =
      new EnumMap<>(ResidueField.class);

  public SharedKernels(KernelProvider provider) {
    this.provider = provider;
  }

  LinearKernel of(ResidueField field, LinearLayerSpec layer, LayerWeights weights) {
    return kernels
        .computeIfAbsent(field, key -> new IdentityHashMap<>())
        .computeIfAbsent(weights, key -> provider.prepare(field, layer.geometry(), key));
  }

  /** Closes all of them: no network may run afterwards. */
  @Override
  public void close() {
    kernels.values().forEach(some -> some.values().forEach(LinearKernel::close));
    kernels.clear();
  }
}
