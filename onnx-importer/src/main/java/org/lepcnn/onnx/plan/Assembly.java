/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.plan;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.linear.LayerWeights;
import org.lepcnn.core.model.DeviceHalf.LayerBinding;
import org.lepcnn.core.model.DeviceHalf.TensorBinding;
import org.lepcnn.core.model.LinearLayerSpec;
import org.lepcnn.core.model.MaskedTensorSpec;
import org.lepcnn.core.model.Plan;
import org.lepcnn.core.quant.BitBalance;
import org.lepcnn.core.quant.Headroom;
import org.lepcnn.core.quant.WeightQuantizer;
import org.lepcnn.core.quant.WeightQuantizer.FittedWeights;
import org.lepcnn.onnx.layer.Grid;
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
  private final Precision precision;
  private final Rounding rounding;
  private final Consumer<String> steps;
  private final Map<OffloadedLayer, LinearLayerSpec> specs = new HashMap<>();
  private final Plan plan;

  /**
   * @param rounding keeps the weights
   * @param steps is told of each layer when its weights are rounded
   */
  public Assembly(
      Schedule schedule, Precision precision, Rounding rounding, Consumer<String> steps) {
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

  int bits(int tensorId) {
    return tensorBindings.get(tensorId).bits();
  }

  private void add(String value, List<OffloadedLayer> readers, int round) {
    int id = tensors.size();
    int elements = readers.get(0).layer().geometry().inputSize();
    int bits = activationBits(readers);
    tensors.add(new MaskedTensorSpec(id, round, elements, ResidueField.P31));
    tensorBindings.add(new TensorBinding(value, bits));
    for (OffloadedLayer reader : readers) {
      addLayer(id, bits, reader);
    }
  }

  /** What the tensor's integers need, where it holds integers; what balances the errors if not. */
  private int activationBits(List<OffloadedLayer> readers) {
    int most = readers.stream().mapToInt(each -> each.profile().coarsestBits()).min().orElseThrow();
    Grid grid = readers.get(0).layer().inputGrid();
    int needed = grid == null ? Integer.MAX_VALUE : Headroom.bitsFor(grid.limit());
    return needed <= most
        ? needed
        : BitBalance.bits(readers.stream().map(each -> each.reader(precision)).toList());
  }

  private void addLayer(int tensorId, int bits, OffloadedLayer offloaded) {
    LinearLayer layer = offloaded.layer();
    steps.accept("rounding the weights of layer " + (layers.size() + 1) + ", " + layer.node());
    LinearLayerSpec spec = new LinearLayerSpec(layers.size(), tensorId, layer.geometry());
    layers.add(spec);
    specs.put(offloaded, spec);
    FittedWeights fitted = rounding.of(offloaded, precision, bits);
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
            offloaded.bias()));
  }
}
