/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.stage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.model.DeviceHalf;
import org.lepcnn.device.testkit.SessionModel;

class ValueFlowTest {
  private static final DeviceHalf HALF = SessionModel.bundle(1).device();
  private static final DeviceHalf.Stage NONE =
      new DeviceHalf.Stage(new byte[0], List.of(), List.of());

  @Test
  void everyValue_goesAfterTheLastStepThatReadsIt_outputsStay() {
    ValueFlow flow = new ValueFlow(HALF);
    assertThat(flow.releasedAfterStage(0)).isEmpty();
    assertThat(flow.releasedAfterRound(0)).containsExactly("x");
    assertThat(flow.releasedAfterStage(1)).containsExactlyInAnyOrder("a", "b", "t");
    assertThat(flow.releasedAfterRound(1)).containsExactly("d");
    assertThat(flow.releasedAfterStage(2)).containsExactly("u");
  }

  @Test
  void whatNothingReads_goesAfterTheStepThatMakesIt_orAtOnce() {
    List<DeviceHalf.ValueSpec> inputs = new ArrayList<>(HALF.inputs());
    inputs.add(new DeviceHalf.ValueSpec("unread", HostTensor.FLOAT, new long[] {1}));
    DeviceHalf.Stage relu = HALF.stages().get(1);
    DeviceHalf.Stage makesMore =
        new DeviceHalf.Stage(relu.onnx(), relu.inputs(), List.of("d", "unused"));
    ValueFlow flow =
        new ValueFlow(half(inputs, HALF.tensors(), List.of(NONE, makesMore, HALF.stages().get(2))));
    assertThat(flow.releasedAfterStage(0)).containsExactly("unread");
    assertThat(flow.releasedAfterStage(1)).containsExactlyInAnyOrder("a", "b", "t", "unused");
  }

  @Test
  void aValueThatNothingMakes_isRefused_namingWhoNeedsIt() {
    DeviceHalf.Stage needy = new DeviceHalf.Stage(new byte[1], List.of("nowhere"), List.of("d"));
    assertRefused(
        half(HALF.inputs(), HALF.tensors(), List.of(NONE, needy, HALF.stages().get(2))),
        "stage 1 needs the value 'nowhere'");
    List<DeviceHalf.TensorBinding> tensors =
        List.of(HALF.tensors().get(0), new DeviceHalf.TensorBinding("nowhere", 16));
    assertRefused(half(HALF.inputs(), tensors, HALF.stages()), "round 1 needs the value 'nowhere'");
    assertRefused(
        half(HALF.inputs(), HALF.tensors(), List.of(NONE, HALF.stages().get(1), NONE)),
        "output after stage 2 needs the value 'z'");
  }

  private static void assertRefused(DeviceHalf half, String why) {
    assertThatThrownBy(() -> new ValueFlow(half))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining(why);
  }

  private static DeviceHalf half(
      List<DeviceHalf.ValueSpec> inputs,
      List<DeviceHalf.TensorBinding> tensors,
      List<DeviceHalf.Stage> stages) {
    return new DeviceHalf(
        HALF.modelName(),
        inputs,
        HALF.outputs(),
        HALF.plan(),
        tensors,
        HALF.layers(),
        stages,
        List.of());
  }
}
