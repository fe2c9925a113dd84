/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.lepcnn.onnx.OnnxModels.dims;

import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.linear.LayerWeights;
import org.lepcnn.core.model.LinearLayerSpec;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.onnx.ChosenLayers;
import org.lepcnn.onnx.ImportOptions;
import org.lepcnn.onnx.ImportReport;
import org.lepcnn.onnx.ModelImporter;
import org.lepcnn.onnx.OnnxModels;

class FinerLayersTest {
  /** Of a: 3×3, 3 → 16, on 10×10 positions. */
  private static final long A = 16 * 27 * 100;

  /** Of b, c: 3×3, 16 → 32, on 8×8 positions. */
  private static final long B = 32 * 144 * 64;

  @TempDir Path folder;

  @Test
  void noisePerMultiplication_decides() {
    assertThat(choose(ChosenLayers.of(model()), A)).containsExactly("a");
    assertThat(choose(ChosenLayers.of(model()), A + B)).containsExactlyInAnyOrder("a", "c");
    assertThat(choose(ChosenLayers.of(model()), A + 2 * B))
        .containsExactlyInAnyOrder("a", "b", "c");
  }

  @Test
  void theBudgetIsNeverExceeded_andWhatStillFitsIsTaken() {
    List<OffloadedLayer> layers = ChosenLayers.of(model());
    for (long budget = 0; budget <= A + 2 * B + 1; budget += A / 3) {
      Set<String> chosen = choose(layers, budget);
      long spent = 0;
      long smallestLeft = Long.MAX_VALUE;
      for (OffloadedLayer layer : layers) {
        long macs = layer.layer().geometry().macs();
        if (chosen.contains(layer.layer().output())) {
          spent += macs;
        } else if (layer.profile().coarsestNoise() > 0) {
          smallestLeft = Math.min(smallestLeft, macs);
        }
      }
      assertThat(spent).isLessThanOrEqualTo(budget);
      assertThat(smallestLeft).isGreaterThan(budget - spent);
    }
  }

  @Test
  void exactWeights_areNotMadeFiner() {
    assertThat(choose(ChosenLayers.of(model()), Long.MAX_VALUE))
        .containsExactlyInAnyOrder("a", "b", "c");
  }

  @Test
  void equalLayers_goInTheModelsOrder_andTheChoiceIsTheSameEveryTime() {
    OnnxModels model = new OnnxModels(1).input("x", 1, 3, 12, 12);
    float[] weights = weights(new Random(7), 16 * 27, 1);
    String constant = model.constant(weights, 16, 3, 3, 3);
    model.node("Conv", "z", "x " + constant);
    model.node("Conv", "a", "x " + constant);
    model.node("Add", "y", "z a");
    Path file = model.output("y").write(folder);
    for (int i = 0; i < 3; i++) {
      assertThat(choose(ChosenLayers.of(file), A)).containsExactly("z");
    }
  }

  @Test
  void fast_spendsItsBudgetOnTheNoisiestForTheirWork_andKeepsEightBitsElsewhere() {
    OnnxModels model = new OnnxModels(1).input("x", 1, 16, 42, 42);
    Random random = new Random(3);
    conv(model, "x", "a", weights(random, 32 * 144, 1), dims(32, 16, 3, 3));
    conv(model, "a", "b", weights(random, 32 * 288, 1), dims(32, 32, 3, 3));
    conv(model, "b", "y", weights(random, 8 * 32, 1), dims(8, 32, 1, 1));
    Path file = model.output("y").write(folder);
    ModelBundle bundle = ModelImporter.importModel(file, ImportOptions.defaults());
    long spent = 0;
    for (LinearLayerSpec layer : bundle.plan().layers()) {
      LayerWeights weights = bundle.edge().weights().get(layer.index());
      boolean largest = bundle.device().layers().get(layer.index()).output().equals("b");
      assertThat(weights.parts()).isEqualTo(largest ? 1 : 2);
      spent += largest ? 0 : layer.geometry().macs();
    }
    assertThat(spent).isLessThanOrEqualTo(FinerLayers.FAST_BUDGET);
    assertThat(ImportReport.of(bundle).finerMacs()).isEqualTo(spent);
  }

  private static Set<String> choose(List<OffloadedLayer> layers, long budget) {
    return FinerLayers.choose(
        layers, new TensorFields(value -> false), Precision.FAST.inField(ResidueField.P31), budget);
  }

  /** x → a → ReLU → b, c, d; b's weights are easier to round than c's, d's are ±1. */
  private Path model() {
    OnnxModels model = new OnnxModels(1).input("x", 1, 3, 12, 12);
    Random random = new Random(4);
    conv(model, "x", "a", weights(random, 16 * 27, 1), dims(16, 3, 3, 3));
    model.node("Relu", "r", "a");
    conv(model, "r", "b", weights(random, 32 * 144, 1), dims(32, 16, 3, 3));
    conv(model, "r", "c", weights(random, 32 * 144, 3), dims(32, 16, 3, 3));
    float[] signs = weights(random, 32 * 144, 1);
    for (int i = 0; i < signs.length; i++) {
      signs[i] = Math.signum(signs[i]);
    }
    conv(model, "r", "d", signs, dims(32, 16, 3, 3));
    model.node("Add", "bc", "b c");
    model.node("Add", "y", "bc d");
    return model.output("y").write(folder);
  }

  private static void conv(
      OnnxModels model, String input, String output, float[] weights, long[] dims) {
    model.node("Conv", output, input + " " + model.constant(weights, dims));
  }

  /** A higher power leaves few large weights and many small ones, which steps of max/127 miss. */
  private static float[] weights(Random random, int count, int power) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) Math.pow(random.nextGaussian(), power) / 10;
    }
    return values;
  }
}
