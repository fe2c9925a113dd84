/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx;

import java.util.Set;
import org.lepcnn.core.linear.LayerWeights;
import org.lepcnn.core.quant.WeightQuantizer;

/**
 * How finely each layer's weights are rounded: to 8 bits, or to up to 12 bits where the proof
 * against wrap-around gains more from that than it takes from the activations. Immutable.
 */
public final class Precision {
  /** 8-bit weights everywhere; the activations get all other bits. */
  public static final Precision FAST = new Precision(false, Set.of());

  /**
   * Weights of up to 12 bits everywhere: twice the kernel work, the same traffic and tables, errors
   * some ten times smaller.
   */
  public static final Precision HIGH = new Precision(true, Set.of());

  private final boolean allHigh;
  private final Set<String> high;

  private Precision(boolean allHigh, Set<String> high) {
    this.allHigh = allHigh;
    this.high = Set.copyOf(high);
  }

  /**
   * High for some layers, fast for the others.
   *
   * @param layerOutputs the values that the layers produce
   */
  public static Precision highFor(Set<String> layerOutputs) {
    return new Precision(false, layerOutputs);
  }

  /** The largest magnitude that a layer's weights may be rounded to, 127 or 2047. */
  int mostMagnitude(String layerOutput) {
    return allHigh || high.contains(layerOutput)
        ? LayerWeights.MAX_MAGNITUDE
        : WeightQuantizer.LIMIT;
  }
}
