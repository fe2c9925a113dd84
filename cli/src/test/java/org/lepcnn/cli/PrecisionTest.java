/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.check.FloatModel;
import org.lepcnn.check.LayerErrors;
import org.lepcnn.check.PrecisionSearch;
import org.lepcnn.check.RelativeError;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.kernel.choice.Kernels;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.device.reference.KernelNetwork;
import org.lepcnn.device.stage.HostTensor;
import org.lepcnn.gateway.Meter;
import org.lepcnn.gateway.input.Inputs;
import org.lepcnn.gateway.input.ModelInputs;
import org.lepcnn.gateway.input.Samples;
import org.lepcnn.onnx.ImportOptions;
import org.lepcnn.onnx.ModelImporter;
import org.lepcnn.onnx.PreparedImport;
import org.lepcnn.onnx.plan.Precision;

@Tag("slow")
class PrecisionTest {
  private static final int ROWS = 3;

  @TempDir Path folder;
  private Path rows;

  @BeforeEach
  void writeSomePicturesAsRows() throws IOException {
    ModelBundle bundle = Meter.importBundle();
    long[] shape = bundle.device().inputs().get(0).shape();
    List<Inputs.Input> inputs = Meter.inputs(bundle).subList(0, ROWS);
    String header =
        String.format(
            java.util.Locale.ROOT,
            "{'descr': '<f4', 'fortran_order': False, 'shape': (%d, %d, %d, %d), }",
            ROWS,
            shape[1],
            shape[2],
            shape[3]);
    byte[] text = header.getBytes(StandardCharsets.US_ASCII);
    int floats = Math.toIntExact(ROWS * shape[1] * shape[2] * shape[3]);
    ByteBuffer file =
        ByteBuffer.allocate(10 + text.length + 4 * floats).order(ByteOrder.LITTLE_ENDIAN);
    file.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0});
    file.putShort((short) text.length).put(text);
    for (Inputs.Input input : inputs) {
      for (float value : input.values().values().iterator().next().floats()) {
        file.putFloat(value);
      }
    }
    rows = Files.write(folder.resolve("rows.npy"), file.array());
  }

  @Test
  void high_isExactAndCloserThanEightBits_andEveryLayerIsTold() {
    String high = check("--precision", "high", "--per-layer");
    assertThat(high).contains("\"exact\":true,\"integrityOk\":true", "\"weightBits\":12");
    assertThat(number(high, "maxRelativeError")).isLessThan(0.01);
    // the scores behind the softmax are 0 and 1 with either, so the layers tell more
    int layers = Meter.importBundle().plan().layers().size();
    double[] coarseErrors = layerErrors(Precision.EIGHT_BITS);
    double[] highErrors = layerErrors(high);
    assertThat(highErrors).hasSize(layers);
    for (int i = 0; i < layers; i++) {
      assertThat(highErrors[i]).isLessThan(coarseErrors[i] / 3).isLessThan(0.005);
    }
  }

  @Test
  void auto_takesTheCheapestThatMeetsTheTarget() {
    PreparedImport prepared = ModelImporter.prepare(Meter.onnx(), ImportOptions.defaults());
    double coarse = search(prepared, 99).error();
    double high = number(check("--precision", "high"), "maxRelativeError");
    assertThat(search(prepared, coarse).finerLayers()).isZero();
    PrecisionSearch.Found between = search(prepared, Math.sqrt(coarse * high));
    assertThat(between.met()).isTrue();
    assertThat(between.error()).isLessThanOrEqualTo(Math.sqrt(coarse * high));
    assertThat(between.finerLayers()).isBetween(1, prepared.inputs().size() + 20);
    PrecisionSearch.Found impossible = search(prepared, high / 1000);
    assertThat(impossible.met()).isFalse();
    assertThat(impossible.error()).isEqualTo(high);
    assertThat(impossible.twice()).isEqualTo(1);
    assertThat(impossible.weakest().relativeError()).isGreaterThan(high / 1000);
    assertThat(between.weakest()).isNull();
  }

  @Test
  void auto_onTheCommandLine_reportsWhatItFound() {
    assertThat(check("--precision", "auto", "--samples", folder.toString(), "--target", "0.9"))
        .contains(
            "\"precision\":{\"target\":0.9,\"measuredOn\":\"3 samples\"",
            "\"inputs\":3",
            "\"met\":true");
  }

  @Test
  void auto_isTheDefault_andMeasuresOnWhatThereIs() throws IOException {
    Path alone = Files.copy(Meter.onnx(), folder.resolve("alone.onnx"));
    assertThat(imported(alone))
        .contains("\"measuredOn\":\"4 inputs of random numbers", "\"met\":true");
    Path broken = Files.createDirectory(folder.resolve("test_data_set_0")).resolve("input_0.pb");
    Files.write(broken, new byte[] {1, 2, 3});
    assertThat(imported(alone))
        .contains("\"whyNot\":\"Reading ", "input_0.pb", "\"met\":false")
        .doesNotContain("measuredOn", "\"relativeError\"", "..\"");
  }

  @Test
  void optionsThatDoNotFit_areBadUsage() {
    assertThat(run("--precision", "exact")).isEqualTo(2);
    assertThat(run("--precision", "auto", "--samples", rows.toString(), "--target", "0"))
        .isEqualTo(2);
    assertThat(run("--precision", "fast", "--target", "0.1")).isEqualTo(2);
    assertThatThrownBy(
            () ->
                Samples.read(
                    Files.createDirectory(folder.resolve("empty")),
                    ModelInputs.of(Meter.importBundle().device().inputs())))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("samples");
  }

  @Test
  void relativeError_isTheLargestOverTheLargest() {
    RelativeError error = RelativeError.of(new float[] {1, 2}, new float[] {1.5f, -4});
    assertThat(error.value()).isEqualTo(1.5);
    assertThat(RelativeError.of(new float[1], new float[1]).value()).isZero();
    assertThat(RelativeError.of(new float[] {3}, new float[1]).value()).isEqualTo(3);
    assertThat(RelativeError.of(new float[1], new float[2]).value()).isInfinite();
    float[] nan = {Float.NaN};
    assertThat(RelativeError.of(nan, nan).value()).isInfinite();
    assertThat(RelativeError.of(new float[1], nan).value()).isInfinite();
  }

  /** As few as suffice, and none where the target is far. */
  @Test
  void auto_takesTensorsBackTo31Bits_whereTheTargetAsksForIt() {
    PreparedImport prepared = ModelImporter.prepare(Meter.onnx(), ImportOptions.defaults());
    Precision smallest = Precision.EIGHT_BITS.inField(ResidueField.P24);
    PrecisionSearch.Found narrow = search(prepared, 99, smallest);
    assertThat(in24Bits(narrow)).isPositive();
    double wide = search(prepared, 99, Precision.EIGHT_BITS.inField(ResidueField.P31)).error();
    for (double target : new double[] {narrow.error(), Math.max(wide, narrow.error() / 4)}) {
      PrecisionSearch.Found found = search(prepared, target, smallest);
      assertThat(found.met()).isTrue();
      assertThat(found.error()).isLessThanOrEqualTo(target);
      assertThat(in24Bits(found)).isLessThanOrEqualTo(in24Bits(narrow));
    }
    PrecisionSearch.Found impossible = search(prepared, 1e-12, smallest);
    assertThat(impossible.met()).isFalse();
    assertThat(in24Bits(impossible)).isZero();
  }

  private static long in24Bits(PrecisionSearch.Found found) {
    return found.bundle().plan().tensors().stream()
        .filter(tensor -> tensor.field() == ResidueField.P24)
        .count();
  }

  @Test
  void field24_isExact_andTheReportTellsTheFieldOfEveryLayer() {
    String checked = check("--precision", "fast", "--field", "24");
    assertThat(checked)
        .contains("\"exact\":true,\"integrityOk\":true", "\"field\":24", "\"signed\":false");
    assertThat(check("--precision", "fast", "--field", "31")).doesNotContain("\"field\":24");
    assertThat(run("--field", "16")).isEqualTo(2);
  }

  private PrecisionSearch.Found search(PreparedImport prepared, double target) {
    return search(prepared, target, Precision.EIGHT_BITS.inField(ResidueField.P31));
  }

  private PrecisionSearch.Found search(PreparedImport prepared, double target, Precision first) {
    List<PrecisionSearch.Sample> samples = new ArrayList<>();
    try (FloatModel floats = new FloatModel(Meter.onnx())) {
      for (Map<String, HostTensor> sample : Samples.read(rows, ModelInputs.of(prepared.inputs()))) {
        samples.add(new PrecisionSearch.Sample(sample, floats.run(sample)));
      }
    }
    return new PrecisionSearch(
            Meter.onnx(), prepared, samples, target, first, Kernels.choose(null), line -> {})
        .run();
  }

  private double[] layerErrors(Precision precision) {
    PreparedImport prepared = ModelImporter.prepare(Meter.onnx(), ImportOptions.defaults());
    ModelBundle bundle = prepared.bundle(precision);
    LayerErrors errors = new LayerErrors(bundle, prepared.layerReference());
    try (KernelNetwork network = new KernelNetwork(bundle, Kernels.choose(null));
        FloatModel floats = errors.floatModel(Meter.onnx())) {
      for (Map<String, HostTensor> sample : Samples.read(rows, ModelInputs.of(prepared.inputs()))) {
        network.run(sample, errors.observer());
        errors.compare(floats.run(sample));
      }
    }
    return errors.lines().stream().mapToDouble(LayerErrors.Line::relativeError).toArray();
  }

  private int run(String... options) {
    return Main.execute(checking(options).toArray(String[]::new));
  }

  private List<String> checking(String... options) {
    List<String> arguments =
        new ArrayList<>(List.of("check", Meter.onnx().toString(), "--inputs", rows.toString()));
    arguments.addAll(List.of(options));
    return arguments;
  }

  /** Of three rows two are a pass, and the last one is padded. */
  @Test
  void aBatch_isCheckedRowByRow_andEqualsWhatEachInputGivesAlone() {
    for (String precision : List.of("auto", "fast")) {
      String one = check("--precision", precision, "--per-layer");
      String two = check("--precision", precision, "--per-layer", "--batch", "2");
      assertThat(one).contains("\"batch\":1", "\"exact\":true,\"integrityOk\":true");
      assertThat(two).contains("\"batch\":2", "\"exact\":true,\"integrityOk\":true");
      assertThat(number(two, "maxRelativeError")).isEqualTo(number(one, "maxRelativeError"));
      assertThat(number(two, "bytesUp")).isEqualTo(2 * number(one, "bytesUp"));
      assertThat(two.split("\"name\":\"rows.npy", -1)).hasSize(1 + ROWS);
    }
  }

  private String check(String... options) {
    return json(checking(options));
  }

  private String imported(Path model) {
    return json(List.of("import", model.toString(), "-o", folder.resolve("bundle").toString()));
  }

  private static String json(List<String> arguments) {
    List<String> all = new ArrayList<>(arguments);
    all.add("--json");
    PrintStream before = System.out;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    try {
      assertThat(Main.execute(all.toArray(String[]::new))).isZero();
    } finally {
      System.setOut(before);
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  /** The error after every layer that has one. */
  private static double[] layerErrors(String json) {
    String[] parts = json.substring(json.indexOf("\"perLayer\"")).split("\"relativeError\":", -1);
    return Arrays.stream(parts)
        .skip(1)
        .mapToDouble(part -> Double.parseDouble(part.split("[,}]", 2)[0]))
        .toArray();
  }

  private static double number(String json, String key) {
    String from = json.substring(json.indexOf("\"" + key + "\":") + key.length() + 3);
    return Double.parseDouble(from.split("[,}]", 2)[0]);
  }
}
