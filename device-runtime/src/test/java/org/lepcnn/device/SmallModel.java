/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device;

import java.util.ArrayList;
import java.util.List;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.linear.ConvAxis;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.model.DeviceHalf;
import org.lepcnn.core.model.EdgeHalf;
import org.lepcnn.core.model.LinearLayerSpec;
import org.lepcnn.core.model.MaskedTensorSpec;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.core.model.Plan;

/**
 * A bundle for tests of keys, states and tables: two rounds, three layers, stages that do nothing.
 */
public final class SmallModel {
  private SmallModel() {}

  /** Two layers on one tensor, then one whose output takes two sealed segments. */
  public static Plan plan() {
    ConvGeometry conv = ConvGeometry.of(2, 3, ConvAxis.centred(5, 3), ConvAxis.centred(5, 3));
    ConvGeometry shortcut = ConvGeometry.of(2, 4, ConvAxis.pointwise(5), ConvAxis.pointwise(5));
    ConvGeometry wide = ConvGeometry.fullyConnected(1, 4, 16_381);
    return new Plan(
        List.of(
            new MaskedTensorSpec(0, 0, 50, ResidueField.P31),
            new MaskedTensorSpec(1, 1, 4, ResidueField.P31)),
        List.of(
            new LinearLayerSpec(0, 0, conv),
            new LinearLayerSpec(1, 0, shortcut),
            new LinearLayerSpec(2, 1, wide)));
  }

  /** The bundle; another name is another model. */
  public static ModelBundle bundle(String name) {
    Plan plan = plan();
    List<byte[]> weights = new ArrayList<>();
    List<DeviceHalf.LayerBinding> layers = new ArrayList<>();
    for (LinearLayerSpec layer : plan.layers()) {
      weights.add(new byte[layer.geometry().weightCount()]);
      int channels = layer.geometry().outChannels();
      layers.add(
          new DeviceHalf.LayerBinding(
              "layer" + layer.index(),
              "Conv",
              "y" + layer.index(),
              new long[] {1, channels},
              new float[channels],
              new float[channels]));
    }
    DeviceHalf.Stage nothing = new DeviceHalf.Stage(new byte[0], List.of(), List.of());
    DeviceHalf device =
        new DeviceHalf(
            name,
            List.of(new DeviceHalf.ValueSpec("x", 1, new long[] {1, 2, 5, 5})),
            List.of(new DeviceHalf.ValueSpec("y2", 1, new long[] {1, 16_381})),
            plan,
            List.of(new DeviceHalf.TensorBinding("x", 16), new DeviceHalf.TensorBinding("h", 16)),
            layers,
            List.of(nothing, nothing, nothing),
            List.of());
    return ModelBundle.of(EdgeHalf.ofInt8(plan, weights), device);
  }
}
