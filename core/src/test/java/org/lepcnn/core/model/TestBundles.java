/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.model;

import java.util.List;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.linear.ConvAxis;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.linear.RandomLayers;

/** Small bundles for tests. */
public final class TestBundles {
  private TestBundles() {}

  /**
   * Two rounds: two convolutions that read one tensor, then a product that reads another.
   *
   * <p>Round 0: x [1,3,6,5] → 4 channels 3×3 and 4 channels 1×1. Round 1: 120 → 7.
   */
  public static ModelBundle twoRounds(long seed) {
    RandomLayers random = new RandomLayers(seed);
    ConvGeometry wide = ConvGeometry.of(3, 4, ConvAxis.centred(6, 3), ConvAxis.centred(5, 3));
    ConvGeometry narrow = ConvGeometry.of(3, 4, ConvAxis.pointwise(6), ConvAxis.pointwise(5));
    ConvGeometry product = ConvGeometry.fullyConnected(1, 120, 7);
    Plan plan =
        new Plan(
            List.of(
                new MaskedTensorSpec(0, 0, 90, ResidueField.P31),
                new MaskedTensorSpec(1, 1, 120, ResidueField.P31)),
            List.of(
                new LinearLayerSpec(0, 0, wide),
                new LinearLayerSpec(1, 0, narrow),
                new LinearLayerSpec(2, 1, product)));
    EdgeHalf edge =
        EdgeHalf.ofInt8(
            plan, List.of(random.weights(wide), random.weights(narrow), random.weights(product)));
    DeviceHalf device =
        new DeviceHalf(
            "two rounds",
            List.of(new DeviceHalf.ValueSpec("x", 1, new long[] {1, 3, 6, 5})),
            List.of(new DeviceHalf.ValueSpec("y", 1, new long[] {1, 7})),
            plan,
            List.of(new DeviceHalf.TensorBinding("x", 16), new DeviceHalf.TensorBinding("a", 16)),
            List.of(
                binding("wide", "a", 4, 1, 4, 6, 5),
                binding("narrow", "b", 4, 1, 4, 6, 5),
                binding("product", "y", 7, 1, 7)),
            List.of(emptyStage(), emptyStage(), emptyStage()),
            List.of(
                new DeviceHalf.LayerReport(
                    "wide", "Conv", "4x3x3x3", wide.macs(), 16, 0, "", 360, 480, 0, 0)));
    return ModelBundle.of(edge, device);
  }

  private static DeviceHalf.LayerBinding binding(
      String name, String output, int channels, long... shape) {
    float[] scales = new float[channels];
    float[] bias = new float[channels];
    for (int i = 0; i < channels; i++) {
      scales[i] = 0.01f * (i + 1);
      bias[i] = i - 1.5f;
    }
    return new DeviceHalf.LayerBinding(name, "Conv", output, shape, scales, bias);
  }

  private static DeviceHalf.Stage emptyStage() {
    return new DeviceHalf.Stage(new byte[0], List.of(), List.of());
  }
}
