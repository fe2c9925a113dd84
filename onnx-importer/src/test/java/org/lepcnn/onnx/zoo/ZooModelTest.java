/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.zoo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.model.LinearLayerSpec;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.onnx.ImportOptions;
import org.lepcnn.onnx.ImportReport;
import org.lepcnn.onnx.ModelImporter;
import org.lepcnn.onnx.plan.OffloadPolicy;

@Tag("slow")
class ZooModelTest {
  private static final int PIXELS = 3 * 224 * 224;

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource
  void counts_areThePublishedOnes(ZooModel model) {
    ZooCounts counts = model.count();

    assertThat(counts.parameters()).isEqualTo(model.publishedParameters());
    assertThat(counts.macs() / 1e9).isCloseTo(model.publishedGigaMacs(), within(0.005));
  }

  @ParameterizedTest
  @EnumSource(names = {"SQUEEZENET", "MOBILENETV2", "RESNET18"})
  void theImporter_findsTheSameLayers(ZooModel model) {
    ModelBundle bundle =
        importModel(model, ImportOptions.defaults().withOffload(OffloadPolicy.all()));

    assertThat(ImportReport.of(bundle).totalMacs()).isEqualTo(model.count().macs());
    assertThat(bundle.plan().layers())
        .extracting(LinearLayerSpec::geometry)
        .containsExactlyInAnyOrderElementsOf(model.layers());
  }

  @Test
  void squeezeNet_runsInEighteenRounds() {
    assertThat(importModel(ZooModel.SQUEEZENET).plan().rounds()).isEqualTo(18);
  }

  @Test
  void mobileNet_keepsItsDepthwiseLayersOnTheDevice() {
    ImportReport report = ImportReport.of(importModel(ZooModel.MOBILENETV2));

    assertThat(report.offloadedShare()).isBetween(0.85, 0.95);
  }

  @Test
  void resNet18_isOffloadedWhole() {
    ModelBundle bundle = importModel(ZooModel.RESNET18);

    assertThat(ImportReport.of(bundle).offloadedShare()).isGreaterThanOrEqualTo(0.999);
    assertThat(bundle.plan().rounds()).isEqualTo(18);
  }

  @ParameterizedTest
  @EnumSource(names = {"SQUEEZENET", "MOBILENETV2", "RESNET50"})
  void scores_areFiniteAndDependOnTheInput(ZooModel model) throws OrtException {
    float[][] scores = run(model, 1, 2);

    double largest = 0;
    double difference = 0;
    for (int i = 0; i < scores[0].length; i++) {
      assertThat(scores[0][i]).isFinite();
      largest = Math.max(largest, Math.abs(scores[0][i]));
      difference = Math.max(difference, Math.abs(scores[0][i] - scores[1][i]));
    }
    assertThat(scores[0]).hasSize(1000);
    assertThat(largest).isBetween(1e-2, 1e4);
    assertThat(difference).isGreaterThan(largest / 1000);
  }

  @Test
  void theSameSeed_givesTheSameBytes() {
    byte[] first = ZooModel.SQUEEZENET.build(7).toByteArray();

    assertThat(ZooModel.SQUEEZENET.build(7).toByteArray()).isEqualTo(first);
    assertThat(ZooModel.SQUEEZENET.build(8).toByteArray()).isNotEqualTo(first);
  }

  @Test
  void anUnknownName_isRefusedWithTheKnownOnes() {
    assertThatThrownBy(() -> ZooModel.named("lenet"))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("squeezenet")
        .hasMessageContaining("'lenet'");
  }

  private ModelBundle importModel(ZooModel model) {
    return importModel(model, ImportOptions.defaults());
  }

  private ModelBundle importModel(ZooModel model, ImportOptions options) {
    Path file = folder.resolve(model.modelName() + ".onnx");
    model.write(file, 1);
    return ModelImporter.importModel(file, options);
  }

  private static float[][] run(ZooModel model, long... pictures) throws OrtException {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    float[][] scores = new float[pictures.length][];
    try (OrtSession session = environment.createSession(model.build(1).toByteArray())) {
      for (int i = 0; i < pictures.length; i++) {
        try (OnnxTensor input =
                OnnxTensor.createTensor(
                    environment,
                    FloatBuffer.wrap(picture(pictures[i])),
                    new long[] {1, 3, 224, 224});
            OrtSession.Result result = session.run(Map.of("input", input))) {
          scores[i] = ((float[][]) result.get(0).getValue())[0];
        }
      }
    }
    return scores;
  }

  private static float[] picture(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] pixels = new float[PIXELS];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (float) (random.nextDouble() * 4 - 2);
    }
    return pixels;
  }
}
