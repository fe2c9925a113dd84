/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.precompute;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.linear.ConvAxis;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.linear.LayerWeights;
import org.lepcnn.core.model.DeviceHalf;
import org.lepcnn.core.model.EdgeHalf;
import org.lepcnn.core.model.LinearLayerSpec;
import org.lepcnn.core.model.MaskedTensorSpec;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.core.model.Plan;

/**
 * A model of two rounds: two convolutions that share a masked tensor, then a fully connected layer.
 * Its stages are empty; nobody runs it.
 */
public final class TinyModel {
  private static final int BITS = 12;

  private TinyModel() {}

  static ModelBundle bundle() {
    return bundle(7);
  }

  static ModelBundle bundle(long seed) {
    Plan plan = plan();
    Random random = new Random(seed);
    List<LayerWeights> weights = new ArrayList<>();
    List<DeviceHalf.LayerBinding> layers = new ArrayList<>();
    for (LinearLayerSpec layer : plan.layers()) {
      // the layer in the middle has weights of one part, the others of two
      int limit = layer.index() == 1 ? 127 : LayerWeights.MAX_MAGNITUDE;
      short[] w = new short[layer.geometry().weightCount()];
      for (int i = 0; i < w.length; i++) {
        w[i] = (short) (random.nextInt(2 * limit + 1) - limit);
      }
      weights.add(LayerWeights.split(w));
      int channels = layer.geometry().outChannels();
      layers.add(
          new DeviceHalf.LayerBinding(
              "layer" + layer.index(),
              "Conv",
              "y" + layer.index(),
              new long[] {1, layer.geometry().outputSize()},
              ones(channels),
              ones(channels)));
    }
    List<DeviceHalf.TensorBinding> tensors =
        plan.tensors().stream()
            .map(tensor -> new DeviceHalf.TensorBinding("x" + tensor.id(), BITS))
            .toList();
    DeviceHalf.Stage empty = new DeviceHalf.Stage(new byte[0], List.of(), List.of());
    DeviceHalf device =
        new DeviceHalf(
            "tiny",
            List.of(new DeviceHalf.ValueSpec("x0", 1, new long[] {1, 3, 9, 7})),
            List.of(new DeviceHalf.ValueSpec("y2", 1, new long[] {1, 13})),
            plan,
            tensors,
            layers,
            List.of(empty, empty, empty),
            List.of());
    return ModelBundle.of(new EdgeHalf(plan, weights), device);
  }

  private static Plan plan() {
    ConvGeometry wide =
        ConvGeometry.of(3, 4, ConvAxis.padded(9, 3, 2, 1), ConvAxis.padded(7, 3, 2, 1));
    ConvGeometry narrow =
        new ConvGeometry(1, 3, 6, 3, ConvAxis.pointwise(9), ConvAxis.pointwise(7));
    ConvGeometry full = ConvGeometry.fullyConnected(1, 80, 13);
    return new Plan(
        List.of(
            new MaskedTensorSpec(0, 0, wide.inputSize(), ResidueField.P31),
            new MaskedTensorSpec(1, 1, full.inputSize(), ResidueField.P31)),
        List.of(
            new LinearLayerSpec(0, 0, wide),
            new LinearLayerSpec(1, 0, narrow),
            new LinearLayerSpec(2, 1, full)));
  }

  private static float[] ones(int length) {
    float[] values = new float[length];
    java.util.Arrays.fill(values, 1f);
    return values;
  }
}
