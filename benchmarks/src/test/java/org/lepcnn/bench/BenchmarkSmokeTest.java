/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.bench.measure.BenchModel;
import org.lepcnn.bench.report.BenchResult;
import org.lepcnn.bench.report.Figure;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.device.key.CipherSuite;
import org.lepcnn.onnx.ImportOptions;
import org.lepcnn.onnx.cut.CutLimits;
import org.lepcnn.onnx.cut.DeviceProfile;
import org.lepcnn.onnx.cut.Objective;
import org.lepcnn.onnx.cut.ProfileFile;
import org.lepcnn.onnx.plan.OffloadPolicy;
import org.lepcnn.onnx.plan.Precision;

/** Every benchmark with tiny settings: what it tells, not how fast anything is. */
@Tag("slow")
class BenchmarkSmokeTest {
  private static final Consumer<String> QUIET = step -> {};

  @TempDir Path folder;
  private Path onnx;

  @BeforeEach
  void writeModel() throws Exception {
    onnx = TinyModel.write(folder);
  }

  @Test
  void kernels_compareEveryLayerAndTheTotal() throws Exception {
    BenchResult result;
    try (BenchModel model = BenchModel.open(onnx.toString())) {
      KernelBenchmark.Options options = new KernelBenchmark.Options(null, List.of(1, 2), 2, 0.1);
      result = KernelBenchmark.run(model, options, QUIET);
    }

    assertThat(names(result))
        .containsExactly(
            "masked ÷ plain float, linear layers, 1 thread(s)",
            "8 devices' fc in one batch ÷ 8 plain runs one by one",
            "masked ÷ plain float, linear layers, 2 thread(s)");
    assertThat(result.figures()).allMatch(figure -> figure.value() > 0);
    requireWritten(result, "kernels-tiny");
    assertThat(result.json())
        .contains("\"layer\":\"conv\"", "\"layer\":\"fc\"", "\"layer\":\"total\"", "\"ratio\":");
  }

  @Test
  void kernels_measureTheFieldThatIsAskedFor() throws Exception {
    KernelBenchmark.Options options = new KernelBenchmark.Options("scalar", List.of(1), 1, 0.1);
    for (ResidueField field : ResidueField.values()) {
      ImportOptions importing =
          ImportOptions.defaults().withPrecision(Precision.FAST.inField(field));
      try (BenchModel model = BenchModel.open(onnx.toString(), importing, null)) {
        // the fully connected layer's weights, of 12 bits, leave too few for its input
        int small = field == ResidueField.P24 ? 1 : 0;
        assertThat(KernelBenchmark.run(model, options, QUIET).text())
            .contains(small + " of 2 layers in 24 bits");
      }
    }
  }

  @Test
  void device_tellsStepsSizesAndShare() throws Exception {
    BenchResult result;
    try (BenchModel model = BenchModel.open(onnx.toString())) {
      result =
          DeviceBenchmark.run(
              model, new DeviceBenchmark.Options("scalar", CipherSuite.CHACHA, 2, 3), QUIET);
    }

    assertThat(value(result, "share of multiplications offloaded")).isEqualTo(1);
    assertThat(value(result, "up, per pass")).isEqualTo(4 * (3 * 11 * 9 + 16 * 6 * 4));
    assertThat(value(result, "down, per pass")).isEqualTo(4 * (16 * 6 * 4 + 40));
    requireWritten(result, "device-tiny");
    assertThat(result.text())
        .contains(
            "quantize and mask", "open table", "unmask and dequantize", "MODEL, not measured");
  }

  @Test
  void device_aCutWithoutRounds_isMeasuredToo() throws Exception {
    DeviceProfile profile = ProfileFile.named("x86-avx512");
    OffloadPolicy cut = new OffloadPolicy.Optimise(Objective.LATENCY, profile, CutLimits.NONE);
    BenchResult result;
    try (BenchModel model =
        BenchModel.open(onnx.toString(), ImportOptions.defaults().withOffload(cut), profile)) {
      result =
          DeviceBenchmark.run(
              model, new DeviceBenchmark.Options("scalar", CipherSuite.AES, 2, 3), QUIET);
    }

    assertThat(value(result, "share of multiplications offloaded")).isZero();
    assertThat(value(result, "up, per pass")).isZero();
    assertThat(result.json()).contains("\"predictions\"").doesNotContain("NaN");
  }

  @Test
  void offline_countsPassesAgainstInferences() throws Exception {
    BenchResult result;
    try (BenchModel model = BenchModel.open(onnx.toString())) {
      result = OfflineBenchmark.run(model, new OfflineBenchmark.Options(null, 2, 3, 2), QUIET);
    }

    assertThat(result.figures()).allMatch(figure -> figure.value() > 0);
    requireWritten(result, "offline-tiny");
  }

  @Test
  void theTemporaryFolder_goesWithTheModel() {
    BenchModel model = BenchModel.open(onnx.toString());
    Path work = model.work();
    assertThat(work).isDirectory();

    model.close();

    assertThat(work).doesNotExist();
  }

  @Test
  void anUnknownModel_isRefusedWithTheKnownOnes() {
    assertThatThrownBy(() -> BenchModel.open("no-such-network"))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("squeezenet")
        .hasMessageContaining("no-such-network");
  }

  private void requireWritten(BenchResult result, String name) throws Exception {
    Path out = folder.resolve("out");
    result.write(out);
    String json = Files.readString(out.resolve(name + ".json"));
    assertThat(json)
        .contains("\"machine\":{\"processor\":", "\"cores\":", "\"jvm\":", "\"kernel\":")
        .contains("\"figures\":[{", "\"rows\":[{", "\"notes\":[");
    assertThat(Files.readAllBytes(out.resolve(name + ".png"))).startsWith(0x89, 'P', 'N', 'G');
    assertThat(out.resolve(name + ".txt")).exists();
  }

  private static List<String> names(BenchResult result) {
    return result.figures().stream().map(Figure::name).toList();
  }

  private static double value(BenchResult result, String name) {
    return result.figures().stream()
        .filter(figure -> figure.name().equals(name))
        .findFirst()
        .orElseThrow()
        .value();
  }
}
