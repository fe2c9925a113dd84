/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import java.util.List;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.linear.ConvAxis;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.linear.RandomLayers;
import org.lepcnn.core.model.DeviceHalf;
import org.lepcnn.core.model.EdgeHalf;
import org.lepcnn.core.model.LinearLayerSpec;
import org.lepcnn.core.model.MaskedTensorSpec;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.core.model.Plan;

/**
 * A model of one layer whose input has the size of VGG16's conv1_2: 64 × 224 × 224, 12.8 MB of
 * residues.
 */
final class LargeLayer {
  static final int CHANNELS = 64;
  static final int SIDE = 224;
  static final int OUT_CHANNELS = 16;

  private LargeLayer() {}

  static ModelBundle bundle() {
    ConvGeometry conv =
        ConvGeometry.of(
            CHANNELS, OUT_CHANNELS, ConvAxis.centred(SIDE, 3), ConvAxis.centred(SIDE, 3));
    Plan plan =
        new Plan(
            List.of(new MaskedTensorSpec(0, 0, conv.inputSize(), ResidueField.P31)),
            List.of(new LinearLayerSpec(0, 0, conv)));
    EdgeHalf edge = EdgeHalf.ofInt8(plan, List.of(new RandomLayers(64).weights(conv)));
    float[] scales = new float[OUT_CHANNELS];
    java.util.Arrays.fill(scales, 0.01f);
    DeviceHalf.Stage empty = new DeviceHalf.Stage(new byte[0], List.of(), List.of());
    DeviceHalf device =
        new DeviceHalf(
            "large layer",
            List.of(new DeviceHalf.ValueSpec("x", 1, new long[] {1, CHANNELS, SIDE, SIDE})),
            List.of(new DeviceHalf.ValueSpec("y", 1, new long[] {1, OUT_CHANNELS, SIDE, SIDE})),
            plan,
            List.of(new DeviceHalf.TensorBinding("x", 14)),
            List.of(
                new DeviceHalf.LayerBinding(
                    "conv",
                    "Conv",
                    "y",
                    new long[] {1, OUT_CHANNELS, SIDE, SIDE},
                    scales,
                    new float[OUT_CHANNELS])),
            List.of(empty, empty),
            List.of());
    return ModelBundle.of(edge, device);
  }
}
