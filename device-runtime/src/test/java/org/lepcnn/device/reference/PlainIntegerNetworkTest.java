/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.field.Field31;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.linear.LayerWeights;
import org.lepcnn.core.model.DeviceHalf;
import org.lepcnn.core.model.EdgeHalf;
import org.lepcnn.core.model.LinearLayerSpec;
import org.lepcnn.core.model.MaskedTensorSpec;
import org.lepcnn.core.model.Plan;
import org.lepcnn.device.stage.DeviceModel;
import org.lepcnn.device.stage.HostTensor;

class PlainIntegerNetworkTest {
  private static final float LARGEST = (1 << 21) - 1;

  /** 4 · 127 · (2²¹ − 1) + 4 · (2²¹ − 1) + 511 = 2³⁰ − 1 = (p − 1)/2. */
  private static final byte[] WEIGHTS = {127, 127, 127, 127, 4, 1};

  private static final Plan PLAN =
      new Plan(
          List.of(new MaskedTensorSpec(0, 0, 6, ResidueField.P31)),
          List.of(new LinearLayerSpec(0, 0, ConvGeometry.fullyConnected(1, 6, 1))));
  private static final EdgeHalf EDGE = new EdgeHalf(PLAN, List.of(LayerWeights.of(WEIGHTS)));

  @Test
  void sumsUpToTheLargestCentredResidue_areRight_beyondItTheBundleIsFaulty() {
    try (DeviceModel model = DeviceModel.load(half(PLAN))) {
      PlainIntegerNetwork network = new PlainIntegerNetwork(model, EDGE);
      List<Integer> sums = new ArrayList<>();
      for (float sign : new float[] {1, -1}) {
        network.run(inputs(sign, 511), (pass, layer, centred) -> sums.add(centred[0]));
        assertThatThrownBy(() -> network.run(inputs(sign, 512)))
            .isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("layer 0 wrap around");
      }
      assertThat(sums).containsExactly(Field31.HALF, -Field31.HALF);
    }
  }

  @Test
  void inputsThatAreNotTheModels_areRefusedByName() {
    try (DeviceModel model = DeviceModel.load(half(PLAN))) {
      PlainIntegerNetwork network = new PlainIntegerNetwork(model, EDGE);
      assertThatThrownBy(() -> network.run(Map.of("x", HostTensor.of(new float[6], 6, 1))))
          .isInstanceOf(BadInputException.class)
          .hasMessageContaining("Input 'x' of sum");
    }
  }

  private static Map<String, HostTensor> inputs(float sign, float last) {
    float[] x = new float[6];
    for (int i = 0; i < 5; i++) {
      x[i] = sign * LARGEST;
    }
    x[5] = sign * last;
    return Map.of("x", HostTensor.of(x, 1, 6));
  }

  private static DeviceHalf half(Plan plan) {
    DeviceHalf.Stage none = new DeviceHalf.Stage(new byte[0], List.of(), List.of());
    return new DeviceHalf(
        "sum",
        List.of(new DeviceHalf.ValueSpec("x", HostTensor.FLOAT, new long[] {1, 6})),
        List.of(new DeviceHalf.ValueSpec("y", HostTensor.FLOAT, new long[] {1, 1})),
        plan,
        List.of(new DeviceHalf.TensorBinding("x", 22)),
        List.of(
            new DeviceHalf.LayerBinding(
                "sum", "Gemm", "y", new long[] {1, 1}, new float[] {1}, new float[] {0})),
        List.of(none, none),
        List.of());
  }
}
