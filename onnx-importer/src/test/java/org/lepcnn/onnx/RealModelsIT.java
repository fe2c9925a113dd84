/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OnnxTensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.model.DeviceHalf.LayerReport;
import org.lepcnn.core.model.DeviceHalf.ValueSpec;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.onnx.graph.Graph;
import org.lepcnn.onnx.graph.Tensors;
import org.lepcnn.onnx.read.OnnxReader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Real models. The expected outputs are those of the float network. */
class RealModelsIT {
  private static final Logger LOG = LoggerFactory.getLogger(RealModelsIT.class);

  /**
   * Model, rounds, and the largest error allowed, relative to the output's largest magnitude. The
   * tolerances are loose: an int8 weight is off by up to 1/254 of its channel's largest, which the
   * layers average out but a softmax or a close race between classes enlarges.
   */
  @ParameterizedTest
  @CsvSource({
    "mnist/cntk-mnist-8, 3, 0.02",
    "mnist/lenet5-tanh-avgpool, 5, 0.02",
    "mnist/mnistfc-256x2, 3, 0.03",
    "mnist/verivital-convnet-maxpool, 1, 0.02",
    "cifar10/biasfield-base, 8, 0.03",
    "cifar10/marabou-medium-nhwc, 5, 0.05",
    "cifar10/marabou-small-nhwc, 5, 0.05",
    "cifar10/mixnet-ts17-folded, 9, 0.03",
    "cifar10/oval21-base, 4, 0.02",
    "cifar10/vnn-resnet-2b, 7, 0.03",
    "cifar10/vnn-resnet-2b-extdata, 7, 0.03",
    "mlperf-tiny/ad-autoencoder-nchw-folded, 8, 0.03",
    "mlperf-tiny/ic-resnet8-cifar10-nhwc-bn, 8, 0.01",
    "mlperf-tiny/kws-dscnn-nchw-folded, 6, 0.03",
    "mlperf-tiny/vww-mobilenetv1-025-nhwc-bn, 13, 0.03",
    "face/ultraface-slim-320, 16, 0.06",
    "face/ultraface-slim-320_simplified, 16, 0.2",
    "imagenet/squeezenet1.1-fp32, 18, 0.15",
    "sensor/collins-rul-full_window_20, 4, 0.01",
    "sensor/ecg-cnn1d, 3, 0.05",
    "misc/cgan-32_nCh_1, 7, 0.01",
  })
  void aRealModel_staysCloseToFloat(String name, int rounds, double tolerance) throws Exception {
    Path folder = Testdata.require(name);
    ModelBundle bundle = importModel(folder.resolve("model.onnx"));

    assertThat(bundle.plan().rounds()).isEqualTo(rounds);
    for (Path dataSet : Testdata.dataSets(folder).stream().limit(2).toList()) {
      assertThat(worstRelativeError(bundle, folder, dataSet)).isLessThanOrEqualTo(tolerance);
    }
  }

  @Test
  void aBinarisedNet_isOffloadedWhole() throws Exception {
    // its sign functions turn the smallest rounding at zero into another answer now and then, so
    // that the errors of its outputs say nothing
    ModelBundle bundle = importModel(Testdata.require("misc/gtsrb-bnn-30").resolve("model.onnx"));

    assertThat(bundle.plan().rounds()).isEqualTo(3);
    assertThat(bundle.device().report()).allMatch(LayerReport::offloaded);
  }

  @ParameterizedTest
  @CsvSource({"sr/super-resolution-10, 4", "style/fns-candy, 16"})
  void aLargeModel_imports(String name, int rounds) throws Exception {
    ModelBundle bundle = importModel(Testdata.require(name).resolve("model.onnx"));

    assertThat(bundle.plan().rounds()).isEqualTo(rounds);
    assertThat(ImportReport.of(bundle).offloadedShare()).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({
    "light_bvlc_alexnet, 8",
    "light_squeezenet, 18",
    "light_vgg19, 19",
    "light_resnet50, 50",
  })
  void aKnownTopology_takesTheKnownRounds(String name, int rounds) throws Exception {
    ModelBundle bundle = importModel(Testdata.require("onnx-light").resolve(name + ".onnx"));

    assertThat(bundle.plan().rounds()).isEqualTo(rounds);
    assertThat(ImportReport.of(bundle).offloadedShare()).isGreaterThanOrEqualTo(0.999);
  }

  @ParameterizedTest
  @ValueSource(strings = {"deeploy-CNN_Linear1", "winml-custom-noisyrelu"})
  void aModelThatCannotBeRun_isRefusedWithAClearMessage(String name) {
    Path file = Testdata.require("negative/" + name).resolve("model.onnx");

    assertThatThrownBy(() -> importModel(file))
        .isInstanceOf(BadInputException.class)
        .satisfies(e -> LOG.info("{}: {}", name, e.getMessage()));
  }

  private static ModelBundle importModel(Path file) {
    ModelBundle bundle = ModelImporter.importModel(file, ImportOptions.defaults());
    LOG.debug("{}", ImportReport.of(bundle).table());
    return bundle;
  }

  private static double worstRelativeError(ModelBundle bundle, Path folder, Path dataSet)
      throws Exception {
    Graph graph = new Graph(OnnxReader.read(folder.resolve("model.onnx")).model());
    Map<String, OnnxTensor> inputs = Testdata.inputs(dataSet, graph);
    Map<String, float[]> outputs = PlainNetwork.run(bundle, inputs, 1).outputs();
    double worst = 0;
    List<ValueSpec> specs = bundle.device().outputs();
    for (int i = 0; i < specs.size(); i++) {
      Path file = dataSet.resolve("output_" + i + ".pb");
      if (Files.exists(file)) {
        float[] expected = Tensors.floats(Testdata.tensor(file));
        double error = relativeError(expected, outputs.get(specs.get(i).name()));
        LOG.info("{} {}: relative error {}", dataSet, specs.get(i).name(), error);
        worst = Math.max(worst, error);
      }
    }
    return worst;
  }

  static double relativeError(float[] expected, float[] found) {
    assertThat(found).hasSameSizeAs(expected);
    double error = 0;
    double max = 0;
    for (int i = 0; i < expected.length; i++) {
      error = Math.max(error, Math.abs(expected[i] - found[i]));
      max = Math.max(max, Math.abs(expected[i]));
    }
    return max == 0 ? error : error / max;
  }
}
