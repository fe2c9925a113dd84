/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OnnxTensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.model.DeviceHalf.LayerReport;
import org.lepcnn.core.model.DeviceHalf.ValueSpec;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.onnx.graph.Graph;
import org.lepcnn.onnx.graph.Tensors;
import org.lepcnn.onnx.plan.OffloadPolicy;
import org.lepcnn.onnx.read.OnnxReader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The operator tests of ONNX with weights as constants: all that multiplies is offloaded. */
class OperatorTestdataTest {
  private static final Logger LOG = LoggerFactory.getLogger(OperatorTestdataTest.class);

  /**
   * Errors relative to the output's largest magnitude: with few weights per sum, those of int8
   * weights, 1/254 each at most, hardly average out.
   */
  private static final double TOLERANCE = 0.02;

  /**
   * The products of test_matmul_1d_3d cancel: Σ|w·x| is 3.4 for an output of 0.26. Weights up to
   * 2.22 are rounded by at most 2.22/254, times Σ|x| = 3.2: an error of up to 0.11 of the output.
   */
  private static final Map<String, Double> CANCELLING = Map.of("test_matmul_1d_3d", 0.11);

  /** Zero points per channel: ONNX Runtime's ConvInteger refuses to run it, with or without us. */
  private static final String NOT_RUN_BY_ONNX_RUNTIME = "test_convinteger_with_padding";

  @Test
  void whatOnnxRuntimeItselfDoesNotRun_isRefused() {
    Path folder = Testdata.require("onnx-node-const/v1.22.0/" + NOT_RUN_BY_ONNX_RUNTIME);

    assertThatThrownBy(() -> check(folder))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("ConvInteger");
  }

  @TestFactory
  Stream<DynamicTest> operators() throws IOException {
    Path root = Testdata.require("onnx-node-const/v1.22.0");
    try (Stream<Path> entries = Files.list(root)) {
      List<Path> folders =
          entries.filter(path -> !path.endsWith(NOT_RUN_BY_ONNX_RUNTIME)).sorted().toList();
      return folders.stream()
          .map(
              folder ->
                  DynamicTest.dynamicTest(folder.getFileName().toString(), () -> check(folder)));
    }
  }

  private static void check(Path folder) throws Exception {
    Path file = folder.resolve("model.onnx");
    ModelBundle bundle =
        ModelImporter.importModel(file, ImportOptions.defaults().withOffload(OffloadPolicy.all()));
    Graph graph = new Graph(OnnxReader.read(file).model());
    for (LayerReport line : bundle.device().report()) {
      LOG.info("{} {} {}", folder.getFileName(), line.op(), line.reason());
    }
    for (Path dataSet : Testdata.dataSets(folder)) {
      Map<String, OnnxTensor> inputs = Testdata.inputs(dataSet, graph);
      Map<String, float[]> outputs = PlainNetwork.run(bundle, inputs, 1).outputs();
      for (int i = 0; i < bundle.device().outputs().size(); i++) {
        ValueSpec spec = bundle.device().outputs().get(i);
        if (outputs.containsKey(spec.name())) {
          float[] expected =
              Tensors.floats(Testdata.tensor(dataSet.resolve("output_" + i + ".pb")));
          double error = RealModelsIT.relativeError(expected, outputs.get(spec.name()));
          LOG.info("{}: relative error {}", folder.getFileName(), error);
          assertThat(error)
              .isLessThanOrEqualTo(
                  CANCELLING.getOrDefault(folder.getFileName().toString(), TOLERANCE));
        }
      }
    }
  }
}
