/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx;

import static org.lepcnn.onnx.OnnxModels.dims;
import static org.lepcnn.onnx.OnnxModels.integer;
import static org.lepcnn.onnx.OnnxModels.ints;
import static org.lepcnn.onnx.OnnxModels.text;

import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.SparseTensorProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.ArrayList;
import java.util.List;

/** Small models of many forms, for the fuzz test to damage. */
final class ModelCorpus {
  private ModelCorpus() {}

  static List<ModelProto> models() {
    List<ModelProto> models = new ArrayList<>();
    models.add(convolutions());
    models.add(products());
    models.add(constants());
    models.add(shapes());
    models.add(loop());
    models.add(branch());
    models.add(transposed());
    models.add(halves());
    models.add(functions());
    models.add(normalized());
    models.add(broadcast());
    return models;
  }

  private static ModelProto convolutions() {
    OnnxModels model = new OnnxModels(1).input("x", -1, 2, 6, 6);
    model.conv("x", "a", dims(12, 2, 3, 3), ints("pads", 1, 1, 1, 1));
    String four = "";
    for (int i = 0; i < 4; i++) {
      four += " " + model.vector(12, 0.5, 1);
    }
    model.node("BatchNormalization", "b", "a" + four);
    model.node("Relu", "c", "b");
    model.node("MaxPool", "d", "c", ints("kernel_shape", 2, 2), ints("strides", 2, 2));
    model.conv("d", "e", dims(8, 3, 3, 3), integer("group", 4), text("auto_pad", "SAME_UPPER"));
    model.node("Flatten", "f", "e");
    model.node("Softmax", "y", "f");
    return model.output("y", "b").build();
  }

  private static ModelProto products() {
    OnnxModels model = new OnnxModels(2).ir(4).input("x", 2, 6);
    String gemm = "x " + model.weights(1, 6, 7) + " " + model.typedConstant(new float[7], 7);
    model.node("Gemm", "a", gemm, OnnxModels.real("alpha", 0.5f));
    model.node("Tanh", "b", "a");
    model.node("MatMul", "c", "b " + model.weights(1, 7, 5));
    model.node("Add", "d", "c " + model.vector(5, -1, 1));
    model.node("MatMul", "y", model.weights(0, 3, 2) + " d");
    return model.output("y").build();
  }

  private static ModelProto constants() {
    OnnxModels model = new OnnxModels(3).input("x", 1, 8);
    model.node("Reshape", "w", model.weights(1, 4, 12) + " " + model.integers(8, 6));
    model.node("ConstantOfShape", "z", model.integers(2, 3));
    model.node("Tile", "t", "z " + model.integers(1, 2));
    model.node("ReduceSum", "s", "t " + model.integers(0), integer("keepdims", 0));
    model.node("Expand", "e", "s " + model.integers(1, 6));
    model.node("MatMul", "p", "x w");
    model.node("Add", "q", "p e");
    model.node("Identity", "y", "q");
    return model.output("y").build();
  }

  private static ModelProto shapes() {
    OnnxModels model = new OnnxModels(4).input("x", 1, 2, 4, 4);
    model.conv("x", "a", dims(6, 2, 1, 1));
    model.node("Shape", "s", "a");
    model.node("Slice", "t", "s " + model.integers(2) + " " + model.integers(4));
    model.node("Mul", "u", "t " + model.integers(2, 2));
    model.node("Slice", "v", "s " + model.integers(0) + " " + model.integers(2));
    model.node("Concat", "size", "v u", integer("axis", 0));
    model.node("Resize", "r", "a   size", text("mode", "nearest"));
    model.node("Pad", "p", "r " + model.integers(0, 0, 1, 1, 0, 0, 1, 1));
    model.conv("p", "y", dims(8, 6, 3, 3));
    return model.output("y").build();
  }

  private static ModelProto normalized() {
    OnnxModels model = new OnnxModels(10).input("p", TensorProto.DataType.UINT16, 1, 2, 5, 5);
    model.node("Cast", "x", "p", integer("to", 1));
    String four = "";
    for (int i = 0; i < 4; i++) {
      four += " " + model.vector(2, 0.8, 1);
    }
    model.node("BatchNormalization", "n", "x" + four);
    model.conv("n", "a", dims(6, 2, 3, 3));
    model.conv("n", "b", dims(4, 2, 3, 3), ints("dilations", 1, 1));
    model.node("Concat", "c", "a b", integer("axis", 1));
    model.node("Unsqueeze", "d", "c " + model.integers(2));
    model.node("Conv", "e", "d " + model.weights(0, 2, 10, 1, 2, 2));
    model.node("Squeeze", "y", "e " + model.integers(2));
    return model.output("y", "b").build();
  }

  private static ModelProto broadcast() {
    OnnxModels model = new OnnxModels(11).input("x", 2, 1, 3, 4).input("z", 1, 2, 4, 3);
    model.node("MatMul", "a", "x " + model.weights(2, 3, 4, 5));
    model.node("MatMul", "b", model.weights(3, 3, 1, 2, 4) + " z");
    model.node("Slice", "c", "a " + model.integers(0) + " " + model.integers(0));
    model.node("ReduceMean", "m", "b", integer("keepdims", 0));
    model.node("Mul", "y", "a m");
    return model.output("y", "c").build();
  }

  /** Takes the sine of its state, for ever. */
  private static GraphProto.Builder loopBody() {
    return GraphProto.newBuilder()
        .setName("body")
        .addInput(OnnxModels.value("i", TensorProto.DataType.INT64))
        .addInput(OnnxModels.value("go", TensorProto.DataType.BOOL))
        .addInput(OnnxModels.value("state", TensorProto.DataType.FLOAT, 1))
        .addNode(NodeProto.newBuilder().setOpType("Identity").addInput("go").addOutput("on"))
        .addNode(NodeProto.newBuilder().setOpType("Sin").addInput("state").addOutput("next"))
        .addOutput(OnnxModels.value("on", TensorProto.DataType.BOOL))
        .addOutput(OnnxModels.value("next", TensorProto.DataType.FLOAT, 1));
  }

  /** A loop without a last turn. */
  static OnnxModels endlessLoop() {
    OnnxModels model = new OnnxModels(4).input("x", 1);
    model
        .graph()
        .addInitializer(TensorProto.newBuilder().setName("true").setDataType(9).addInt32Data(1));
    model.node("Loop", "y", " true x", OnnxModels.body("body", loopBody()));
    return model.output("y");
  }

  private static ModelProto loop() {
    OnnxModels model = new OnnxModels(5).input("x", 1);
    model
        .graph()
        .addInitializer(TensorProto.newBuilder().setName("true").setDataType(9).addInt32Data(1))
        .addInitializer(TensorProto.newBuilder().setName("n").setDataType(7).addInt64Data(3));
    model.node("Loop", "y", "n true x", OnnxModels.body("body", loopBody()));
    return model.output("y").build();
  }

  private static ModelProto branch() {
    OnnxModels model = new OnnxModels(6).input("x", 1, 4);
    model.input("which", TensorProto.DataType.BOOL);
    String weights = model.weights(1, 4, 9);
    GraphProto.Builder yes =
        GraphProto.newBuilder()
            .setName("yes")
            .addNode(
                NodeProto.newBuilder()
                    .setOpType("MatMul")
                    .addInput("x")
                    .addInput(weights)
                    .addOutput("a"))
            .addOutput(OnnxModels.value("a", TensorProto.DataType.FLOAT, 1, 9));
    GraphProto.Builder no =
        GraphProto.newBuilder()
            .setName("no")
            .addNode(NodeProto.newBuilder().setOpType("Neg").addInput("x").addOutput("b"))
            .addOutput(OnnxModels.value("b", TensorProto.DataType.FLOAT, 1, 4));
    model.node(
        "If",
        "y",
        "which",
        OnnxModels.body("then_branch", yes),
        OnnxModels.body("else_branch", no));
    return model.output("y").build();
  }

  private static ModelProto transposed() {
    OnnxModels model = new OnnxModels(7).input("x", 1, 3, 5);
    String weights = model.weights(1, 3, 4, 3);
    model.node(
        "ConvTranspose",
        "a",
        "x " + weights,
        ints("strides", 2),
        ints("output_padding", 1),
        ints("pads", 1, 1));
    model.node("Transpose", "b", "a", ints("perm", 0, 2, 1));
    model.node("Split", "c", "b", integer("axis", 2));
    model.graph().getNodeBuilder(2).addOutput("d");
    model.node("Add", "y", "c d");
    return model.output("y").build();
  }

  private static ModelProto halves() {
    OnnxModels model = new OnnxModels(8).input("x", TensorProto.DataType.FLOAT16, 3, 2, 4);
    TensorProto.Builder weights =
        TensorProto.newBuilder().setName("w").setDataType(10).addDims(3).addDims(4).addDims(2);
    for (int i = 0; i < 24; i++) {
      weights.addInt32Data(0x3c00 + i);
    }
    model.graph().addInitializer(weights);
    model
        .graph()
        .addSparseInitializer(
            SparseTensorProto.newBuilder()
                .setValues(
                    TensorProto.newBuilder().setName("s").setDataType(1).addDims(1).addFloatData(2))
                .setIndices(TensorProto.newBuilder().setDataType(7).addDims(1).addInt64Data(3))
                .addDims(2)
                .addDims(3));
    model.node("MatMul", "a", "x w");
    model.node("Cast", "b", "a", integer("to", 1));
    model.node("MatMul", "y", "b s");
    return model.output("y").build();
  }

  private static ModelProto functions() {
    OnnxModels model = new OnnxModels(9).input("x", 1, 5);
    String weights = model.weights(1, 5, 5);
    for (String[] call : new String[][] {{"x", "h"}, {"h", "y"}}) {
      model
          .graph()
          .addNode(
              NodeProto.newBuilder()
                  .setOpType("Layer")
                  .setDomain("own")
                  .addInput(call[0])
                  .addInput(weights)
                  .addOutput(call[1]));
    }
    OperatorSetIdProto own = OperatorSetIdProto.newBuilder().setDomain("own").setVersion(1).build();
    model
        .model()
        .addOpsetImport(own)
        .addFunctions(
            FunctionProto.newBuilder()
                .setName("Layer")
                .setDomain("own")
                .addInput("a")
                .addInput("w")
                .addOutput("b")
                .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(13))
                .addOpsetImport(own)
                .addNode(
                    NodeProto.newBuilder()
                        .setOpType("MatMul")
                        .addInput("a")
                        .addInput("w")
                        .addOutput("t"))
                .addNode(NodeProto.newBuilder().setOpType("Relu").addInput("t").addOutput("b")));
    return model.output("y").build();
  }
}
