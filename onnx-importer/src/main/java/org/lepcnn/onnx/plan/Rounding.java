/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.plan;

import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import org.lepcnn.core.quant.WeightQuantizer.FittedWeights;

/**
 * Rounds the weights of layers, and keeps what it has rounded: the mixes of a search differ in few
 * layers. Equal weights of a layer are one object.
 */
public final class Rounding {
  private final IdentityHashMap<OffloadedLayer, Map<Fineness, FittedWeights>> rounded =
      new IdentityHashMap<>();

  /** All that a layer's integers depend on beside its weights. */
  private record Fineness(int mostMagnitude, TensorFields.Choice tensor) {}

  FittedWeights of(OffloadedLayer layer, Precision precision, TensorFields.Choice tensor) {
    Fineness fineness = new Fineness(layer.reader(precision).mostMagnitude(), tensor);
    return rounded
        .computeIfAbsent(layer, key -> new HashMap<>())
        .computeIfAbsent(fineness, key -> layer.quantize(precision, tensor));
  }
}
