/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.plan;

import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.lepcnn.core.api.PublicApi;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.linear.LayerWeights;
import org.lepcnn.core.quant.WeightQuantizer;

/**
 * How finely each layer's weights are rounded: to 8 bits, or to up to 12 bits where the proof
 * against wrap-around gains more from that than it takes from the activations. And which tensors
 * may be in the smaller field, p = 2²⁴ − 3, which takes three bytes a number instead of four.
 * Immutable.
 */
@PublicApi
public final class Precision {
  /** What a tensor may be in that needs no more, unless something else is asked for. */
  private static final ResidueField SMALLEST = ResidueField.P31;

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
  private final ResidueField smallest;
  private final Set<String> wide;

  private Precision(long budget, Set<String> high) {
    this(budget, high, SMALLEST, Set.of());
  }

  private Precision(long budget, Set<String> high, ResidueField smallest, Set<String> wide) {
    this.budget = budget;
    this.high = Set.copyOf(high);
    this.smallest = smallest;
    this.wide = Set.copyOf(wide);
  }

  /**
   * High for some layers, 8 bits for the others.
   *
   * @param layerOutputs the values that the layers produce
   */
  public static Precision highFor(Set<String> layerOutputs) {
    return new Precision(0, layerOutputs);
  }

  /**
   * The same, with other fields.
   *
   * @param field the smallest that a tensor may be in: with 2²⁴ − 3 those that need no more are in
   *     it
   */
  public Precision inField(ResidueField field) {
    return new Precision(budget, high, field, Set.of());
  }

  /**
   * The same, with some tensors in p = 2³¹ − 1 whatever they need.
   *
   * @param tensors by their values
   */
  public Precision wideFor(Set<String> tensors) {
    return new Precision(budget, high, smallest, tensors);
  }

  /** The smallest field that a tensor may be in. */
  public ResidueField smallestField() {
    return smallest;
  }

  /** This precision in words, for {@link #ofWords}. */
  public List<String> words() {
    List<String> numbers =
        List.of(
            Long.toString(budget),
            Integer.toString(smallest.bits()),
            Integer.toString(high.size()));
    return Stream.of(numbers, high, wide).flatMap(Collection::stream).toList();
  }

  /** The precision that gave these {@link #words}. */
  public static Precision ofWords(List<String> words) {
    ResidueField field = ResidueField.ofBits(Integer.parseInt(words.get(1)));
    int endOfHigh = 3 + Integer.parseInt(words.get(2));
    return new Precision(
        Long.parseLong(words.get(0)),
        Set.copyOf(words.subList(3, endOfHigh)),
        Objects.requireNonNull(field, "field"),
        Set.copyOf(words.subList(endOfHigh, words.size())));
  }

  /** The same with its layers named, for a model's offloaded layers in the model's order. */
  Precision resolve(List<OffloadedLayer> layers, TensorFields fields, int batch) {
    return budget == 0 || budget == Long.MAX_VALUE
        ? this
        : withHigh(FinerLayers.choose(layers, fields, this, budget * batch));
  }

  /** The same fields, with finer weights for some layers and 8 bits for the others. */
  Precision withHigh(Set<String> layerOutputs) {
    return new Precision(0, layerOutputs, smallest, wide);
  }

  /** Whether errors are to be as small as they can be everywhere. */
  boolean isFinest() {
    return budget == Long.MAX_VALUE;
  }

  /** Whether a tensor may be in the smaller field. */
  boolean mayBeNarrow(String value) {
    return smallest == ResidueField.P24 && !wide.contains(value);
  }

  /** The largest magnitude that a layer's weights may be rounded to, 127 or 2047. */
  int mostMagnitude(String layerOutput) {
    return budget == Long.MAX_VALUE || high.contains(layerOutput)
        ? LayerWeights.MAX_MAGNITUDE
        : WeightQuantizer.LIMIT;
  }
}
