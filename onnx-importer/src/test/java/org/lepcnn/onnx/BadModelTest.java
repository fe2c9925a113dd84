/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.lepcnn.onnx.OnnxModels.dims;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.SparseTensorProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.onnx.run.OnnxRuntime;

@Tag("slow")
class BadModelTest {
  @TempDir Path folder;

  @Test
  void whatIsNoWholeModel_isRefused() throws Exception {
    byte[] whole = small().build().toByteArray();
    Path file = folder.resolve("bad.onnx");
    for (byte[] bytes :
        new byte[][] {
          {},
          "This is not a model".getBytes(StandardCharsets.UTF_8),
          Arrays.copyOf(whole, whole.length - 3),
          Arrays.copyOf(whole, whole.length / 2),
          new byte[1000]
        }) {
      Files.write(file, bytes);
      assertRefused(file, "bad.onnx");
    }
    assertRefused(folder.resolve("absent.onnx"), "absent.onnx");
    assertRefused(folder, folder.toString());
  }

  @Test
  void unsupportedVersions_areRefused() {
    assertRefused(small().ir(2).write(folder), "IR version");
    assertRefused(small().ir(9999).write(folder), "IR version");
    assertRefused(small().opset(9999).write(folder), "opset");
  }

  @Test
  void anOldOperatorSet_isNamedWithTheRemedy() {
    OnnxModels old = new OnnxModels(1).opset(6).input("x", 1, 2, 6, 6);
    String four = "";
    for (int i = 0; i < 4; i++) {
      four += " " + old.vector(2, 0.5, 1);
    }
    old.node("BatchNormalization", "y", "x" + four);
    assertRefused(old.output("y").write(folder), "opset 6; expected 7 or newer");
  }

  @Test
  void anInputThatActsAsAShape_isRefusedWithTheRemedy() {
    OnnxModels model =
        new OnnxModels(1).input("x", 2, 3).input("shape", TensorProto.DataType.INT64, 2);
    model.node("Reshape", "y", "x shape");
    assertRefused(model.output("y").write(folder), "acts as a shape");
  }

  @Test
  void operatorsThatOnnxRuntimeDoesNotKnow_areRefusedByName() {
    OnnxModels custom = small();
    custom.model().addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("acme").setVersion(1));
    custom
        .graph()
        .addNode(
            NodeProto.newBuilder()
                .setOpType("Frobnicate")
                .setDomain("acme")
                .addInput("y")
                .addOutput("z"));
    custom.output("z");
    assertRefused(custom.write(folder), "acme::Frobnicate");

    OnnxModels unknown = small();
    unknown.node("Frobnicate", "z", "y");
    unknown.output("z");
    assertRefused(unknown.write(folder), "Frobnicate");
  }

  @Test
  void nodesThatOnnxRuntimeRefuses_areNamed_withWhatToDo() {
    assertRefused(node("Frobnicate"), "found Frobnicate node_z, an operator that operator set");
    assertRefused(
        node("Relu", OnnxModels.integer("alphabet", 1)),
        "found Relu node_z with the attribute alphabet, which it does not have. Correct the node");
    assertRefused(node("MaxPool"), "found MaxPool node_z: Required attribute 'kernel_shape'");
    assertRefused(node("MatMul"), "found MatMul node_z");

    OnnxModels integers = new OnnxModels(1).input("x", TensorProto.DataType.INT8, 1, 2, 4, 4);
    integers.node("GlobalAveragePool", "y", "x");
    assertRefused(
        integers.output("y").write(folder),
        "GlobalAveragePool node_y, whose input x has the type int8, which the operator does not"
            + " take. Export the model with float32.");

    OnnxModels shape = small();
    shape
        .graph()
        .addNode(
            NodeProto.newBuilder()
                .setOpType("Reshape")
                .addInput("x")
                .addInput(shape.integers(7))
                .addOutput("z"));
    assertRefused(shape.output("z").write(folder), "found Reshape z: The input tensor cannot");
  }

  @Test
  void outputsThatAreNoTensors_areNamedWithTheRemedy() {
    OnnxModels maps = new OnnxModels(1).input("x", 1, 3);
    maps.model()
        .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("ai.onnx.ml").setVersion(1));
    maps.graph()
        .addNode(
            NodeProto.newBuilder()
                .setOpType("ZipMap")
                .setDomain("ai.onnx.ml")
                .addInput("x")
                .addOutput("y")
                .addAttribute(OnnxModels.ints("classlabels_int64s", 0, 1, 2)));
    assertRefused(maps.output("y").write(folder), "found maps from the node ZipMap y as y. Export");

    OnnxModels sequence = small();
    sequence.node("SequenceConstruct", "z", "y");
    assertRefused(sequence.output("z").write(folder), "SequenceConstruct node_z");
  }

  private Path node(String op, AttributeProto... attributes) {
    OnnxModels model = small();
    model.node(op, "z", "y", attributes);
    return model.output("z").write(folder);
  }

  @Test
  void brokenGraphs_areRefused() {
    OnnxModels cycle = small();
    cycle.node("Add", "u", "y v");
    cycle.node("Relu", "v", "u");
    cycle.output("v");
    assertRefused(cycle.write(folder), "cycle");

    OnnxModels missing = small();
    missing.node("Relu", "z", "nowhere");
    missing.output("z");
    assertRefused(missing.write(folder), "nowhere");

    OnnxModels twice = small();
    twice.node("Relu", "y", "x");
    assertRefused(twice.write(folder), "second producer");

    assertRefused(small().output("nothing").write(folder), "nothing");
  }

  @Test
  void tensorsThatLie_areRefused() {
    OnnxModels shape = small();
    shape
        .graph()
        .addInitializer(
            TensorProto.newBuilder()
                .setName("lie")
                .setDataType(1)
                .addDims(1L << 40)
                .addDims(1L << 40)
                .addFloatData(1));
    assertRefused(shape.write(folder), "lie");

    OnnxModels negative = small();
    negative
        .graph()
        .addInitializer(TensorProto.newBuilder().setName("lie").setDataType(1).addDims(-1));
    assertRefused(negative.write(folder), "lie");
  }

  @Test
  void absurdSizes_areRefusedBeforeMemoryIsTaken() {
    OnnxModels input = new OnnxModels(1).input("x", 1 << 20, 1 << 20);
    input.node("Relu", "y", "x");
    assertRefused(input.output("y").write(folder), "input x");

    OnnxModels constant = small();
    constant.node("ConstantOfShape", "c", constant.integers(1 << 20, 1 << 20));
    constant.node("Add", "z", "y c");
    assertRefused(constant.output("z").write(folder), "elements");
  }

  @Test
  void modelsThatGrowWithoutMeasure_areRefusedBeforeTheyRun() {
    OnnxModels outer = new OnnxModels(1).input("x", 1 << 20, 1);
    outer.node("Transpose", "t", "x");
    outer.node("Add", "y", "x t");
    assertRefused(outer.output("y").write(folder), "bytes together");

    OnnxModels doubling = new OnnxModels(1).input("x", 1 << 10);
    for (int i = 0; i < 40; i++) {
      String previous = i == 0 ? "x" : "d" + (i - 1);
      doubling.node("Concat", "d" + i, previous + " " + previous, OnnxModels.integer("axis", 0));
    }
    assertRefused(doubling.output("d39").write(folder), "bytes together");

    OnnxModels tiles = small();
    tiles.node("ConstantOfShape", "c", tiles.integers(1 << 10, 1 << 10));
    tiles.node("Tile", "t", "c " + tiles.integers(1 << 10, 1 << 10));
    tiles.node("ReduceMax", "m", "t");
    tiles.node("Add", "z", "y m");
    assertRefused(tiles.output("z").write(folder), "bytes together");

    OnnxModels padded = small();
    long[] pads = {0, 0, 0, 0, 0, 0, 1 << 20, 1 << 20};
    padded.node("Pad", "z", "y " + padded.integers(pads));
    assertRefused(padded.output("z").write(folder), "bytes together");
  }

  @Test
  void externalData_areReadFromTheFolderAlone() throws Exception {
    byte[] data = new byte[6 * 8 * Float.BYTES + 16];
    Files.write(folder.resolve("weights.bin"), data);
    Path inside = Files.createDirectory(folder.resolve("inside"));
    Files.write(inside.resolve("weights.bin"), data);
    Files.createSymbolicLink(inside.resolve("link.bin"), folder.resolve("weights.bin"));

    Path good = external("weights.bin", "16", "192").write(inside);
    assertThat(ModelImporter.importModel(good, ImportOptions.defaults()).device().report())
        .hasSize(1);
    assertRefused(external("../weights.bin", "0", "192").write(inside), "outside");
    assertRefused(
        external(folder.resolve("weights.bin").toString(), "0", "192").write(inside), "outside");
    assertRefused(external("link.bin", "0", "192").write(inside), "outside");
    assertRefused(external("", "0", "192").write(inside), "outside");
    assertRefused(external("absent.bin", "0", "192").write(inside), "absent.bin");
    assertRefused(external("weights.bin", "64", "192").write(inside), "208 bytes");
    assertRefused(external("weights.bin", "0", "100").write(inside), "100 bytes");
    assertRefused(external("weights.bin", "-1", "192").write(inside), "offset");
    assertRefused(external("weights.bin", "0", "many").write(inside), "length");
  }

  @Test
  void openDimensions_needTheOption() throws Exception {
    OnnxModels model = new OnnxModels(2).input("x", -1, 3, -2, -3);
    model.conv("x", "y", dims(16, 3, 3, 3));
    Path file = model.output("y").write(folder);

    assertRefused(file, "--input x=1x3x224x224");
    ImportOptions options = ImportOptions.defaults().withInput("x=2x3x9x7");
    assertThat(ModelImporter.importModel(file, options).device().inputs().get(0).shape())
        .containsExactly(2, 3, 9, 7);
    assertRefused(file, ImportOptions.defaults().withInput("x", 1, 4, 9, 7), "1x4x9x7");
    assertRefused(file, ImportOptions.defaults().withInput("x", 3, 9, 7), "3x9x7");
    assertRefused(file, ImportOptions.defaults().withInput("z", 3), "z");
  }

  @Test
  void theInputOption_isReadStrictly() {
    for (String argument :
        new String[] {"x", "=1x2", "x=", "x=1xx", "x=1xa", "x=0x3", "x=x1", "x=1,,2", "x=yes"}) {
      assertThatThrownBy(() -> ImportOptions.defaults().withInput(argument))
          .isInstanceOf(BadInputException.class)
          .hasMessageContaining("--input");
    }
    assertThat(ImportOptions.defaults().withInput("a=b=1x2").inputShapes().get("a=b"))
        .containsExactly(1, 2);
  }

  @Test
  void aModelThatFailsToRun_isRefused() {
    OnnxModels model = new OnnxModels(3).input("x", 2, 3);
    model.node("Reshape", "y", "x " + model.integers(7));
    assertRefused(model.output("y").write(folder), "ONNX Runtime");
  }

  @Test
  void aRunWithoutEnd_isEnded() {
    ModelProto built = ModelCorpus.endlessLoop().build();

    assertThatThrownBy(() -> runBriefly(built))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("terminat");
  }

  private static void runBriefly(ModelProto model) throws OrtException {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OnnxTensor x = OnnxTensor.createTensor(environment, new float[] {1})) {
      OnnxRuntime.run("Running", model, Map.of("x", x), result -> null, Duration.ofMillis(200));
    }
  }

  @Test
  void weightsOfOneNameTwice_areRefused_inEveryGraph() {
    OnnxModels twice = small();
    twice.graph().addInitializer(twice.graph().getInitializer(0));
    assertRefused(twice.write(folder), "second one of the name");
    OnnxModels sparse = small();
    sparse
        .graph()
        .addSparseInitializer(
            SparseTensorProto.newBuilder().setValues(sparse.graph().getInitializer(0)));
    assertRefused(sparse.write(folder), "second one of the name");
    OnnxModels inside = ModelCorpus.endlessLoop();
    GraphProto.Builder body = inside.graph().getNodeBuilder(0).getAttributeBuilder(0).getGBuilder();
    TensorProto one = TensorProto.newBuilder().setName("w").setDataType(1).addFloatData(1).build();
    body.addInitializer(one).addInitializer(one);
    assertRefused(inside.write(folder), "second one of the name w");
    assertThatThrownBy(() -> ModelImporter.original(inside.write(folder)))
        .isInstanceOf(BadInputException.class);
  }

  @Test
  void mutatedModels_giveABundleOrATypedError() throws Exception {
    byte[] original = small().build().toByteArray();
    Path file = folder.resolve("mutant.onnx");
    Random random = new Random(42);
    int refused = 0;
    for (int i = 0; i < 1500; i++) {
      Files.write(file, mutant(original, random));
      try {
        ModelImporter.importModel(file, ImportOptions.defaults());
      } catch (BadInputException e) {
        refused++;
        assertThat(e.getMessage()).isNotBlank();
      }
    }
    assertThat(refused).isBetween(100, 1499);
  }

  private static byte[] mutant(byte[] original, Random random) {
    byte[] bytes = original.clone();
    int changes = 1 + random.nextInt(3);
    for (int k = 0; k < changes; k++) {
      int at = random.nextInt(bytes.length);
      switch (random.nextInt(4)) {
        case 0 -> bytes[at] = (byte) random.nextInt(256);
        case 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 2 -> bytes = Arrays.copyOf(bytes, Math.max(1, at));
        default -> {
          int length = Math.min(bytes.length - at, 1 + random.nextInt(8));
          System.arraycopy(bytes, random.nextInt(bytes.length - length + 1), bytes, at, length);
        }
      }
    }
    return bytes;
  }

  private static OnnxModels small() {
    OnnxModels model = new OnnxModels(1).input("x", 1, 2, 6, 6);
    model.conv("x", "a", dims(12, 2, 3, 3), OnnxModels.ints("pads", 1, 1, 1, 1));
    model.node("Relu", "y", "a");
    return model.output("y");
  }

  private static OnnxModels external(String location, String offset, String length) {
    OnnxModels model = new OnnxModels(1).input("x", 1, 6);
    model
        .graph()
        .addInitializer(
            TensorProto.newBuilder()
                .setName("w")
                .setDataType(1)
                .addDims(6)
                .addDims(8)
                .setDataLocation(TensorProto.DataLocation.EXTERNAL)
                .addExternalData(entry("location", location))
                .addExternalData(entry("offset", offset))
                .addExternalData(entry("length", length)));
    model.node("MatMul", "y", "x w");
    return model.output("y");
  }

  private static StringStringEntryProto entry(String key, String value) {
    return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
  }

  private static void assertRefused(Path file, String message) {
    assertRefused(file, ImportOptions.defaults(), message);
  }

  private static void assertRefused(Path file, ImportOptions options, String message) {
    assertThatThrownBy(() -> ModelImporter.importModel(file, options))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining(message);
  }
}
