/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.graph;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.onnx.ImportOptions;
import org.lepcnn.onnx.ModelImporter;
import org.lepcnn.onnx.OnnxModels;
import org.lepcnn.onnx.plan.OffloadPolicy;

/** A layer behind an operator whose shape or execution depends on data stays on the device. */
class DataDependenceTest {
  private static final ImportOptions ALL =
      ImportOptions.defaults().withOffload(OffloadPolicy.all());

  @TempDir Path folder;

  @Test
  void contributedOperatorWithAShapeFromData_keepsTheLayerOnTheDevice() {
    OnnxModels model = contributed();
    NodeProto unique =
        NodeProto.newBuilder()
            .setOpType("Unique")
            .setDomain("com.microsoft")
            .addInput("x")
            .addOutput("u")
            .addOutput("index")
            .addOutput("count")
            .build();
    model.graph().addNode(unique);
    model.node("Unsqueeze", "column", "u " + model.integers(1));
    assertStays(product(model, "column", 1));
  }

  @Test
  void contributedOperatorThatIsNotListed_keepsTheLayerOnTheDevice() {
    NodeProto pad =
        NodeProto.newBuilder().setOpType("BifurcationDetector").setDomain("com.microsoft").build();
    assertThat(depends(pad)).isTrue();
    assertThat(depends(pad.toBuilder().setOpType("Pad").build())).isTrue();
    assertThat(depends(pad.toBuilder().setOpType("BrandNew").build())).isTrue();
    assertThat(depends(pad.toBuilder().setDomain("ai.onnx.training").build())).isTrue();
    assertThat(depends(pad.toBuilder().setOpType("Gelu").build())).isFalse();
  }

  @Test
  void contributedOperatorThatIsListed_doesNotHinder() {
    OnnxModels model = contributed();
    model
        .graph()
        .addNode(
            NodeProto.newBuilder()
                .setOpType("Gelu")
                .setDomain("com.microsoft")
                .addInput("x")
                .addOutput("g"));
    model.node("Unsqueeze", "row", "g " + model.integers(0));
    assertThat(product(model, "row", 20).plan().rounds()).isEqualTo(1);
  }

  /** As many indices as there are positive numbers, and yet the shape of the data. */
  @Test
  void scatterAtPlacesThatDependOnData_keepsTheShapeOfItsData() {
    OnnxModels model = new OnnxModels(3).opset(13).input("x", 1, 20);
    model.node("Relu", "positive", "x");
    model.node("NonZero", "places", "positive");
    model.node("Transpose", "indices", "places");
    model.node("GatherND", "values", "x indices");
    model.node("ScatterND", "changed", "x indices values");
    assertThat(product(model, "changed", 20).plan().rounds()).isEqualTo(1);
  }

  @Test
  void scan_countsAsItsBodyDoes() {
    assertStays(product(scan("NonZero"), "s", 20));
    assertThat(product(scan("Relu"), "s", 20).plan().rounds()).isEqualTo(1);
  }

  private OnnxModels scan(String op) {
    OnnxModels model = new OnnxModels(3).opset(13).input("m", 4, 20);
    GraphProto.Builder body =
        GraphProto.newBuilder()
            .setName("body")
            .addInput(OnnxModels.value("row", TensorProto.DataType.FLOAT, 20))
            .addNode(NodeProto.newBuilder().setOpType("Relu").addInput("row").addOutput("out"))
            .addNode(NodeProto.newBuilder().setOpType(op).addInput("row").addOutput("unused"))
            .addOutput(OnnxModels.value("out", TensorProto.DataType.FLOAT, 20));
    model.node(
        "Scan", "s", "m", OnnxModels.body("body", body), OnnxModels.integer("num_scan_inputs", 1));
    return model;
  }

  private static OnnxModels contributed() {
    OnnxModels model = new OnnxModels(3).opset(13).input("x", 20);
    model
        .model()
        .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("com.microsoft").setVersion(1));
    return model;
  }

  private static boolean depends(NodeProto node) {
    OnnxModels whole = new OnnxModels(1).input("x", 1);
    whole.node("Relu", "y", "x");
    return DataDependence.dependsOnData(
        new Graph(whole.output("y").build()), new Node(node), input -> true);
  }

  private ModelBundle product(OnnxModels model, String input, int depth) {
    model.node("MatMul", "y", input + " " + model.weights(1, depth, 24), new AttributeProto[0]);
    return ModelImporter.importModel(model.output("y").write(folder), ALL);
  }

  private static void assertStays(ModelBundle bundle) {
    assertThat(bundle.plan().rounds()).isZero();
    assertThat(bundle.device().report()).hasSize(1);
    assertThat(bundle.device().report().get(0).reason()).contains("depends on the data");
  }
}
