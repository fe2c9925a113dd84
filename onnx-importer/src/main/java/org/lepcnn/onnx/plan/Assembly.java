/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.plan;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.linear.LayerWeights;
import org.lepcnn.core.model.DeviceHalf.LayerBinding;
import org.lepcnn.core.model.DeviceHalf.TensorBinding;
import org.lepcnn.core.model.LinearLayerSpec;
import org.lepcnn.core.model.MaskedTensorSpec;
import org.lepcnn.core.model.Plan;
import org.lepcnn.core.quant.ActivationRange;
import org.lepcnn.core.quant.WeightQuantizer;
import org.lepcnn.core.quant.WeightQuantizer.FittedWeights;
import org.lepcnn.onnx.layer.LinearLayer;

/**
 * Numbers tensors and layers by round. Layers that read one value share one masked tensor, since
 * all of them take its elements in row-major order; its bits are chosen for all of them together.
 */
public final class Assembly {
  private final List<MaskedTensorSpec> tensors = new ArrayList<>();
  private final List<TensorBinding> tensorBindings = new ArrayList<>();
  private final List<LinearLayerSpec> layers = new ArrayList<>();
  private final List<LayerBinding> layerBindings = new ArrayList<>();
  private final List<LayerWeights> weights = new ArrayList<>();
  private final List<Integer> weightLimits = new ArrayList<>();
  private final List<TensorFields.Choice> choices = new ArrayList<>();
  private final TensorFields fields;
  private final Precision precision;
  private final Rounding rounding;
  private final Consumer<String> steps;
  private final Map<OffloadedLayer, LinearLayerSpec> specs = new HashMap<>();
  private final Plan plan;

  /**
   * @param fields chooses the field and the bits of every tensor
   * @param rounding keeps the weights
   * @param steps is told of each layer when its weights are rounded
   */
  public Assembly(
      Schedule schedule,
      TensorFields fields,
      Precision precision,
      Rounding rounding,
      Consumer<String> steps) {
    this.fields = fields;
    this.precision = precision;
    this.rounding = rounding;
    this.steps = steps;
    for (int round = 0; round < schedule.rounds().size(); round++) {
      Map<String, List<OffloadedLayer>> byInput = new LinkedHashMap<>();
      for (OffloadedLayer layer : schedule.rounds().get(round)) {
        byInput.computeIfAbsent(layer.layer().input(), key -> new ArrayList<>()).add(layer);
      }
      for (Map.Entry<String, List<OffloadedLayer>> entry : byInput.entrySet()) {
        add(entry.getKey(), entry.getValue(), round);
      }
    }
    plan = new Plan(tensors, layers);
  }

  public Plan plan() {
    return plan;
  }

  public List<TensorBinding> tensorBindings() {
    return tensorBindings;
  }

  public List<LayerBinding> layerBindings() {
    return layerBindings;
  }

  public List<LayerWeights> weights() {
    return weights;
  }

  /** The largest magnitude that a layer's weights are rounded to, in its coarsest channel. */
  int weightLimit(int layer) {
    return weightLimits.get(layer);
  }

  LinearLayerSpec specOf(OffloadedLayer layer) {
    return specs.get(layer);
  }

  TensorFields.Choice choice(int tensorId) {
    return choices.get(tensorId);
  }

  private void add(String value, List<OffloadedLayer> readers, int round) {
    int id = tensors.size();
    int elements = readers.get(0).layer().geometry().inputSize();
    TensorFields.Choice choice = fields.choose(value, readers, precision);
    choices.add(choice);
    tensors.add(new MaskedTensorSpec(id, round, elements, choice.field()));
    tensorBindings.add(new TensorBinding(value, choice.range()));
    for (OffloadedLayer reader : readers) {
      addLayer(id, choice, reader);
    }
  }

  private void addLayer(int tensorId, TensorFields.Choice choice, OffloadedLayer offloaded) {
    LinearLayer layer = offloaded.layer();
    steps.accept("rounding the weights of layer " + (layers.size() + 1) + ", " + layer.node());
    LinearLayerSpec spec = new LinearLayerSpec(layers.size(), tensorId, layer.geometry());
    layers.add(spec);
    specs.put(offloaded, spec);
    FittedWeights fitted = rounding.of(offloaded, precision, choice);
    weights.add(fitted.weights());
    // the −128 of int8 weights takes no ninth bit
    int coarsest = Arrays.stream(fitted.limits()).min().orElseThrow();
    weightLimits.add(fitted.weights().parts() == 1 ? WeightQuantizer.LIMIT : coarsest);
    layerBindings.add(
        new LayerBinding(
            layer.node().name(),
            layer.node().op(),
            layer.output(),
            layer.outputDims(),
            fitted.scales(),
            offloaded.bias(),
            lift(fitted.weights(), layer.geometry(), choice.range())));
  }

  /** How far below 0 a result can be, per output channel; empty where either sign is possible. */
  private static int[] lift(LayerWeights weights, ConvGeometry g, ActivationRange range) {
    if (range.signed()) {
      return new int[0];
    }
    long[] below = new long[g.outChannels()];
    for (int i = 0; i < weights.count(); i++) {
      below[i / g.fanIn()] += Math.max(0, -weights.at(i));
    }
    return Arrays.stream(below).mapToInt(sum -> Math.toIntExact(sum * range.limit())).toArray();
  }
}
