/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.lepcnn.onnx.OnnxModels.dims;
import static org.lepcnn.onnx.OnnxModels.integer;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TrainingInfoProto;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.onnx.plan.Precision;

class ModelNotesTest {
  @TempDir Path folder;

  @Test
  void ordinaryModel_hasNone() {
    assertThat(notes(picture(1).output("y"))).isEmpty();
  }

  @Test
  void normalizationInTrainingMode_isSaid() {
    OnnxModels model = picture(1).opset(15);
    model.node("BatchNormalization", "n", "y" + four(model, 12), integer("training_mode", 1));
    model.graph().getNodeBuilder(model.graph().getNodeCount() - 1).addOutput("m").addOutput("v");
    assertThat(notes(model.output("n"))).singleElement().asString().contains("training mode");
    OnnxModels inference = picture(1).opset(15);
    inference.node("BatchNormalization", "n", "y" + four(inference, 12));
    assertThat(notes(inference.output("n"))).isEmpty();
  }

  @Test
  void dropoutInTrainingMode_isSaid_alsoInABody() {
    for (int training : new int[] {0, 1}) {
      OnnxModels model = picture(1);
      String mode = truth(model, training);
      model.node("Dropout", "d", "y " + model.constant(new float[] {0.5f}) + " " + mode);
      List<String> notes = notes(model.output("d"));
      assertThat(notes).hasSize(training);
      assertThat(String.join("", notes)).contains(training == 1 ? "no two answers" : "");

      OnnxModels branch = new OnnxModels(2).opset(13).input("x", 1, 4);
      branch.node("ReduceSum", "sum", "x", OnnxModels.integer("keepdims", 0));
      branch.node("Greater", "condition", "sum " + branch.constant(new float[] {0}));
      String inner = truth(branch, training);
      branch.node(
          "If",
          "y",
          "condition",
          OnnxModels.body("then_branch", dropout("a", inner)),
          OnnxModels.body("else_branch", dropout("b", inner)));
      assertThat(notes(branch.output("y"))).hasSize(2 * training);
    }
  }

  @Test
  void trainingInformation_isLeftOut_andSaid() throws Exception {
    ModelProto model =
        picture(1).output("y").build().toBuilder()
            .addTrainingInfo(TrainingInfoProto.getDefaultInstance())
            .build();
    Path file = Files.write(folder.resolve("training.onnx"), model.toByteArray());
    assertThat(ModelImporter.prepare(file, ImportOptions.defaults()).notes())
        .singleElement()
        .asString()
        .contains("training information");
  }

  @Test
  void weightsThatAreNoNumbers_areSaid_andStayOnTheDevice() {
    for (float value : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
      OnnxModels model = new OnnxModels(3).input("x", 1, 32);
      float[] weights = new float[32 * 32];
      weights[7] = value;
      model.node("MatMul", "y", "x " + model.constant(weights, 32, 32));
      Path file = model.output("y").write(folder);
      PreparedImport prepared = ModelImporter.prepare(file, ImportOptions.defaults());
      assertThat(prepared.notes())
          .singleElement()
          .asString()
          .contains(Float.isNaN(value) ? "1 NaN and 0 infinite" : "0 NaN and 1 infinite");
      assertThat(prepared.offloadedLayers()).isEmpty();
    }
  }

  @Test
  void inputsThatNoPictureFits_areSaid() {
    assertThat(notes(picture(8).output("y")))
        .singleElement()
        .asString()
        .contains("takes 8 at once", "batch of 1");
    OnnxModels two = new OnnxModels(4).input("a", 1, 3).input("b", 1, 3);
    two.node("Add", "y", "a b");
    assertThat(notes(two.output("y"))).singleElement().asString().contains("2 inputs");
  }

  @Test
  void stepsOfAnImport_areToldWhenTheyBegin() {
    List<String> steps = new ArrayList<>();
    Path file = picture(1).output("y").write(folder);
    ModelImporter.prepare(file, ImportOptions.defaults(), steps::add)
        .bundle(Precision.FAST, steps::add);
    assertThat(steps).first().isEqualTo("reading the model");
    assertThat(steps).contains("running the model once");
    assertThat(steps).last().asString().startsWith("rounding the weights of layer 1");
  }

  private List<String> notes(OnnxModels model) {
    return ModelImporter.prepare(model.write(folder), ImportOptions.defaults()).notes();
  }

  private static OnnxModels picture(int batch) {
    OnnxModels model = new OnnxModels(1).opset(13).input("x", batch, 3, 8, 8);
    model.conv("x", "y", dims(12, 3, 3, 3));
    return model;
  }

  private static String four(OnnxModels model, int channels) {
    String names = "";
    for (int i = 0; i < 4; i++) {
      names += " " + model.vector(channels, 0.5, 1);
    }
    return names;
  }

  private static String truth(OnnxModels model, int value) {
    String name = "truth" + model.graph().getInitializerCount();
    model
        .graph()
        .addInitializer(
            TensorProto.newBuilder().setName(name).setDataType(9).addInt32Data(value).build());
    return name;
  }

  private static GraphProto.Builder dropout(String output, String mode) {
    return GraphProto.newBuilder()
        .setName("body")
        .addNode(
            NodeProto.newBuilder()
                .setOpType("Dropout")
                .addInput("x")
                .addInput("")
                .addInput(mode)
                .addOutput(output))
        .addOutput(OnnxModels.value(output, TensorProto.DataType.FLOAT, 1, 4));
  }
}
