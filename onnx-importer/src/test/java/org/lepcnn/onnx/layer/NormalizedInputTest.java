/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.lepcnn.onnx.OnnxModels.dims;
import static org.lepcnn.onnx.OnnxModels.integer;
import static org.lepcnn.onnx.OnnxModels.ints;

import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.onnx.FloatNetwork;
import org.lepcnn.onnx.ImportOptions;
import org.lepcnn.onnx.ModelImporter;
import org.lepcnn.onnx.OnnxModels;
import org.lepcnn.onnx.plan.OffloadPolicy;

/** BatchNormalization in front of linear layers. */
class NormalizedInputTest {
  private static final ImportOptions ALL =
      ImportOptions.defaults().withOffload(OffloadPolicy.all());

  @TempDir Path folder;

  /** Gamma is a power of 2 and the variance 1, so that int8 still holds the product exactly. */
  private static void normalize(
      OnnxModels model, String input, String output, int channels, double shift) {
    float[] gamma = new float[channels];
    Arrays.fill(gamma, 0.5f);
    float[] ones = new float[channels];
    Arrays.fill(ones, 1);
    String parameters =
        " "
            + model.constant(gamma, channels)
            + " "
            + model.constant(model.numbers(channels, -shift, shift), channels)
            + " "
            + model.constant(model.numbers(channels, -shift, shift), channels)
            + " "
            + model.constant(ones, channels);
    model.node("BatchNormalization", output, input + parameters, OnnxModels.real("epsilon", 0));
  }

  private static boolean normalizesOnTheDevice(ModelBundle bundle) {
    return !bundle.device().stages().get(0).isEmpty();
  }

  @Test
  void withoutPadding_itIsFolded_alsoIntoGroupsAndSeveralLayers() throws Exception {
    OnnxModels model = new OnnxModels(1).input("x", 2, 4, 8, 9);
    normalize(model, "x", "n", 4, 1);
    model.conv("n", "a", dims(6, 4, 3, 3), ints("strides", 2, 3));
    model.conv("n", "b", dims(6, 2, 3, 2), integer("group", 2), ints("dilations", 2, 1));
    model.output("a", "b");

    ModelBundle bundle = FloatNetwork.assertImports(model.write(folder), ALL, 1, 1);

    assertThat(normalizesOnTheDevice(bundle)).isFalse();
    assertThat(bundle.device().tensors()).hasSize(1);
    assertThat(bundle.device().tensors().get(0).value()).isEqualTo("x");
  }

  @Test
  void beforeProducts_itIsFolded_withTheirOwnFactors() throws Exception {
    OnnxModels model = new OnnxModels(2).input("x", 5, 6);
    normalize(model, "x", "n", 6, 1);
    String c = model.vector(7, -1, 1);
    model.node(
        "Gemm", "g", "n " + model.weights(1, 6, 7) + " " + c, OnnxModels.real("alpha", 0.25f));
    model.node("MatMul", "m", "n " + model.weights(1, 6, 7));
    model.node("Add", "y", "m " + model.vector(7, -1, 1));
    model.output("g", "y");

    ModelBundle bundle = FloatNetwork.assertImports(model.write(folder), ALL, 1, 1);

    assertThat(normalizesOnTheDevice(bundle)).isFalse();
  }

  @Test
  void withPadding_itIsFoldedOnlyWithoutAShift() throws Exception {
    for (double shift : new double[] {0, 1}) {
      OnnxModels model = new OnnxModels(3).input("x", 1, 4, 8, 8);
      normalize(model, "x", "n", 4, shift);
      model.conv("n", "y", dims(6, 4, 3, 3), ints("pads", 0, 0, 1, 1));
      model.output("y");

      ModelBundle bundle = FloatNetwork.assertImports(model.write(folder), ALL, 1, 1);

      assertThat(normalizesOnTheDevice(bundle)).isEqualTo(shift > 0);
    }
  }

  @Test
  void withAnotherReader_itStays() throws Exception {
    OnnxModels model = new OnnxModels(4).input("x", 1, 4, 8, 8);
    normalize(model, "x", "n", 4, 1);
    model.conv("n", "y", dims(6, 4, 3, 3));
    model.node("Relu", "z", "n");
    model.output("y", "z");

    assertThat(normalizesOnTheDevice(FloatNetwork.assertImports(model.write(folder), ALL, 1, 1)))
        .isTrue();
  }

  @Test
  void whereItWouldCostBits_itStays() throws Exception {
    float[][] parameters = {{1, 9, 1, 1}, {0, 0, 0, 0}, {0, 0, 0, 0}, {1, 1, 1, 1}};
    for (int far = 0; far < 2; far++) {
      OnnxModels model = new OnnxModels(5).input("x", 1, 4, 8, 8);
      String names = "";
      for (float[] values : parameters) {
        names += " " + model.constant(values, 4);
      }
      model.node("BatchNormalization", "n", "x" + names);
      model.conv("n", "y", dims(6, 4, 3, 3));
      model.output("y");

      ModelBundle bundle = ModelImporter.importModel(model.write(folder), ALL);

      assertThat(normalizesOnTheDevice(bundle)).isTrue();
      parameters[0][1] = 1;
      parameters[2][1] = 100;
    }
  }

  @Test
  void betweenTwoLayers_theFirstOneTakesIt() throws Exception {
    OnnxModels model = new OnnxModels(6).input("x", 1, 3, 8, 8);
    model.conv("x", "a", dims(4, 3, 3, 3));
    normalize(model, "a", "n", 4, 1);
    model.conv("n", "y", dims(6, 4, 3, 3));
    model.output("y");

    ModelBundle bundle = FloatNetwork.assertImports(model.write(folder), ALL, 2, 1);

    assertThat(bundle.device().layers().get(0).output()).isEqualTo("n");
  }

  @Test
  void behindALayerThatStays_theNextOneTakesIt() throws Exception {
    OnnxModels model = new OnnxModels(7).input("x", 1, 4, 8, 8);
    model.conv("x", "a", dims(4, 1, 3, 3), integer("group", 4));
    normalize(model, "a", "n", 4, 1);
    model.conv("n", "y", dims(40, 4, 3, 3));
    model.output("y");

    ModelBundle bundle =
        FloatNetwork.assertImports(model.write(folder), ImportOptions.defaults(), 1, 1);

    assertThat(bundle.device().tensors().get(0).value()).isEqualTo("a");
  }
}
