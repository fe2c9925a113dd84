/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.lepcnn.onnx.OnnxModels.dims;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.field.Field31;
import org.lepcnn.core.linear.LayerWeights;
import org.lepcnn.core.model.DeviceHalf.LayerReport;
import org.lepcnn.core.model.LinearLayerSpec;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.core.quant.ActivationRange;
import org.lepcnn.onnx.FloatNetwork;
import org.lepcnn.onnx.ImportOptions;
import org.lepcnn.onnx.ImportReport;
import org.lepcnn.onnx.ModelImporter;
import org.lepcnn.onnx.OnnxModels;
import org.lepcnn.onnx.PlainNetwork;
import org.lepcnn.onnx.PreparedImport;

class PrecisionTest {
  @TempDir Path folder;
  private final Random random = new Random(11);

  @Test
  void high_isSeveralTimesCloserToFloat_withTheSamePlan() throws OrtException {
    Path file = network();
    ModelBundle coarse = imported(file, Precision.EIGHT_BITS);
    ModelBundle high = imported(file, Precision.HIGH);
    assertThat(high.plan().layers()).isEqualTo(coarse.plan().layers());
    assertThat(high.edge().weights()).allMatch(weights -> weights.parts() == 2);
    assertThat(coarse.edge().weights()).allMatch(weights -> weights.parts() == 1);
    assertThat(high.fingerprint()).isNotEqualTo(coarse.fingerprint());
    assertProved(coarse);
    assertProved(high);
    double coarseError = error(coarse, file);
    double highError = error(high, file);
    assertThat(highError).isLessThan(coarseError / 4).isLessThan(0.005);
  }

  @Test
  void mix_makesTheNamedLayersFinerAlone() {
    Path file = network();
    PreparedImport prepared = ModelImporter.prepare(file, ImportOptions.defaults());
    ModelBundle mix = prepared.bundle(Precision.highFor(Set.of("c")));
    for (LinearLayerSpec layer : mix.plan().layers()) {
      boolean named = mix.device().layers().get(layer.index()).output().equals("c");
      assertThat(mix.edge().weights().get(layer.index()).parts()).isEqualTo(named ? 2 : 1);
    }
    assertProved(mix);
    assertThat(prepared.bundle(Precision.EIGHT_BITS).fingerprint())
        .isEqualTo(imported(file, Precision.EIGHT_BITS).fingerprint());
  }

  @Test
  void fast_isAsFineAsHigh_whereTheBudgetReaches_andTheSameEveryTime() {
    Path file = network();
    PreparedImport prepared = ModelImporter.prepare(file, ImportOptions.defaults());
    ModelBundle fast = prepared.bundle(Precision.FAST);
    assertThat(fast.fingerprint()).isEqualTo(prepared.bundle(Precision.HIGH).fingerprint());
    assertThat(fast.fingerprint()).isEqualTo(imported(file, Precision.FAST).fingerprint());
  }

  @Test
  void report_tellsBitsAndHeadroomOfEveryLayer() {
    ModelBundle high = imported(network(), Precision.HIGH);
    assertThat(high.device().report())
        .allSatisfy(
            line -> {
              assertThat(line.weightBits()).isBetween(8, 12);
              assertThat(line.headroomBits()).isBetween(0.0, 8.0);
              assertThat(line.maxAbsWeightSum()).isPositive();
            });
    ImportReport report = ImportReport.of(high);
    assertThat(report.table()).contains("weight bits", "headroom");
    assertThat(report.layers()).anyMatch(layer -> layer.weightBits() == 12);
    assertThat(imported(network(), Precision.EIGHT_BITS).device().report())
        .extracting(LayerReport::weightBits)
        .containsOnly(8);
  }

  @Test
  void zeroAndConstantWeights_areImportedWithEitherPrecision() throws OrtException {
    OnnxModels model = new OnnxModels(2).input("x", 1, 3, 8, 8);
    model.node("Conv", "a", "x " + model.constant(new float[16 * 27], 16, 3, 3, 3));
    float[] constant = new float[16 * 27];
    java.util.Arrays.fill(constant, -0.3f);
    model.node("Conv", "b", "x " + model.constant(constant, 16, 3, 3, 3));
    model.node("Add", "y", "a b");
    Path file = model.output("y").write(folder);
    for (Precision precision : List.of(Precision.EIGHT_BITS, Precision.FAST, Precision.HIGH)) {
      ModelBundle bundle = imported(file, precision);
      assertThat(bundle.plan().layers()).hasSize(2);
      assertProved(bundle);
      assertThat(error(bundle, file)).isLessThan(1e-3);
    }
  }

  @Test
  void layerOfFarTooManyWeights_staysWithinTheAccumulatorsAndTheProof() {
    OnnxModels model = new OnnxModels(3).input("x", 1, 60_000);
    float[] weights = new float[60_000 * 4];
    java.util.Arrays.fill(weights, 0.3f);
    model.node("MatMul", "y", "x " + model.constant(weights, 60_000, 4));
    Path file = model.output("y").write(folder);
    ModelBundle bundle =
        ModelImporter.importModel(
            file,
            ImportOptions.defaults()
                .withOffload(OffloadPolicy.all())
                .withPrecision(Precision.HIGH));
    assertThat(bundle.plan().layers()).hasSize(1);
    assertProved(bundle);
  }

  private static void assertProved(ModelBundle bundle) {
    for (LinearLayerSpec layer : bundle.plan().layers()) {
      LayerWeights weights = bundle.edge().weights().get(layer.index());
      int channels = layer.geometry().outChannels();
      long sum = weights.maxAbsSum(channels);
      int bits = bundle.device().tensors().get(layer.tensorId()).bits();
      assertThat(bits).isBetween(8, 22);
      assertThat(ActivationRange.signed(bits).limit() * sum).isLessThanOrEqualTo(Field31.HALF);
      for (int part = 0; part < weights.parts(); part++) {
        long partSum = LayerWeights.of(weights.part(part)).maxAbsSum(channels);
        assertThat(255 * partSum).isLessThan(1L << 31);
      }
    }
  }

  /** x → conv → ReLU → two convolutions of one tensor → Add → MatMul. */
  private Path network() {
    Random weights = new Random(4);
    OnnxModels model = new OnnxModels(1).input("x", 1, 3, 12, 12);
    conv(model, weights, "x", "a", dims(16, 3, 3, 3));
    model.node("Relu", "r", "a");
    conv(model, weights, "r", "b", dims(32, 16, 3, 3));
    conv(model, weights, "r", "c", dims(32, 16, 3, 3));
    model.node("Add", "y", "b c");
    return model.output("y").write(folder);
  }

  private static void conv(
      OnnxModels model, Random random, String input, String output, long[] dims) {
    float[] values = new float[(int) (dims[0] * dims[1] * dims[2] * dims[3])];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian() / 10;
    }
    model.node("Conv", output, input + " " + model.constant(values, dims));
  }

  private static ModelBundle imported(Path file, Precision precision) {
    return ModelImporter.importModel(file, ImportOptions.defaults().withPrecision(precision));
  }

  /** The largest error over the largest magnitude on a random input. */
  private double error(ModelBundle bundle, Path file) throws OrtException {
    Map<String, OnnxTensor> inputs = FloatNetwork.inputs(bundle, random.nextInt(3));
    float[] actual = PlainNetwork.run(bundle, inputs, 2).outputs().get("y");
    float[] expected = FloatNetwork.run(file, inputs).get("y");
    double error = 0;
    double max = 0;
    for (int i = 0; i < expected.length; i++) {
      error = Math.max(error, Math.abs(actual[i] - expected[i]));
      max = Math.max(max, Math.abs(expected[i]));
    }
    return error / max;
  }
}
