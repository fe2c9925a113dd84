/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.plan;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.lepcnn.core.api.PublicApi;
import org.lepcnn.core.linear.LayerWeights;
import org.lepcnn.core.quant.WeightQuantizer;

/**
 * How finely each layer's weights are rounded: to 8 bits, or to up to 12 bits where the proof
 * against wrap-around gains more from that than it takes from the activations. Immutable.
 */
@PublicApi
public final class Precision {
  /** 8-bit weights everywhere; the activations get all other bits. */
  public static final Precision EIGHT_BITS = new Precision(0, Set.of());

  /**
   * 8-bit weights, but for layers of up to 2²⁴ multiplications together that have up to 12 bits:
   * those whose 8-bit weights add the most noise for their work. No data are needed to find them,
   * and the same model always gets the same ones.
   */
  public static final Precision FAST = new Precision(FinerLayers.FAST_BUDGET, Set.of());

  /**
   * Weights of up to 12 bits everywhere: twice the kernel work, the same traffic and tables, errors
   * some ten times smaller.
   */
  public static final Precision HIGH = new Precision(Long.MAX_VALUE, Set.of());

  private final long budget;
  private final Set<String> high;

  private Precision(long budget, Set<String> high) {
    this.budget = budget;
    this.high = Set.copyOf(high);
  }

  /**
   * High for some layers, 8 bits for the others.
   *
   * @param layerOutputs the values that the layers produce
   */
  public static Precision highFor(Set<String> layerOutputs) {
    return new Precision(0, layerOutputs);
  }

  /** This precision in words, for {@link #ofWords}. */
  public List<String> words() {
    return Stream.concat(Stream.of(Long.toString(budget)), high.stream()).toList();
  }

  /** The precision that gave these {@link #words}. */
  public static Precision ofWords(List<String> words) {
    return new Precision(
        Long.parseLong(words.get(0)), new HashSet<>(words.subList(1, words.size())));
  }

  /** The same with its layers named, for a model's offloaded layers in the model's order. */
  Precision resolve(List<OffloadedLayer> layers, int batch) {
    return budget == 0 || budget == Long.MAX_VALUE
        ? this
        : highFor(FinerLayers.choose(layers, budget * batch));
  }

  /** The largest magnitude that a layer's weights may be rounded to, 127 or 2047. */
  int mostMagnitude(String layerOutput) {
    return budget == Long.MAX_VALUE || high.contains(layerOutput)
        ? LayerWeights.MAX_MAGNITUDE
        : WeightQuantizer.LIMIT;
  }
}
