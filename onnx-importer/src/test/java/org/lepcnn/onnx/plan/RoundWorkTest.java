/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.lepcnn.onnx.OnnxModels.dims;

import ai.onnxruntime.OrtException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.onnx.FloatNetwork;
import org.lepcnn.onnx.ImportOptions;
import org.lepcnn.onnx.ImportReport;
import org.lepcnn.onnx.ModelImporter;
import org.lepcnn.onnx.OnnxModels;

class RoundWorkTest {
  private static final ImportOptions DEFAULTS = ImportOptions.defaults();

  @TempDir Path folder;

  @Test
  void aLongPassOfLightRounds_staysOnTheDevice() {
    ImportReport report = report(chain(17, 400), DEFAULTS);

    assertThat(report.rounds()).isZero();
    assertThat(report.layers())
        .hasSize(17)
        .allSatisfy(
            layer ->
                assertThat(layer.reason())
                    .isEqualTo(
                        "not worth a round: it would carry 1,600 multiplications, fewer than"
                            + " 100,000, and be one of 17"));
  }

  @Test
  void aShortPassOfLightRounds_isOffloadedWhole() {
    assertThat(report(chain(16, 400), DEFAULTS).rounds()).isEqualTo(16);
  }

  @Test
  void ofALongPass_roundsOfEnoughWorkAreKept() {
    OnnxModels model = chain(17, 400);
    model.node("MatMul", "wide", "v17 " + model.weights(1, 40, 2_500));
    model.output("wide");

    ImportReport report = report(model, DEFAULTS);

    assertThat(report.rounds()).isEqualTo(1);
    assertThat(report.offloadedMacs()).isEqualTo(100_000);
    assertThat(report.totalMacs()).isEqualTo(100_000 + 17 * 1_600);
  }

  @Test
  void layersThatShareARound_areWeighedTogether() {
    OnnxModels model = chain(17, 400);
    model.node("MatMul", "left", "v17 " + model.weights(1, 40, 1_250));
    model.node("MatMul", "right", "v17 " + model.weights(1, 40, 1_250));
    model.output("left", "right");

    assertThat(report(model, DEFAULTS).offloadedMacs()).isEqualTo(100_000);
  }

  @Test
  void aBoundThatIsAskedFor_holdsInAnyPass() {
    OnnxModels model = chain(2, 400);
    model.node("MatMul", "last", "v2 " + model.weights(1, 40, 50));
    model.output("last");

    assertThat(report(model, DEFAULTS.withMinRoundWork(1_601)).rounds()).isEqualTo(1);
    assertThat(report(model, DEFAULTS.withMinRoundWork(1_600)).rounds()).isEqualTo(3);
    assertThat(report(chain(17, 400), DEFAULTS.withMinRoundWork(0)).rounds()).isEqualTo(17);
  }

  @Test
  void allThatCanBe_isOffloadedInAnyNumberOfRounds() {
    ImportOptions all = DEFAULTS.withOffload(OffloadPolicy.all());

    assertThat(report(chain(17, 400), all).rounds()).isEqualTo(17);
    assertThat(report(chain(17, 400), all.withMinRoundWork(2_000)).rounds()).isZero();
  }

  @Test
  void whatStaysOnTheDevice_isStillComputed() throws OrtException {
    OnnxModels model = chain(3, 400);
    model.node("MatMul", "wide", "v3 " + model.weights(1, 40, 60));
    model.output("wide");

    FloatNetwork.assertImports(model.write(folder), DEFAULTS.withMinRoundWork(2_000), 1, 0.01);
  }

  /** Products of a row of 40 by square matrices, each followed by ReLU: 1,600 multiplications. */
  private static OnnxModels chain(int rounds, int seed) {
    OnnxModels model = new OnnxModels(seed);
    model.input("v0", dims(1, 40));
    for (int i = 0; i < rounds; i++) {
      model.node("MatMul", "m" + i, "v" + i + " " + model.weights(1, 40, 40));
      model.node("Relu", "v" + (i + 1), "m" + i);
    }
    return model;
  }

  private ImportReport report(OnnxModels model, ImportOptions options) {
    if (model.graph().getOutputCount() == 0) {
      model.output("v" + model.graph().getNodeCount() / 2);
    }
    return ImportReport.of(ModelImporter.importModel(model.write(folder), options));
  }
}
