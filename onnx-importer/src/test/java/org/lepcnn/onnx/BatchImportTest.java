/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.lepcnn.onnx.OnnxModels.dims;
import static org.lepcnn.onnx.OnnxModels.integer;
import static org.lepcnn.onnx.OnnxModels.ints;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.model.DeviceHalf.LayerReport;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.onnx.plan.OffloadPolicy;

class BatchImportTest {
  private static final ImportOptions ONE =
      ImportOptions.defaults().withOffload(OffloadPolicy.all());
  private static final ImportOptions FOUR = ONE.withBatch(4);

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(longs = {1, -1})
  void aFixedAndAnOpenModel_takeRows_withTheWeightsOfOneInput(long first) {
    OnnxModels model = new OnnxModels(1).input("x", first, 2, 8, 8);
    model.conv("x", "c", dims(8, 2, 3, 3));
    model.node("Relu", "r", "c");
    model.node("Reshape", "f", "r " + model.integers(first, 288));
    model.node("Gemm", "y", "f " + model.weights(0, 10, 288), integer("transB", 1));
    model.output("y");
    Path file = model.write(folder);

    ModelBundle rows = ModelImporter.importModel(file, FOUR);
    ModelBundle alone = ModelImporter.importModel(file, ONE);

    assertThat(rows.device().inputs().get(0).shape()).containsExactly(4, 2, 8, 8);
    assertThat(rows.device().outputs().get(0).shape()).containsExactly(4, 10);
    assertThat(rows.plan().layers()).extracting(l -> l.geometry().batch()).containsExactly(4, 4);
    assertThat(rows.device().tensors()).isEqualTo(alone.device().tensors());
    for (int i = 0; i < 2; i++) {
      assertThat(rows.edge().weights().get(i).part(0))
          .isEqualTo(alone.edge().weights().get(i).part(0));
    }
  }

  @Test
  void sizesOfOneInputInConstants_areMultiplied() {
    OnnxModels model = new OnnxModels(2).input("x", 1, 4, 8);
    model.node("MatMul", "p", "x " + model.weights(1, 8, 16));
    model.node(
        "Concat",
        "t",
        model.constant(model.numbers(16, -1, 1), 1, 1, 16) + " p",
        integer("axis", 1));
    model.node("Reshape", "heads", "t " + model.integers(1, 5, 2, 8));
    model.node("Transpose", "turned", "heads", ints("perm", 0, 2, 1, 3));
    model.node("Reshape", "flat", "turned " + model.integers(2, 5, 8));
    model.node("MatMul", "q", "flat " + model.weights(1, 8, 8));
    model.node("Reshape", "y", "q " + model.integers(1, 80));
    model.output("y");

    ModelBundle rows = ModelImporter.importModel(model.write(folder), FOUR);

    assertThat(rows.device().outputs().get(0).shape()).containsExactly(4, 80);
    assertThat(rows.plan().layers()).hasSize(2);
  }

  @Test
  void aRecurrentLayer_takesItsStateForEveryInput() {
    OnnxModels model = new OnnxModels(3).input("x", 1, 5, 4);
    model.node("Transpose", "steps", "x", ints("perm", 1, 0, 2));
    String weights = model.constant(model.numbers(36, -1, 1), 1, 9, 4);
    String recurrence = model.constant(model.numbers(27, -1, 1), 1, 9, 3);
    String state = model.constant(model.numbers(3, -1, 1), 1, 1, 3);
    model.node(
        "",
        "GRU",
        List.of("all", "last"),
        "steps " + weights + " " + recurrence + "   " + state,
        integer("hidden_size", 3));
    model.node("Transpose", "y", "last", ints("perm", 1, 0, 2));
    model.output("y");

    ModelBundle rows = ModelImporter.importModel(model.write(folder), FOUR);

    assertThat(rows.device().outputs().get(0).shape()).containsExactly(4, 1, 3);
  }

  @Test
  void aLayerWhoseInputInterleavesTheRows_staysOnTheDevice() {
    OnnxModels model = new OnnxModels(4).input("x", 1, 6, 8);
    model.node("Transpose", "steps", "x", ints("perm", 1, 0, 2));
    model.node("MatMul", "p", "steps " + model.weights(1, 8, 16));
    model.node("Transpose", "y", "p", ints("perm", 1, 0, 2));
    model.output("y");
    Path file = model.write(folder);

    ModelBundle rows = ModelImporter.importModel(file, FOUR);

    assertThat(ModelImporter.importModel(file, ONE).plan().layers()).hasSize(1);
    assertThat(rows.plan().layers()).isEmpty();
    assertThat(rows.device().report())
        .extracting(LayerReport::reason)
        .containsExactly("its input does not hold the 4 inputs of a pass one after the other");
  }

  @Test
  void integersOfRows_areEqual() {
    OnnxModels model = new OnnxModels(5).input("x", -1, 16);
    model.node("MatMul", "scores", "x " + model.weights(1, 16, 9));
    model.node("ArgMax", "y", "scores", integer("axis", 1));
    model.output("y", "scores");

    ModelBundle rows = ModelImporter.importModel(model.write(folder), FOUR);

    assertThat(rows.device().outputs()).extracting(v -> v.shape()[0]).containsExactly(4L, 4L);
  }

  @Test
  void operatorsThatMixRows_areRefused_namingTheOutput() {
    OnnxModels softmax = product();
    softmax.node("Softmax", "y", "p", integer("axis", 0));
    assertRefused(softmax);
    OnnxModels mean = product();
    mean.node("ReduceMean", "m", "p", integer("keepdims", 1));
    mean.node("Sub", "y", "p m");
    assertRefused(mean);
    OnnxModels training = product().opset(15);
    String scale = training.vector(8, 1, 2);
    String shift = training.vector(8, 0, 1);
    training.node(
        "",
        "BatchNormalization",
        List.of("y", "mean", "var"),
        "p " + scale + " " + shift + " " + shift + " " + scale,
        integer("training_mode", 1));
    assertRefused(training);
    OnnxModels quantizing = product();
    quantizing.node("", "DynamicQuantizeLinear", List.of("q", "s", "z"), "p");
    quantizing.node("DequantizeLinear", "y", "q s z");
    assertRefused(quantizing);
  }

  private static OnnxModels product() {
    OnnxModels model = new OnnxModels(6).input("x", -1, 16);
    model.node("MatMul", "p", "x " + model.weights(1, 16, 8));
    return model.output("y");
  }

  private void assertRefused(OnnxModels model) {
    assertThatThrownBy(() -> ModelImporter.importModel(model.write(folder), FOUR))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("--batch 4")
        .hasMessageContaining("output y")
        .hasMessageContaining("changes with another input")
        .hasMessageContaining("Without --batch");
    assertThat(ModelImporter.importModel(model.write(folder), ONE).device().outputs()).hasSize(1);
  }

  @Test
  void inputsAndOutputsWithoutRows_areRefusedByName() {
    OnnxModels pair = new OnnxModels(7).input("x", -1, 8).input("gain", 3);
    pair.node("MatMul", "p", "x " + pair.weights(1, 8, 3));
    pair.node("Mul", "y", "p gain");
    pair.output("y");
    assertThatThrownBy(() -> ModelImporter.importModel(pair.write(folder), FOUR))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("--batch 4")
        .hasMessageContaining("gain of shape 3")
        .hasMessageContaining("--input NAME=VALUE");

    OnnxModels flat = new OnnxModels(8).input("x", 1, 8);
    flat.node("MatMul", "p", "x " + flat.weights(1, 8, 3));
    flat.node("ReduceMax", "answer", "p", integer("keepdims", 0));
    flat.output("answer");
    assertThatThrownBy(() -> ModelImporter.importModel(flat.write(folder), FOUR))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("answer");
  }

  @Test
  void aBatchOutOfRange_isRefused() {
    assertThatThrownBy(() -> ONE.withBatch(0)).hasMessageContaining("--batch");
    assertThatThrownBy(() -> ONE.withBatch(ImportOptions.MAX_BATCH + 1))
        .hasMessageContaining("1 to 1024");
  }
}
