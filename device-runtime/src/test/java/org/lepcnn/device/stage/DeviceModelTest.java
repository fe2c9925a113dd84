/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.stage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.model.DeviceHalf;
import org.lepcnn.core.model.EdgeHalf;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.core.model.Plan;
import org.lepcnn.device.pass.PassResult;
import org.lepcnn.device.testkit.SessionFixture;
import org.lepcnn.device.testkit.SessionModel;
import org.lepcnn.device.testkit.TinyOnnx;

class DeviceModelTest {
  private static final long[] FOUR = {1, 4};

  @Test
  void values_areReleased_whenNothingNeedsThemAnyMore() {
    try (DeviceModel model = DeviceModel.load(SessionModel.bundle(1).device());
        Activations values = new Activations(SessionModel.inputs(1), new NativeTensors())) {
      model.runStage(0, values);
      assertThat(values.size()).isEqualTo(3);
      model.endRound(0, values);
      // x was only masked
      assertThat(values.size()).isEqualTo(2);
      values.put("a", HostTensor.of(new float[120], 1, 4, 6, 5));
      values.put("b", HostTensor.of(new float[120], 1, 4, 6, 5));
      model.runStage(1, values);
      // d and u
      assertThat(values.size()).isEqualTo(2);
      assertThat(values.floats("d", 120)).containsOnly(0);
    }
  }

  @Test
  void wrongNumberOfElements_isRefused() {
    try (Activations values = new Activations(SessionModel.inputs(1), new NativeTensors())) {
      assertThatThrownBy(() -> values.floats("x", 91))
          .isInstanceOf(BadInputException.class)
          .hasMessageContaining("91")
          .hasMessageContaining("90");
    }
  }

  @Test
  void stageThatNeedsAMissingValue_isRefusedWhenLoading() {
    DeviceHalf half =
        local(new DeviceHalf.Stage(relu("x", "y"), List.of("nowhere"), List.of("y")), List.of("y"));
    assertThatThrownBy(() -> DeviceModel.load(half))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("stage 0")
        .hasMessageContaining("'nowhere'");
  }

  @Test
  void outputThatNothingMakes_isRefusedWhenLoading() {
    DeviceHalf half =
        local(new DeviceHalf.Stage(relu("x", "y"), List.of("x"), List.of("y")), List.of("w"));
    assertThatThrownBy(() -> DeviceModel.load(half))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("'w'");
  }

  @Test
  void stageThatOnnxRuntimeCannotRead_isRefusedWhenLoading() {
    DeviceHalf half =
        local(new DeviceHalf.Stage(new byte[] {1, 2, 3}, List.of("x"), List.of("y")), List.of("y"));
    assertThatThrownBy(() -> DeviceModel.load(half))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("device stage 0 of local");
  }

  @Test
  void modelWithoutOffloadedLayers_runsWithoutEdgePassOrClaim() {
    DeviceHalf half =
        local(new DeviceHalf.Stage(relu("x", "y"), List.of("x"), List.of("y")), List.of("y"));
    ModelBundle bundle = ModelBundle.of(new EdgeHalf(half.plan(), List.of()), half);
    try (SessionFixture fixture = new SessionFixture(bundle, 1, builder -> builder)) {
      PassResult result = fixture.run(Map.of("x", HostTensor.of(new float[] {-1, 2, -3, 4}, FOUR)));
      assertThat(result.pass()).isEqualTo(-1);
      assertThat(result.outputs().get("y").floats()).containsExactly(0, 2, 0, 4);
      assertThat(fixture.edge.claims).isEmpty();
      assertThat(fixture.supply.nextPass()).isZero();
    }
  }

  @Test
  void inputsOfAnotherModel_areRefused_sayingWhatIsWrong() {
    try (DeviceModel model = DeviceModel.load(SessionModel.bundle(1).device())) {
      Map<String, HostTensor> missing = SessionModel.inputs(1);
      missing.remove("u");
      assertThatThrownBy(() -> model.checkInputs(missing))
          .hasMessageContaining("Input 'u' of by hand")
          .hasMessageContaining("dimensions [1, 7]; found nothing.");
      Map<String, HostTensor> misshapen = SessionModel.inputs(1);
      misshapen.put("u", HostTensor.of(new float[7], 7));
      assertThatThrownBy(() -> model.checkInputs(misshapen))
          .hasMessageContaining("found HostTensor[onnxType=1, shape=[7]].");
      Map<String, HostTensor> surplus = SessionModel.inputs(1);
      surplus.put("v", HostTensor.of(new float[7], 7));
      assertThatThrownBy(() -> model.checkInputs(surplus))
          .hasMessageContaining("expected [x, t, u]; found [")
          .hasMessageContaining("v");
    }
  }

  @Test
  void aClosedModel_runsNoStage_andIsClosedOnce() {
    DeviceModel model = DeviceModel.load(SessionModel.bundle(1).device());
    model.close();
    model.close();
    try (Activations values = model.activations(SessionModel.inputs(1))) {
      assertThatThrownBy(() -> model.runStage(0, values))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  @Test
  void aClosedStage_runsNoMore() {
    StageRunner stage =
        StageRunner.load(
            "stage 0", new DeviceHalf.Stage(relu("x", "y"), List.of("x"), List.of("y")), 1);
    stage.close();
    HostTensor x = HostTensor.of(new float[4], FOUR);
    try (Activations values = new Activations(Map.of("x", x), new NativeTensors())) {
      assertThatThrownBy(() -> stage.run(values)).isInstanceOf(IllegalStateException.class);
    }
  }

  private static byte[] relu(String input, String output) {
    return TinyOnnx.model(
        List.of(TinyOnnx.Node.of("Relu", output, input)),
        List.of(new TinyOnnx.Value(input, FOUR)),
        List.of(new TinyOnnx.Value(output, FOUR)));
  }

  private static DeviceHalf local(DeviceHalf.Stage stage, List<String> outputs) {
    return new DeviceHalf(
        "local",
        List.of(new DeviceHalf.ValueSpec("x", HostTensor.FLOAT, FOUR)),
        outputs.stream()
            .map(name -> new DeviceHalf.ValueSpec(name, HostTensor.FLOAT, FOUR))
            .toList(),
        new Plan(List.of(), List.of()),
        List.of(),
        List.of(),
        List.of(stage),
        List.of());
  }
}
