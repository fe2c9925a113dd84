/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.stage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.model.DeviceHalf;
import org.lepcnn.device.testkit.TinyOnnx;

class StageRunnerTest {
  private static final long[] FOUR = {1, 4};
  private static final HostTensor X = HostTensor.of(new float[] {-1, 2, -3, 4}, FOUR);

  @Test
  void outputsOfEveryKind_areKept_thoseOfFixedShapeInTensorsOfThePool() {
    byte[] onnx =
        TinyOnnx.model(
            List.of(
                TinyOnnx.Node.of("Relu", "y", "x"),
                new TinyOnnx.Node("Cast", List.of("x"), List.of("c"), Map.of("to", 7L)),
                TinyOnnx.Node.of("Neg", "n", "x")),
            List.of(new TinyOnnx.Value("x", FOUR)),
            List.of(
                new TinyOnnx.Value("y", FOUR),
                new TinyOnnx.Value("c", HostTensor.INT64, FOUR),
                new TinyOnnx.Value("n", FOUR)));
    NativeTensors pool = new NativeTensors();
    NativeTensor one = pool.take(FOUR);
    NativeTensor two = pool.take(FOUR);
    NativeTensor three = pool.take(FOUR);
    List.of(one, two, three).forEach(pool::give);
    List<FloatBuffer> ofThePool = List.of(one.floats(), two.floats(), three.floats());
    try (StageRunner stage = load(onnx, List.of("x"), "y", "c", "n");
        Activations values = new Activations(Map.of("x", X), pool)) {
      stage.run(values);
      assertThat(values.host("y").floats()).containsExactly(0, 2, 0, 4);
      assertThat((long[]) values.host("c").array()).containsExactly(-1, 2, -3, 4);
      assertThat(values.host("n").floats()).containsExactly(1, -2, 3, -4);
      assertThat(List.of(values.buffer("y", 4), values.buffer("n", 4)))
          .as("without a copy")
          .allMatch(buffer -> ofThePool.stream().anyMatch(floats -> floats == buffer))
          .as("each its own, and the input another")
          .doesNotHaveDuplicates();
    }
  }

  @Test
  void inputs_areFedByTheirNames() {
    byte[] onnx =
        TinyOnnx.model(
            List.of(TinyOnnx.Node.of("Sub", "y", "x", "w")),
            List.of(new TinyOnnx.Value("x", FOUR), new TinyOnnx.Value("w", FOUR)),
            List.of(new TinyOnnx.Value("y", FOUR)));
    HostTensor w = HostTensor.of(new float[] {1, 1, 1, 1}, FOUR);
    try (StageRunner stage = load(onnx, List.of("w", "x"), "y");
        Activations values = new Activations(Map.of("x", X, "w", w), new NativeTensors())) {
      stage.run(values);
      assertThat(values.host("y").floats()).containsExactly(-2, 1, -4, 3);
    }
  }

  /** Outputs that the stage does not name are not computed, nor kept. */
  @Test
  void outputsThatNobodyAskedFor_areLeftOut() {
    byte[] onnx =
        TinyOnnx.model(
            List.of(TinyOnnx.Node.of("Relu", "y", "x"), TinyOnnx.Node.of("Neg", "n", "x")),
            List.of(new TinyOnnx.Value("x", FOUR)),
            List.of(new TinyOnnx.Value("y", FOUR), new TinyOnnx.Value("n", FOUR)));
    try (StageRunner stage = load(onnx, List.of("x"), "y");
        Activations values = new Activations(Map.of("x", X), new NativeTensors())) {
      stage.run(values);
      assertThat(values.size()).as("x in the heap and for ONNX Runtime, and y").isEqualTo(3);
    }
  }

  @Test
  void aShapeThatIsNotDeclared_isFoundByRunning_timeAndAgain() {
    byte[] onnx =
        TinyOnnx.model(
            List.of(TinyOnnx.Node.of("Relu", "y", "x")),
            List.of(new TinyOnnx.Value("x", HostTensor.FLOAT, -1L, 4L)),
            List.of(new TinyOnnx.Value("y", HostTensor.FLOAT, -1L, 4L)));
    try (StageRunner stage = load(onnx, List.of("x"), "y")) {
      for (int rows = 1; rows <= 3; rows++) {
        HostTensor x = HostTensor.of(new float[rows * 4], rows, 4);
        try (Activations values = new Activations(Map.of("x", x), new NativeTensors())) {
          stage.run(values);
          assertThat(values.host("y").shape()).containsExactly(rows, 4);
        }
      }
    }
  }

  @Test
  void valuesWithoutDimensions_andWithoutElements_areKeptToo() {
    byte[] onnx =
        TinyOnnx.model(
            List.of(TinyOnnx.Node.of("Neg", "s", "x"), TinyOnnx.Node.of("Neg", "n", "w")),
            List.of(
                new TinyOnnx.Value("x", new long[0]), new TinyOnnx.Value("w", new long[] {0, 4})),
            List.of(
                new TinyOnnx.Value("s", new long[0]), new TinyOnnx.Value("n", new long[] {0, 4})));
    Map<String, HostTensor> inputs =
        Map.of("x", HostTensor.of(new float[] {3}), "w", HostTensor.of(new float[0], 0, 4));
    try (StageRunner stage = load(onnx, List.of("x", "w"), "s", "n");
        Activations values = new Activations(inputs, new NativeTensors())) {
      stage.run(values);
      assertThat(values.host("s").floats()).containsExactly(-3);
      assertThat(values.host("s").shape()).isEmpty();
      assertThat(values.host("n").shape()).containsExactly(0, 4);
    }
  }

  @Test
  void aModelThatCannotBeRead_isRefusedByName() {
    assertThatThrownBy(() -> load(new byte[] {1, 2, 3}, List.of("x"), "y"))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("Loading stage 7 of a test");
  }

  private static StageRunner load(byte[] onnx, List<String> inputs, String... outputs) {
    return StageRunner.load(
        "stage 7 of a test", new DeviceHalf.Stage(onnx, inputs, List.of(outputs)), 1);
  }
}
