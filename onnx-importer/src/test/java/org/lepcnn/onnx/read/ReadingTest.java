/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.lepcnn.onnx.OnnxModels.dims;
import static org.lepcnn.onnx.OnnxModels.integer;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.SparseTensorProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.model.DeviceHalf.ValueSpec;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.onnx.FloatNetwork;
import org.lepcnn.onnx.ImportOptions;
import org.lepcnn.onnx.ModelImporter;
import org.lepcnn.onnx.OnnxModels;
import org.lepcnn.onnx.PlainNetwork;
import org.lepcnn.onnx.graph.Tensors;
import org.lepcnn.onnx.plan.OffloadPolicy;

/** What is brought into one form when a model is read: half precision, sparse, functions. */
class ReadingTest {
  private static final ImportOptions ALL =
      ImportOptions.defaults().withOffload(OffloadPolicy.all());

  @TempDir Path folder;

  @Test
  void halfPrecision_isWidenedAndOffloaded() throws Exception {
    for (int type :
        new int[] {TensorProto.DataType.FLOAT16_VALUE, TensorProto.DataType.BFLOAT16_VALUE}) {
      boolean brain = type == TensorProto.DataType.BFLOAT16_VALUE;
      OnnxModels model = new OnnxModels(12).input("x", 1, 4);
      TensorProto.Builder weights =
          TensorProto.newBuilder().setName("w").setDataType(type).addDims(4).addDims(3);
      for (int i = 0; i < 12; i++) {
        weights.addInt32Data((brain ? 0x3f80 : 0x3c00) + (i % 2 == 0 ? 0x8000 : 0)); // ±1
      }
      model.graph().addInitializer(weights);
      model.node("Cast", "half", "x", integer("to", type));
      model.node("MatMul", "product", "half w");
      model.node("Cast", "y", "product", integer("to", 1));
      model.output("y");

      ModelBundle bundle = ModelImporter.importModel(model.write(folder), ALL);

      assertThat(bundle.plan().rounds()).isEqualTo(1);
      assertThat(bundle.edge().toFile()).isNotEmpty();
      Map<String, OnnxTensor> inputs = FloatNetwork.inputs(bundle, 1);
      float[] x = PlainNetwork.floats(inputs.get("x"));
      float[] y = PlainNetwork.run(bundle, inputs, 1).outputs().get("y");
      // columns of −1, +1, −1 in even rows, +1, −1, +1 in odd ones
      double expected = -x[0] + x[1] - x[2] + x[3];
      assertThat(y[0]).isCloseTo((float) expected, org.assertj.core.data.Offset.offset(1e-3f));
      assertThat(y[1]).isCloseTo((float) -expected, org.assertj.core.data.Offset.offset(1e-3f));
    }
  }

  @Test
  void inputsAndOutputsOfHalfPrecision_becomeFloat32() {
    OnnxModels model = new OnnxModels(1).input("x", TensorProto.DataType.FLOAT16, 1, 4);
    model.node("Relu", "y", "x");
    model.graph().addOutput(OnnxModels.value("y", TensorProto.DataType.FLOAT16, 1, 4));

    ModelBundle bundle = ModelImporter.importModel(model.write(folder), ALL);

    assertThat(bundle.device().inputs().get(0).onnxType()).isEqualTo(Tensors.FLOAT);
    assertThat(bundle.device().outputs().get(0).onnxType()).isEqualTo(Tensors.FLOAT);
  }

  @Test
  void inputsOfTheLongerUnsignedTypes_areFedAsSignedOnes() throws Exception {
    for (TensorProto.DataType type :
        List.of(
            TensorProto.DataType.UINT16,
            TensorProto.DataType.UINT32,
            TensorProto.DataType.UINT64)) {
      OnnxModels model = new OnnxModels(2).input("x", type, 1, 20);
      model.node("Cast", "real", "x", integer("to", 1));
      model.node("MatMul", "y", "real " + model.weights(1, 20, 20));
      model.output("y");

      ModelBundle bundle = ModelImporter.importModel(model.write(folder), ALL);

      boolean narrow = type == TensorProto.DataType.UINT16;
      ValueSpec input = bundle.device().inputs().get(0);
      assertThat(input.name()).isEqualTo("x");
      assertThat(input.onnxType())
          .isEqualTo(narrow ? TensorProto.DataType.INT32_VALUE : TensorProto.DataType.INT64_VALUE);
      assertThat(bundle.plan().rounds()).isEqualTo(1);
      Object numbers = narrow ? new int[1][20] : new long[1][20];
      try (OnnxTensor x = OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), numbers)) {
        assertThat(PlainNetwork.run(bundle, Map.of("x", x), 1).outputs().get("y")).containsOnly(0f);
      }
    }
  }

  @Test
  void valuesOfTheLongerUnsignedTypes_areNoObstacle() {
    OnnxModels model = new OnnxModels(2).input("x", 1, 20);
    model.node("Cast", "narrow", "x", integer("to", TensorProto.DataType.UINT32_VALUE));
    model.node("Cast", "real", "narrow", integer("to", 1));
    model.node("MatMul", "y", "real " + model.weights(1, 20, 20));
    model.output("y");

    assertThat(ModelImporter.importModel(model.write(folder), ALL).plan().rounds()).isEqualTo(1);
  }

  @Test
  void weightsThatAreInputsToo_asIr3Asks_areConstants() throws Exception {
    OnnxModels model = new OnnxModels(3).ir(3).opset(7).input("x", 1, 3, 8, 8);
    String weights = model.weights(0, 16, 3, 3, 3);
    String bias = model.vector(16, -1, 1);
    model.input(weights, 16, 3, 3, 3).input(bias, 16);
    model.node("Conv", "y", "x " + weights + " " + bias);
    model.output("y");

    ModelBundle bundle = FloatNetwork.assertImports(model.write(folder), ALL, 1, 1);

    assertThat(bundle.device().inputs()).hasSize(1);
  }

  @Test
  void sparseInitializers_becomeDense() throws Exception {
    OnnxModels linear = sparse(dims(3), 1, 5, 11);
    assertThat(FloatNetwork.assertImports(linear.write(folder), ALL, 1, 1).plan().rounds())
        .isEqualTo(1);
    OnnxModels coordinates = sparse(dims(3, 2), 0, 1, 1, 1, 2, 3);
    FloatNetwork.assertImports(coordinates.write(folder), ALL, 1, 1);

    for (OnnxModels bad :
        new OnnxModels[] {
          sparse(dims(3), 1, 5, 12),
          sparse(dims(3), 1, 5, -1),
          sparse(dims(2), 1, 5),
          sparse(dims(3, 2), 0, 1, 1, 1, 3, 0)
        }) {
      assertThatThrownBy(() -> ModelImporter.importModel(bad.write(folder), ALL))
          .isInstanceOf(BadInputException.class)
          .hasMessageContaining("sparse");
    }
  }

  /** Weights 3x4 with three values of 127/64 at the given indices. */
  private static OnnxModels sparse(long[] indexDims, long... indices) {
    OnnxModels model = new OnnxModels(2).input("x", 1, 3);
    TensorProto.Builder values =
        TensorProto.newBuilder().setName("w").setDataType(Tensors.FLOAT).addDims(3);
    for (int i = 0; i < 3; i++) {
      values.addFloatData(127 / 64f);
    }
    TensorProto.Builder places = TensorProto.newBuilder().setDataType(7);
    for (long dim : indexDims) {
      places.addDims(dim);
    }
    for (long index : indices) {
      places.addInt64Data(index);
    }
    model
        .graph()
        .addSparseInitializer(
            SparseTensorProto.newBuilder()
                .setValues(values)
                .setIndices(places)
                .addDims(3)
                .addDims(4));
    model.node("MatMul", "y", "x w");
    return model.output("y");
  }

  @Test
  void functionsOfTheModel_areInlined() throws Exception {
    OnnxModels model = new OnnxModels(11).input("x", 1, 20);
    String weights = model.weights(1, 20, 20);
    call(model, "Layer", "x " + weights, "h", OnnxModels.real("slope", 0.5f));
    call(model, "Layer", "h " + weights, "y");
    FunctionProto.Builder layer =
        function("Layer", 13, "a w", "b")
            .addNode(node("Product", "own", "a w", "t"))
            .addNode(
                node("LeakyRelu", "", "t", "b")
                    .addAttribute(
                        AttributeProto.newBuilder()
                            .setName("alpha")
                            .setType(AttributeProto.AttributeType.FLOAT)
                            .setRefAttrName("slope")));
    FunctionProto.Builder product =
        function("Product", 13, "a w", "b").addNode(node("MatMul", "", "a w", "b"));
    model.model().addFunctions(layer).addFunctions(product);
    model.output("y");

    ModelBundle bundle = FloatNetwork.assertImports(model.write(folder), ALL, 2, 1);

    assertThat(bundle.device().report()).hasSize(2).allMatch(line -> line.offloaded());
  }

  @Test
  void functionsForOtherOperators_runOnTheDevice() throws Exception {
    OnnxModels model = new OnnxModels(11).input("x", 1, 20);
    call(model, "Product", "x " + model.weights(1, 20, 20), "y");
    model
        .model()
        .addFunctions(function("Product", 12, "a w", "b").addNode(node("MatMul", "", "a w", "b")));
    model.output("y");

    ModelBundle bundle = FloatNetwork.assertImports(model.write(folder), ALL, 0, 1);

    assertThat(bundle.device().report().get(0).reason()).contains("inside the function Product");
  }

  @Test
  void functionsWithoutEnd_areRefused() {
    for (int opset : new int[] {12, 13}) {
      OnnxModels recursive = new OnnxModels(11).input("x", 1, 20);
      call(recursive, "Again", "x", "y");
      recursive
          .model()
          .addFunctions(function("Again", opset, "a", "b").addNode(node("Again", "own", "a", "b")));
      assertThatThrownBy(() -> ModelImporter.importModel(recursive.output("y").write(folder), ALL))
          .isInstanceOf(BadInputException.class)
          .hasMessageContaining("Again");
    }
    OnnxModels doubling = new OnnxModels(11).input("x", 1, 20);
    call(doubling, "F0", "x", "y");
    for (int i = 0; i < 40; i++) {
      String next = i == 39 ? "Neg" : "F" + (i + 1);
      String domain = i == 39 ? "" : "own";
      doubling
          .model()
          .addFunctions(
              function("F" + i, 13, "a", "b")
                  .addNode(node(next, domain, "a", "t"))
                  .addNode(node(next, domain, "t", "b")));
    }
    assertThatThrownBy(() -> ModelImporter.importModel(doubling.output("y").write(folder), ALL))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("nodes together");
  }

  private static void call(
      OnnxModels model, String function, String inputs, String output, AttributeProto... given) {
    if (model.model().getOpsetImportCount() == 0) {
      model.model().addOpsetImport(opset("own", 1));
    }
    NodeProto.Builder node = node(function, "own", inputs, output);
    for (AttributeProto attribute : given) {
      node.addAttribute(attribute);
    }
    model.graph().addNode(node);
  }

  private static FunctionProto.Builder function(
      String name, int opset, String inputs, String output) {
    FunctionProto.Builder function =
        FunctionProto.newBuilder()
            .setName(name)
            .setDomain("own")
            .addOutput(output)
            .addAttribute("slope")
            .addOpsetImport(opset("", opset))
            .addOpsetImport(opset("own", 1));
    for (String input : inputs.split(" ", -1)) {
      function.addInput(input);
    }
    return function;
  }

  private static NodeProto.Builder node(String op, String domain, String inputs, String output) {
    NodeProto.Builder node =
        NodeProto.newBuilder().setOpType(op).setDomain(domain).addOutput(output);
    for (String input : inputs.split(" ", -1)) {
      node.addInput(input);
    }
    return node;
  }

  private static OperatorSetIdProto opset(String domain, int version) {
    return OperatorSetIdProto.newBuilder().setDomain(domain).setVersion(version).build();
  }
}
