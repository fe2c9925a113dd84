/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.examples.meter.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TrainerTest {
  @Test
  void theModel_dependsOnTheSeedAndNotOnTheNumberOfThreads() {
    byte[] model = train(1, 2, 1);
    assertThat(train(1, 2, 2)).isEqualTo(model);
    assertThat(train(2, 2, 2)).isNotEqualTo(model);
  }

  @Test
  void theExportedGraph_isOfTheDocumentedForm() throws InvalidProtocolBufferException {
    ModelProto model = ModelProto.parseFrom(train(1, 1, 2));
    assertThat(model.getIrVersion()).isEqualTo(8);
    assertThat(model.getOpsetImport(0).getVersion()).isEqualTo(13);
    assertThat(shape(model.getGraph().getInput(0))).containsExactly(1, 1, 32, 32);
    assertThat(shape(model.getGraph().getOutput(0))).containsExactly(1, 10);
    assertThat(model.getGraph().getInput(0).getName()).isEqualTo("picture");
    assertThat(model.getGraph().getOutput(0).getName()).isEqualTo("probabilities");
    Map<String, Integer> nodes = new HashMap<>();
    List<String> convolutionInputs = new ArrayList<>();
    for (NodeProto node : model.getGraph().getNodeList()) {
      nodes.merge(node.getOpType(), 1, Integer::sum);
      if (node.getOpType().equals("Conv")) {
        convolutionInputs.add(node.getInput(0));
      }
    }
    assertThat(nodes)
        .containsEntry("Conv", 5)
        .containsEntry("BatchNormalization", 5)
        .containsEntry("MaxPool", 3)
        .containsEntry("Gemm", 2)
        .containsEntry("Add", 1)
        .containsEntry("Softmax", 1);
    assertThat(convolutionInputs).as("both branches read one tensor").contains("pool1.output");
    assertThat(convolutionInputs.stream().filter("pool1.output"::equals)).hasSize(2);
  }

  @Test
  void noSteps_areRefused() {
    try (Workers workers = new Workers(1)) {
      assertThatThrownBy(() -> new Trainer(1, 0, workers, progress -> {}))
          .hasMessageContaining("found 0");
    }
  }

  private static byte[] train(long seed, int steps, int threads) {
    try (Workers workers = new Workers(threads)) {
      return new Trainer(seed, steps, workers, progress -> {}).train().toOnnx();
    }
  }

  private static List<Integer> shape(ValueInfoProto value) {
    List<Integer> shape = new ArrayList<>();
    value
        .getType()
        .getTensorType()
        .getShape()
        .getDimList()
        .forEach(dimension -> shape.add((int) dimension.getDimValue()));
    return shape;
  }
}
