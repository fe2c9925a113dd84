/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import org.junit.jupiter.api.Test;

class ModelAnswersTest {
  @Test
  void names_areReadInTheFormsOfExporters() {
    assertThat(ModelAnswers.names("{0: 'person', 1: \"dog's bowl\", 2: 'bird'}"))
        .containsExactly("person", "dog's bowl", "bird");
    assertThat(ModelAnswers.names("{\"1\": \"b\", \"0\": \"a\"}")).containsExactly("a", "b");
    assertThat(ModelAnswers.names("['a', \"b, c\"]")).containsExactly("a", "b, c");
    assertThat(ModelAnswers.names("a\n b \n\n")).containsExactly("a", "b");
    assertThat(ModelAnswers.names("{0: 'a', 2: 'c'}")).isEmpty();
    assertThat(ModelAnswers.names("")).isEmpty();
  }

  private static NodeProto node(String op, String input, String output) {
    return NodeProto.newBuilder().setOpType(op).addInput(input).addOutput(output).build();
  }

  @Test
  void outputsBehindSoftmaxOrSigmoid_areProbabilities() {
    GraphProto.Builder graph =
        GraphProto.newBuilder()
            .addNode(node("Softmax", "x", "s"))
            .addNode(node("Flatten", "s", "a"))
            .addNode(node("Relu", "s", "b"))
            .addNode(node("Sigmoid", "x", "c"));
    for (String output : new String[] {"a", "b", "c", "x"}) {
      graph.addOutput(ValueInfoProto.newBuilder().setName(output));
    }
    ModelProto model =
        ModelProto.newBuilder()
            .setGraph(graph)
            .addMetadataProps(
                StringStringEntryProto.newBuilder().setKey("names").setValue("{0: 'a', 1: 'b'}"))
            .build();
    assertThat(ModelAnswers.of(model).probabilities()).containsExactly("a", "c");
    assertThat(ModelAnswers.of(model).names()).containsExactly("a", "b");
  }
}
