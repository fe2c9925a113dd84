/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.lepcnn.onnx.OnnxModels.dims;
import static org.lepcnn.onnx.OnnxModels.integer;
import static org.lepcnn.onnx.OnnxModels.ints;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.model.DeviceHalf;
import org.lepcnn.core.model.DeviceHalf.LayerReport;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.core.quant.ActivationRange;
import org.lepcnn.core.quant.Headroom;
import org.lepcnn.onnx.plan.OffloadPolicy;

class GraphImportTest {
  private static final ImportOptions AUTO = ImportOptions.defaults();
  private static final ImportOptions ALL = AUTO.withOffload(OffloadPolicy.all());

  @TempDir Path folder;

  @Test
  void residualBranches_shareOneMaskedTensorInOneRound() throws Exception {
    OnnxModels model = new OnnxModels(1).input("x", 1, 16, 8, 8);
    model.conv("x", "a", dims(16, 16, 3, 3), ints("pads", 1, 1, 1, 1), ints("strides", 2, 2));
    model.node("Relu", "b", "a");
    model.conv("b", "c", dims(16, 16, 3, 3), ints("pads", 1, 1, 1, 1));
    model.conv("x", "shortcut", dims(16, 16, 1, 1), ints("strides", 2, 2));
    model.node("Add", "sum", "c shortcut");
    model.node("Relu", "y", "sum");
    model.output("y");

    ModelBundle bundle = FloatNetwork.assertImports(model.write(folder), AUTO, 2, 2);

    assertThat(bundle.plan().tensors()).hasSize(2);
    assertThat(bundle.plan().layersOfRound(0)).hasSize(2);
    assertThat(bundle.device().report())
        .extracting(LayerReport::bytesUp)
        .containsExactly(4096L, 1024L, 0L);
  }

  @Test
  void aShortcutBesideAnOffloadedLayer_isJudgedByItsOutputAlone() throws Exception {
    OnnxModels model = new OnnxModels(2).input("x", 1, 8, 8, 8);
    model.conv("x", "main", dims(16, 8, 3, 3), ints("pads", 1, 1, 1, 1));
    model.conv("x", "shortcut", dims(16, 8, 1, 1));
    model.node("Add", "y", "main shortcut");
    model.output("y");
    ModelBundle together = ModelImporter.importModel(model.write(folder), AUTO);

    OnnxModels alone = new OnnxModels(2).input("x", 1, 8, 8, 8);
    alone.conv("x", "y", dims(16, 8, 1, 1));
    alone.output("y");
    ModelBundle apart = ModelImporter.importModel(alone.write(folder), AUTO);

    assertThat(together.plan().layers()).hasSize(2);
    assertThat(apart.plan().layers()).isEmpty();
  }

  @Test
  void aFireModule_takesTwoRounds() throws Exception {
    OnnxModels model = new OnnxModels(3).input("x", 1, 32, 6, 6);
    model.node("Relu", "squeezed", model.conv("x", "s", dims(16, 32, 1, 1)));
    model.node("Relu", "left", model.conv("squeezed", "l", dims(64, 16, 1, 1)));
    model.node(
        "Relu", "right", model.conv("squeezed", "r", dims(64, 16, 3, 3), ints("pads", 1, 1, 1, 1)));
    model.node("Concat", "y", "left right", integer("axis", 1));
    model.output("y");

    ModelBundle bundle = FloatNetwork.assertImports(model.write(folder), AUTO, 2, 1);

    assertThat(bundle.plan().tensorsOfRound(1)).hasSize(1);
    assertThat(bundle.plan().layersOfRound(1)).hasSize(2);
  }

  @Test
  void anInceptionModule_takesAsManyRoundsAsItsLongestBranch() throws Exception {
    OnnxModels model = new OnnxModels(4).input("x", 1, 16, 7, 7);
    model.conv("x", "b1", dims(16, 16, 1, 1));
    model.conv("x", "b2a", dims(16, 16, 1, 1));
    model.node("Relu", "b2r", "b2a");
    model.conv("b2r", "b2", dims(16, 16, 3, 3), ints("pads", 1, 1, 1, 1));
    model.node("Relu", "b3r", model.conv("x", "b3a", dims(16, 16, 1, 1)));
    model.node(
        "Relu", "b3s", model.conv("b3r", "b3b", dims(16, 16, 1, 3), ints("pads", 0, 1, 0, 1)));
    model.conv("b3s", "b3", dims(16, 16, 3, 1), ints("pads", 1, 0, 1, 0));
    model.node("MaxPool", "pool", "x", ints("kernel_shape", 3, 3), ints("pads", 1, 1, 1, 1));
    model.conv("pool", "b4", dims(16, 16, 1, 1));
    model.node("Concat", "y", "b1 b2 b3 b4", integer("axis", 1));
    model.output("y");

    ModelBundle bundle = FloatNetwork.assertImports(model.write(folder), AUTO, 3, 1);

    assertThat(bundle.plan().layersOfRound(0)).hasSize(4);
    assertThat(bundle.plan().tensorsOfRound(0)).hasSize(2);
    assertThat(bundle.plan().tensorsOfRound(1)).hasSize(2);
  }

  @Test
  void aTensorHasTheFewestBitsOfItsReaders() throws Exception {
    OnnxModels model = new OnnxModels(5).input("x", 1, 600);
    model.node("MatMul", "wide", "x " + model.weights(1, 600, 20));
    model.node(
        "Slice",
        "part",
        "x " + model.integers(0) + " " + model.integers(600) + " " + model.integers(1));
    float[] sparse = new float[600 * 20];
    for (int i = 0; i < 20; i++) {
      sparse[i * 20 + i] = 1;
    }
    model.node("MatMul", "narrow", "x " + model.constant(sparse, 600, 20));
    model.node("MatMul", "alone", "part " + model.constant(sparse, 600, 20));
    model.output("wide", "narrow", "alone");

    ModelBundle bundle = FloatNetwork.assertImports(model.write(folder), AUTO, 1, 1);

    assertThat(bundle.device().tensors().get(0).bits()).isBetween(14, 17);
    assertThat(bundle.device().tensors().get(1).bits()).isEqualTo(ActivationRange.MAX_BITS);
  }

  @Test
  void inputsAndConstantsAsOutputs_areGivenOut() throws Exception {
    OnnxModels model = new OnnxModels(6).input("x", 1, 20).input("unused", 3);
    String constant = model.vector(4, -1, 1);
    model.node("MatMul", "y", "x " + model.weights(1, 20, 20));
    model.node("Identity", "copy", "x");
    model.node("Identity", "folded", constant);
    model.output("y", "copy", "folded");

    ModelBundle bundle = FloatNetwork.assertImports(model.write(folder), AUTO, 1, 1);

    assertThat(bundle.device().inputs()).hasSize(2);
  }

  @Test
  void deadNodes_areDropped() throws Exception {
    OnnxModels model = new OnnxModels(7).input("x", 1, 20);
    model.node("MatMul", "y", "x " + model.weights(1, 20, 20));
    model.node("MatMul", "dead", "y " + model.weights(1, 20, 20));
    model.output("y");

    ModelBundle bundle = FloatNetwork.assertImports(model.write(folder), AUTO, 1, 1);

    assertThat(bundle.device().report()).hasSize(1);
  }

  @Test
  void shapesComputedInTheGraph_becomeConstants() throws Exception {
    OnnxModels model = new OnnxModels(8).input("x", -1, 4, 5, 5);
    model.conv("x", "conv", dims(16, 4, 3, 3));
    model.node("Shape", "shape", "conv");
    model.node("Gather", "batch", "shape " + model.integers(0), integer("axis", 0));
    model.node("Concat", "target", "batch " + model.integers(-1), integer("axis", 0));
    model.node("Reshape", "flat", "conv target");
    model.node("MatMul", "y", "flat " + model.weights(1, 144, 20));
    model.output("y");

    ModelBundle bundle = FloatNetwork.assertImports(model.write(folder), AUTO, 2, 1);

    assertThat(bundle.device().stages().get(1).inputs()).containsExactly("conv");
    assertThat(bundle.device().inputs().get(0).shape()).containsExactly(1, 4, 5, 5);
  }

  @Test
  void layersBehindADataDependentShape_stayOnTheDevice() throws Exception {
    OnnxModels model = new OnnxModels(9).input("x", 6, 20);
    model.node("MatMul", "before", "x " + model.weights(1, 20, 20));
    model.node("ReduceSum", "sums", "before " + model.integers(1), integer("keepdims", 0));
    model.node("Greater", "chosen", "sums " + model.constant(new float[] {0}));
    model.node("Compress", "rows", "before chosen", integer("axis", 0));
    model.node("MatMul", "product", "rows " + model.weights(1, 20, 20));
    model.node("ReduceMax", "y", "product", ints("axes", 0));
    model.output("y");

    ModelBundle bundle = ModelImporter.importModel(model.write(folder), AUTO);

    assertThat(bundle.plan().rounds()).isEqualTo(1);
    assertThat(bundle.device().report().get(1).reason()).contains("depends on the data");
    PlainNetwork.run(bundle, FloatNetwork.inputs(bundle, 1), 1);
  }

  @Test
  void layersInBodies_stayOnTheDevice_andTheirCapturesReachThem() throws Exception {
    OnnxModels model = new OnnxModels(10).input("x", 1, 20);
    model.node("MatMul", "first", "x " + model.weights(1, 20, 20));
    String inner = model.weights(1, 20, 20);
    model.node("ReduceSum", "sum", "x", integer("keepdims", 0));
    model.node("Greater", "condition", "sum " + model.constant(new float[] {0}));
    model.node(
        "If",
        "y",
        "condition",
        OnnxModels.body("then_branch", branch("MatMul", "first", inner)),
        OnnxModels.body("else_branch", branch("Add", "first", "first")));
    model.output("y");

    ModelBundle bundle = FloatNetwork.assertImports(model.write(folder), AUTO, 1, 100);

    assertThat(bundle.device().stages().get(1).inputs()).contains("first");
    assertThat(bundle.device().report().get(1).reason()).contains("inside a branch of If");
  }

  @Test
  void weightsThatBreakAProof_stayOnTheDevice() throws Exception {
    OnnxModels model = new OnnxModels(13).input("x", 1, 70_000);
    float[] alike = new float[70_000 * 10];
    for (int i = 0; i < alike.length; i++) {
      // not the same, which would be a step of their own
      alike[i] = 0.3f - i % 7 * 1.234e-4f;
    }
    model.node("MatMul", "huge", "x " + model.constant(alike, 70_000, 10));
    model.node(
        "Slice",
        "some",
        "x " + model.integers(0) + " " + model.integers(60_000) + " " + model.integers(1));
    model.node(
        "MatMul", "few", "some " + model.constant(Arrays.copyOf(alike, 600_000), 60_000, 10));
    model.output("huge", "few");

    List<LayerReport> report =
        ModelImporter.importModel(model.write(folder), ALL).device().report();

    assertThat(report.get(0).reason()).contains("32-bit accumulator");
    assertThat(report).hasSize(2);
    assertThat(report.get(1).offloaded()).isTrue();
    assertThat(report.get(1).bits()).isEqualTo(Headroom.MIN_BITS);
  }

  @Test
  void binaryWeights_areExactAndTakeOneBit() throws Exception {
    OnnxModels model = new OnnxModels(17).input("x", 1, 4_000);
    float[] signs = new float[4_000 * 10];
    for (int i = 0; i < signs.length; i++) {
      signs[i] = i * 7 % 11 < 5 ? -1 : 1;
    }
    model.node("MatMul", "y", "x " + model.constant(signs, 4_000, 10));
    model.output("y");

    ModelBundle bundle = FloatNetwork.assertImports(model.write(folder), ALL, 1, 1);

    assertThat(bundle.device().report().get(0).maxAbsWeightSum()).isEqualTo(4_000);
    assertThat(bundle.device().layers().get(0).weightScales()).containsOnly(1);
  }

  @Test
  void nonFiniteWeights_stayOnTheDevice() throws Exception {
    OnnxModels model = new OnnxModels(14).input("x", 1, 2);
    model.node("MatMul", "y", "x " + model.constant(new float[] {1, Float.NaN}, 2, 1));
    model.output("y");

    List<LayerReport> report =
        ModelImporter.importModel(model.write(folder), ALL).device().report();

    assertThat(report.get(0).reason()).contains("not finite");
  }

  @Test
  void integerInputs_areTriedWithoutZerosToo() throws Exception {
    OnnxModels model =
        new OnnxModels(16).input("n", TensorProto.DataType.INT64, 1).input("x", 1, 20);
    model.node("MatMul", "first", "x " + model.weights(1, 20, 20));
    model.node("Div", "quotient", "n n");
    model.node("Cast", "factor", "quotient", integer("to", 1));
    model.node("Mul", "y", "first factor");
    model.output("y");

    ModelBundle bundle = ModelImporter.importModel(model.write(folder), AUTO);

    assertThat(bundle.plan().rounds()).isEqualTo(1);
  }

  @Test
  void aSequence_staysInTheStageThatReadsIt() throws Exception {
    OnnxModels model = new OnnxModels(17).input("x", 2, 20);
    model.node("SplitToSequence", "rows", "x", integer("axis", 0));
    model.node("MatMul", "first", "x " + model.weights(1, 20, 20));
    model.node("ReduceSum", "sum", "first", integer("keepdims", 0));
    model.node("Cast", "large", "sum", integer("to", 7));
    model.node("Mul", "index", "large " + scalar(model));
    model.node("SequenceAt", "row", "rows index");
    model.node("Add", "y", "row first");
    model.output("y");

    ModelBundle bundle = ModelImporter.importModel(model.write(folder), AUTO);

    assertThat(bundle.device().stages().get(0).isEmpty()).isTrue();
    assertThat(bundle.device().stages().get(1).inputs()).contains("x", "first");
    PlainNetwork.run(bundle, FloatNetwork.inputs(bundle, 1), 1);
  }

  private static String scalar(OnnxModels model) {
    String name = "zero";
    model
        .graph()
        .addInitializer(
            TensorProto.newBuilder()
                .setName(name)
                .setDataType(TensorProto.DataType.INT64_VALUE)
                .addInt64Data(0));
    return name;
  }

  @Test
  void tensorsWithoutElements_stayOnTheDevice() throws Exception {
    OnnxModels model = new OnnxModels(18).input("x", 4, 20);
    model.node(
        "Slice",
        "none",
        "x " + model.integers(2) + " " + model.integers(2) + " " + model.integers(0));
    model.node("MatMul", "empty", "none " + model.weights(1, 20, 20));
    model.node("MatMul", "full", "x " + model.weights(1, 20, 20));
    model.node("Concat", "y", "full empty", integer("axis", 0));
    model.output("y");

    ModelBundle bundle =
        FloatNetwork.assertImports(
            model.write(folder), ImportOptions.defaults().withOffload(OffloadPolicy.all()), 1, 1);

    assertThat(bundle.device().report().get(0).reason()).isNotEmpty();
  }

  @Test
  void channelsLast_withTransposes_andSeveralInputsAndOutputs() throws Exception {
    OnnxModels model = new OnnxModels(19).input("x", -1, -2, -3, 3).input("z", 2, 16);
    model.node("Transpose", "planar", "x", ints("perm", 0, 3, 1, 2));
    model.node("Relu", "b", model.conv("planar", "a", dims(16, 3, 3, 3)));
    model.node("Transpose", "last", "b", ints("perm", 0, 2, 3, 1));
    model.node("ReduceMean", "mean", "b", ints("axes", 2, 3), integer("keepdims", 0));
    model.node("Add", "sum", "mean z");
    model.node("MatMul", "y", "sum " + model.weights(1, 16, 40));
    model.output("y", "last");

    ModelBundle bundle =
        FloatNetwork.assertImports(
            model.write(folder), ImportOptions.defaults().withInput("x", 2, 9, 7, 3), 2, 2);

    assertThat(bundle.device().inputs().get(0).shape()).containsExactly(2, 9, 7, 3);
    assertThat(bundle.device().outputs()).hasSize(2);
  }

  @Test
  void theBundleSurvivesItsFiles() throws Exception {
    OnnxModels model = new OnnxModels(15).input("x", 1, 3, 8, 8);
    model.node("Relu", "y", model.conv("x", "a", dims(16, 3, 3, 3)));
    model.output("y");
    ModelBundle bundle = ModelImporter.importModel(model.write(folder), AUTO);

    bundle.write(folder.resolve("bundle"));
    ModelBundle read = ModelBundle.read(folder.resolve("bundle"));

    assertThat(read.fingerprint()).isEqualTo(bundle.fingerprint());
    assertThat(read.device().modelName()).isEqualTo("net");
    DeviceHalf.Stage last = read.device().stages().get(1);
    assertThat(last.inputs()).containsExactly("a");
    assertThat(last.outputs()).containsExactly("y");
  }

  private static GraphProto.Builder branch(String op, String left, String right) {
    return GraphProto.newBuilder()
        .setName(op)
        .addNode(
            NodeProto.newBuilder()
                .setOpType(op)
                .addInput(left)
                .addInput(right)
                .addOutput("result_" + op))
        .addOutput(OnnxModels.value("result_" + op, TensorProto.DataType.FLOAT, 1, 20));
  }
}
