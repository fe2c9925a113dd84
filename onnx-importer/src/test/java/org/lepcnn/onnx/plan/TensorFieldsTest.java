/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.lepcnn.onnx.OnnxModels.dims;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.lepcnn.core.field.Field24;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.linear.LayerWeights;
import org.lepcnn.core.model.DeviceHalf.TensorBinding;
import org.lepcnn.core.model.LinearLayerSpec;
import org.lepcnn.core.model.MaskedTensorSpec;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.core.quant.ActivationRange;
import org.lepcnn.onnx.FloatNetwork;
import org.lepcnn.onnx.ImportOptions;
import org.lepcnn.onnx.ImportReport;
import org.lepcnn.onnx.ModelImporter;
import org.lepcnn.onnx.OnnxModels;
import org.lepcnn.onnx.PlainNetwork;
import org.lepcnn.onnx.PreparedImport;
import org.lepcnn.onnx.cut.CutLimits;
import org.lepcnn.onnx.cut.CutReport;
import org.lepcnn.onnx.cut.DeviceProfile;
import org.lepcnn.onnx.cut.Objective;
import org.lepcnn.onnx.cut.ProfileFile;

/** Which tensors are in 24 bits, with the proofs at their bounds and one past them. */
class TensorFieldsTest {
  private static final Precision NARROW = Precision.EIGHT_BITS.inField(ResidueField.P24);

  private static final DeviceProfile PROFILE = ProfileFile.named("cortex-a72");

  @TempDir Path folder;

  @Test
  void tensorsThatNeedNoMore_areIn24Bits_withoutASignWhereThereIsNone() throws OrtException {
    Path file = network();
    ModelBundle bundle = imported(file, NARROW);
    assertThat(bundle.plan().tensors())
        .extracting(MaskedTensorSpec::field)
        .containsOnly(ResidueField.P24);
    assertThat(bundle.device().tensors())
        .extracting(tensor -> tensor.range().signed())
        .containsExactly(true, false);
    for (LinearLayerSpec layer : bundle.plan().layers()) {
      assertLift(bundle, layer);
    }
    Map<String, OnnxTensor> inputs = FloatNetwork.inputs(bundle, 1);
    PlainNetwork.Outputs found = PlainNetwork.run(bundle, inputs, 2);
    float[] expected = FloatNetwork.run(file, inputs).get("y");
    double largest = 0;
    for (int i = 0; i < expected.length; i++) {
      largest = Math.max(largest, Math.abs(expected[i]));
    }
    for (int i = 0; i < expected.length; i++) {
      assertThat((double) found.outputs().get("y")[i])
          .isBetween(expected[i] - 0.03 * largest, expected[i] + 0.03 * largest);
    }
    ImportReport report = ImportReport.of(bundle);
    assertThat(report.bytesUp()).isEqualTo(3L * (3 * 144 + 16 * 100));
    assertThat(report.tableBytesPerPass()).isEqualTo(bundle.plan().outputElements() * 3);
    assertThat(report.layers()).allMatch(layer -> layer.field() == 24);
  }

  @Test
  void costs_countTheBytesOfEachTensorsField() {
    Path file = network();
    Set<String> one = Set.of(imported(file, NARROW).device().tensors().get(0).value());
    for (Precision precision : List.of(Precision.EIGHT_BITS, NARROW, NARROW.wideFor(one))) {
      PreparedImport prepared =
          ModelImporter.prepare(file, ImportOptions.defaults().withPrecision(NARROW));
      ModelBundle bundle = prepared.bundle(precision);
      ImportReport report = ImportReport.of(bundle);

      CutReport costs = prepared.costs(OffloadPolicy.auto(), PROFILE, bundle);

      assertThat(costs.thisCut().bytes()).isEqualTo((double) report.bytesUp() + report.bytesDown());
      assertThat(costs.everythingAtTheEdge().bytes()).isEqualTo(costs.thisCut().bytes());
    }
  }

  /** Nothing goes to the edge: what everything would cost is told by the fields to expect. */
  @ParameterizedTest
  @EnumSource(ResidueField.class)
  void costsOfWhatStays_countTheFieldsToExpect(ResidueField field) {
    Path file = network();
    CutLimits noRounds = new CutLimits(OptionalInt.of(0), OptionalLong.empty());
    OffloadPolicy policy = new OffloadPolicy.Optimise(Objective.LATENCY, PROFILE, noRounds);
    Precision precision = Precision.EIGHT_BITS.inField(field);
    PreparedImport prepared =
        ModelImporter.prepare(
            file, ImportOptions.defaults().withOffload(policy).withPrecision(precision));

    CutReport costs = prepared.costs(policy, PROFILE, prepared.bundle(precision));

    assertThat(costs.thisCut().bytes()).isZero();
    ImportReport all = ImportReport.of(imported(file, precision));
    assertThat(costs.everythingAtTheEdge().bytes())
        .isEqualTo((double) all.bytesUp() + all.bytesDown());
  }

  private static void assertLift(ModelBundle bundle, LinearLayerSpec layer) {
    ActivationRange range = bundle.device().tensors().get(layer.tensorId()).range();
    int[] lift = bundle.device().layers().get(layer.index()).lift();
    LayerWeights weights = bundle.edge().weights().get(layer.index());
    int fanIn = layer.geometry().fanIn();
    for (int channel = 0; channel < layer.geometry().outChannels(); channel++) {
      long below = 0;
      long above = 0;
      for (int i = channel * fanIn; i < (channel + 1) * fanIn; i++) {
        below += Math.max(0, -weights.at(i));
        above += Math.max(0, weights.at(i));
      }
      long limit = range.limit();
      assertThat((range.signed() ? 2 : 1) * limit * (below + above)).isLessThan(Field24.P);
      if (!range.signed()) {
        assertThat(lift[channel]).isEqualTo(limit * below);
      }
    }
    assertThat(lift).hasSize(range.signed() ? 0 : layer.geometry().outChannels());
  }

  /**
   * 255 · Σ|w| is p − 1 less 252, with a weight more it is p + 2: the same tensor, another field.
   */
  @ParameterizedTest
  @CsvSource({"65792,P24,8", "65793,P31,14"})
  void withoutASign_theBoundIs255TimesTheSum(int sum, ResidueField field, int bits)
      throws OrtException {
    assertAtBound(sum, true, field, bits);
  }

  @ParameterizedTest
  @CsvSource({"66052,P24,8", "66053,P31,14"})
  void withASign_theBoundIsTwice127TimesTheSum(int sum, ResidueField field, int bits)
      throws OrtException {
    assertAtBound(sum, false, field, bits);
  }

  /** All inputs at their largest, so that the sums are as far apart as they can be. */
  private void assertAtBound(int sum, boolean positive, ResidueField field, int bits)
      throws OrtException {
    int count = sum / 127 + 1;
    float[] weights = new float[2 * count];
    for (int i = 0; i < count; i++) {
      float step = 0.01f;
      int integer = i < count - 1 ? 127 : sum - 127 * (count - 1);
      weights[2 * i] = integer * step;
      weights[2 * i + 1] = -integer * step;
    }
    OnnxModels model = new OnnxModels(1).input("x", 1, count);
    String input = positive ? model.node("Relu", "r", "x") : "x";
    model.node("MatMul", "y", input + " " + model.constant(weights, count, 2));
    ModelBundle bundle = imported(model.output("y").write(folder), NARROW);
    assertThat(bundle.plan().tensor(0).field()).isEqualTo(field);
    TensorBinding tensor = bundle.device().tensors().get(0);
    assertThat(tensor.bits()).isEqualTo(bits);
    assertThat(tensor.range().signed()).isEqualTo(!positive || field == ResidueField.P31);
    for (float value : new float[] {1, -1}) {
      float[] x = new float[count];
      java.util.Arrays.fill(x, value);
      try (OnnxTensor values =
          OnnxTensor.createTensor(
              ai.onnxruntime.OrtEnvironment.getEnvironment(),
              java.nio.FloatBuffer.wrap(x),
              new long[] {1, count})) {
        // it fails where a sum cannot be told from another
        PlainNetwork.run(bundle, Map.of("x", values), 1);
      }
    }
  }

  @Test
  void finerWeights_takeTheLargerField_whereTheSmallerHasTooFewBitsForThem() {
    Precision finer = Precision.highFor(Set.of("a", "b", "c")).inField(ResidueField.P24);
    ModelBundle bundle = imported(network(), finer);
    assertThat(bundle.plan().tensors())
        .extracting(MaskedTensorSpec::field)
        .containsExactly(ResidueField.P24, ResidueField.P31);
    assertThat(imported(network(), Precision.HIGH.inField(ResidueField.P24)).plan().tensors())
        .extracting(MaskedTensorSpec::field)
        .containsOnly(ResidueField.P31);
  }

  @Test
  void aTensorThatIsNamed_isIn31Bits() {
    ModelBundle bundle = imported(network(), NARROW.wideFor(Set.of("r")));
    assertThat(bundle.plan().tensors())
        .extracting(MaskedTensorSpec::field)
        .containsExactly(ResidueField.P24, ResidueField.P31);
    assertThat(bundle.device().tensors().get(1).range().signed()).isTrue();
  }

  /** What is counted may be counted up to any number. */
  @Test
  void tensorsThatLayersOfWholeNumbersRead_areIn31Bits() {
    OnnxModels model = new OnnxModels(1).input("x", 1, 40);
    float[] weights = new float[40 * 6];
    Random random = new Random(2);
    for (int i = 0; i < weights.length; i++) {
      weights[i] = random.nextInt(7) - 3;
    }
    model.node("MatMul", "y", "x " + model.constant(weights, 40, 6));
    ModelBundle bundle = imported(model.output("y").write(folder), NARROW);
    assertThat(bundle.plan().tensor(0).field()).isEqualTo(ResidueField.P31);
  }

  @Test
  void integersThatTheModelBounds_areIn24Bits_ifTheyFit() {
    for (int bits : new int[] {8, 16}) {
      OnnxModels model = new OnnxModels(1).input("x", 1, 40);
      float largest = bits == 8 ? 255 : 65_535;
      model.node("Round", "i", "x");
      model.node("Clip", "c", "i " + model.number(0) + " " + model.number(largest));
      model.node(
          "MatMul", "y", "c " + model.constant(new OnnxModels(3).numbers(240, -1, 1), 40, 6));
      ModelBundle bundle = imported(model.output("y").write(folder), NARROW);
      assertThat(bundle.plan().tensor(0).field())
          .isEqualTo(bits == 8 ? ResidueField.P24 : ResidueField.P31);
      if (bits == 8) {
        assertThat(bundle.device().tensors().get(0).range()).isEqualTo(ActivationRange.unsigned(8));
      }
    }
  }

  /** Finer weights in b would cost a byte more of all that b reads and writes. */
  @Test
  void fast_paysForTheBytesThatFinerWeightsCost() {
    Path file = network();
    List<OffloadedLayer> layers = org.lepcnn.onnx.ChosenLayers.of(file);
    TensorFields fields = new TensorFields("r"::equals);
    long work = 64L * 32 * 144;
    long bytes = FinerLayers.MULTIPLICATIONS_PER_BYTE * (16 * 100 + 2 * 32 * 64);
    long first = 100L * 16 * 27;
    assertThat(FinerLayers.choose(layers, fields, NARROW, first + work)).containsOnly("a");
    assertThat(FinerLayers.choose(layers, fields, NARROW, first + work + bytes)).hasSize(2);
    // the second is no dearer than it is without the smaller field
    assertThat(FinerLayers.choose(layers, fields, NARROW, first + 2 * work + bytes)).hasSize(3);
  }

  @Test
  void words_tellEverythingOfAPrecision() {
    for (Precision precision :
        List.of(
            Precision.FAST.inField(ResidueField.P24),
            Precision.HIGH.inField(ResidueField.P31),
            Precision.highFor(Set.of("a", "b")).inField(ResidueField.P24).wideFor(Set.of("r")))) {
      Precision read = Precision.ofWords(precision.words());
      assertThat(read.words()).containsExactlyInAnyOrderElementsOf(precision.words());
      assertThat(imported(network(), read).fingerprint())
          .isEqualTo(imported(network(), precision).fingerprint());
    }
  }

  /** x → conv → ReLU → two convolutions of one tensor → Add. */
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
    return ModelImporter.importModel(
        file, ImportOptions.defaults().withOffload(OffloadPolicy.all()).withPrecision(precision));
  }
}
