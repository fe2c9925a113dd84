/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.lepcnn.onnx.OnnxModels.integer;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.model.ModelBundle;

/** Layers inside of control flow that constants decide go to the edge. */
class ControlFlowTest {
  private static final ImportOptions NONE = ImportOptions.defaults();

  @TempDir Path folder;

  @Test
  void boundInput_decidesWhichBranchIsOffloaded() throws Exception {
    Path file = byRate().write(folder);

    ModelBundle fast = FloatNetwork.assertImports(file, NONE.withInput("sr=16000"), 1, 2);
    ModelBundle slow = FloatNetwork.assertImports(file, NONE.withInput("sr=8000"), 1, 2);

    assertThat(fast.device().inputs()).hasSize(1);
    assertThat(fast.device().report()).hasSize(1);
    assertThat(fast.device().report().get(0).reason()).isEmpty();
    assertThat(fast.fingerprint()).isNotEqualTo(slow.fingerprint());
  }

  /** The inner If is decided by a shape, which only the run tells. */
  @Test
  void shapeDecidesAnInnerBranch() throws Exception {
    OnnxModels model = new OnnxModels(2).opset(13).input("x", 1, 20);
    String right = model.weights(1, 20, 24);
    model.node("Shape", "shape", "x");
    model.node("Gather", "width", "shape " + model.integers(1), integer("axis", 0));
    model.node("Squeeze", "scalar", "width");
    model.graph().addInitializer(scalar("twenty", 20));
    model.node("Equal", "is20", "scalar twenty");
    model.node(
        "If",
        "y",
        "is20",
        OnnxModels.body("then_branch", branch("t", node("MatMul", "t", "x", right))),
        OnnxModels.body("else_branch", branch("e", node("Identity", "e", "x"))));
    ModelBundle bundle = FloatNetwork.assertImports(model.output("y").write(folder), NONE, 1, 2);

    assertThat(bundle.device().report()).hasSize(1);
  }

  @Test
  void loopOfAConstantNumber_isUnrolled_withItsStackedValues() throws Exception {
    OnnxModels model =
        new OnnxModels(3).opset(13).input("x", 1, 20).input("n", TensorProto.DataType.INT64);
    String weights = model.constant(model.numbers(400, -0.1, 0.1), 20, 20);
    GraphProto.Builder body =
        GraphProto.newBuilder()
            .setName("body")
            .addInput(OnnxModels.value("i", TensorProto.DataType.INT64))
            .addInput(OnnxModels.value("goesOn", TensorProto.DataType.BOOL))
            .addInput(OnnxModels.value("state", TensorProto.DataType.FLOAT, 1, 20))
            .addNode(node("Identity", "on", "goesOn"))
            .addNode(node("MatMul", "product", "state", weights))
            .addNode(node("Tanh", "next", "product"))
            .addOutput(OnnxModels.value("on", TensorProto.DataType.BOOL))
            .addOutput(OnnxModels.value("next", TensorProto.DataType.FLOAT, 1, 20))
            .addOutput(OnnxModels.value("product", TensorProto.DataType.FLOAT, 1, 20));
    model
        .graph()
        .addNode(
            NodeProto.newBuilder()
                .setOpType("Loop")
                .addInput("n")
                .addInput("")
                .addInput("x")
                .addOutput("last")
                .addOutput("all")
                .addAttribute(OnnxModels.body("body", body)));
    Path file = model.output("last", "all").write(folder);

    ModelBundle bundle = FloatNetwork.assertImports(file, NONE.withInput("n=3"), 3, 2);

    assertThat(bundle.device().outputs().get(1).shape()).containsExactly(3, 1, 20);
    ModelBundle open = ModelImporter.importModel(file, NONE);
    assertThat(open.plan().rounds()).isZero();
  }

  private static OnnxModels byRate() {
    OnnxModels model =
        new OnnxModels(1).opset(13).input("x", 1, 4, 6, 6).input("sr", TensorProto.DataType.INT64);
    String wide = model.weights(0, 16, 4, 3, 3);
    String narrow = model.weights(0, 16, 4, 3, 3);
    model.graph().addInitializer(scalar("rate", 16000));
    model.node("Equal", "isFast", "sr rate");
    model.node(
        "If",
        "y",
        "isFast",
        OnnxModels.body("then_branch", branch("wideOut", node("Conv", "wideOut", "x", wide))),
        OnnxModels.body(
            "else_branch", branch("narrowOut", node("Conv", "narrowOut", "x", narrow))));
    return model.output("y");
  }

  private static TensorProto scalar(String name, long value) {
    return TensorProto.newBuilder()
        .setName(name)
        .setDataType(TensorProto.DataType.INT64_VALUE)
        .addInt64Data(value)
        .build();
  }

  private static NodeProto node(String op, String output, String... inputs) {
    NodeProto.Builder node = NodeProto.newBuilder().setOpType(op).addOutput(output);
    for (String input : inputs) {
      node.addInput(input);
    }
    return node.build();
  }

  private static GraphProto.Builder branch(String output, NodeProto node) {
    return GraphProto.newBuilder()
        .setName(output)
        .addNode(node)
        .addOutput(OnnxModels.value(output, TensorProto.DataType.FLOAT));
  }
}
