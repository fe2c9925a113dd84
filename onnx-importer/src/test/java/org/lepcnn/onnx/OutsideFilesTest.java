/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.lepcnn.onnx.OnnxModels.integer;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.SparseTensorProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.onnx.graph.Tensors;
import org.lepcnn.onnx.plan.OffloadPolicy;

/**
 * Models that run and name a file of the owner in places where a tensor may stand: nothing of it
 * comes into a bundle. The file lies where the command works, as the owner's keys do.
 */
@Tag("slow")
class OutsideFilesTest {
  private static final int SIDE = 8;
  private static final ImportOptions ALL = ImportOptions.defaults().withOffload(OffloadPolicy.ALL);

  @TempDir Path folder;
  private Path secret;
  private byte[] content;

  @BeforeEach
  void makeSecret() throws Exception {
    ByteBuffer numbers =
        ByteBuffer.allocate(SIDE * SIDE * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < SIDE * SIDE; i++) {
      // exact in 8 bits, so that it would be weights as it is
      numbers.putFloat((i % 2 == 0 ? 127 : -(i + 3)) / 128f);
    }
    content = numbers.array();
    secret = Files.createTempFile(Path.of("target"), "secret", ".bin");
    Files.write(secret, content);
  }

  @AfterEach
  void deleteSecret() throws Exception {
    Files.delete(secret);
  }

  @Test
  void fileInTheWorkingDirectory_entersNoBundle_fromNoPlace() {
    for (Map.Entry<String, Function<TensorProto, ModelProto>> place : places().entrySet()) {
      assertRefused(place.getKey(), place.getValue(), secret.toString());
      assertRefused(place.getKey(), place.getValue(), secret.toAbsolutePath().toString());
      assertRefused(
          place.getKey(),
          place.getValue(),
          folder.toAbsolutePath().relativize(secret.toAbsolutePath()).toString());
    }
  }

  @Test
  void sameModels_withTheFileBesideThem_areImported() throws Exception {
    Files.write(folder.resolve("weights.bin"), content);
    for (Map.Entry<String, Function<TensorProto, ModelProto>> place : places().entrySet()) {
      Path file = write(place.getValue().apply(external("weights.bin")));
      ModelBundle bundle = ModelImporter.importModel(file, ALL);
      assertThat(ImportTrial.importModel(file, ALL).fingerprint()).isEqualTo(bundle.fingerprint());
      assertThat(contains(bundle.device().toFile(), "weights.bin".getBytes(StandardCharsets.UTF_8)))
          .as(place.getKey())
          .isFalse();
      boolean everywhere =
          holdsSecret(bundle.edge().toFile()) || holdsSecret(bundle.device().toFile());
      assertThat(everywhere).as(place.getKey()).isTrue();
    }
  }

  private void assertRefused(
      String place, Function<TensorProto, ModelProto> model, String location) {
    Path file = write(model.apply(external(location)));
    assertThatThrownBy(
            () -> {
              ModelBundle bundle = ModelImporter.importModel(file, ALL);
              boolean edge = holdsSecret(bundle.edge().toFile());
              boolean device = holdsSecret(bundle.device().toFile());
              throw new AssertionError(
                  place
                      + ": imported; the secret is in the edge's half "
                      + edge
                      + ", in the device's "
                      + device);
            })
        .as(place + " " + location)
        .isInstanceOf(BadInputException.class)
        .hasMessageMatching("(?s).*(outside|beside the model; found none).*");
  }

  /** The secret's numbers as weights of 8 bits, row or column first, or as they are. */
  private boolean holdsSecret(byte[] half) {
    byte[] rows = new byte[SIDE * SIDE];
    byte[] columns = new byte[SIDE * SIDE];
    for (int i = 0; i < SIDE * SIDE; i++) {
      byte weight = (byte) (i % 2 == 0 ? 127 : -(i + 3));
      rows[i] = weight;
      columns[i % SIDE * SIDE + i / SIDE] = weight;
    }
    return contains(half, Arrays.copyOf(rows, SIDE))
        || contains(half, Arrays.copyOf(columns, SIDE))
        || contains(half, Arrays.copyOf(content, 2 * Float.BYTES));
  }

  private static boolean contains(byte[] whole, byte[] part) {
    return new String(whole, StandardCharsets.ISO_8859_1)
        .contains(new String(part, StandardCharsets.ISO_8859_1));
  }

  private Path write(ModelProto model) {
    try {
      return Files.write(folder.resolve("net.onnx"), model.toByteArray());
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static TensorProto external(String location) {
    return TensorProto.newBuilder()
        .setName("w")
        .setDataType(Tensors.FLOAT)
        .addDims(SIDE)
        .addDims(SIDE)
        .setDataLocation(TensorProto.DataLocation.EXTERNAL)
        .addExternalData(StringStringEntryProto.newBuilder().setKey("location").setValue(location))
        .build();
  }

  private static Map<String, Function<TensorProto, ModelProto>> places() {
    Map<String, Function<TensorProto, ModelProto>> places = new LinkedHashMap<>();
    places.put("initializer", OutsideFilesTest::initializer);
    places.put("attribute", tensor -> product(constant(value(tensor))).build());
    places.put("sparse attribute", OutsideFilesTest::sparseAttribute);
    places.put("sparse initializer", OutsideFilesTest::sparseInitializer);
    places.put("function", tensor -> function(constant(value(tensor)), 13));
    places.put("function of another version", t -> function(constant(value(t)), 12));
    places.put("attribute of a function", OutsideFilesTest::functionAttribute);
    places.put("branch", tensor -> product(branch(tensor)).build());
    places.put("branch in a function", tensor -> function(branch(tensor), 13));
    return places;
  }

  private static ModelProto initializer(TensorProto tensor) {
    OnnxModels model = base();
    model.graph().addInitializer(tensor);
    return model.build();
  }

  private static ModelProto sparseInitializer(TensorProto tensor) {
    OnnxModels model = base();
    model.graph().addSparseInitializer(sparse(tensor));
    return model.build();
  }

  private static ModelProto sparseAttribute(TensorProto tensor) {
    AttributeProto attribute =
        AttributeProto.newBuilder()
            .setName("sparse_value")
            .setType(AttributeProto.AttributeType.SPARSE_TENSOR)
            .setSparseTensor(sparse(tensor))
            .build();
    return product(constant(attribute)).build();
  }

  private static ModelProto functionAttribute(TensorProto tensor) {
    AttributeProto reference =
        AttributeProto.newBuilder()
            .setName("value")
            .setType(AttributeProto.AttributeType.TENSOR)
            .setRefAttrName("given")
            .build();
    ModelProto model = function(constant(reference), 13);
    FunctionProto called =
        model.getFunctions(0).toBuilder()
            .addAttributeProto(value(tensor).toBuilder().setName("given"))
            .build();
    return model.toBuilder().setFunctions(0, called).build();
  }

  private static SparseTensorProto sparse(TensorProto tensor) {
    TensorProto.Builder indices =
        TensorProto.newBuilder().setDataType(TensorProto.DataType.INT64_VALUE);
    for (int i = 0; i < SIDE * SIDE; i++) {
      indices.addInt64Data(i);
    }
    return SparseTensorProto.newBuilder()
        .setValues(tensor.toBuilder().clearDims().addDims(SIDE * SIDE))
        .setIndices(indices.addDims(SIDE * SIDE))
        .addDims(SIDE)
        .addDims(SIDE)
        .build();
  }

  private static AttributeProto value(TensorProto tensor) {
    return AttributeProto.newBuilder()
        .setName("value")
        .setType(AttributeProto.AttributeType.TENSOR)
        .setT(tensor)
        .build();
  }

  private static NodeProto constant(AttributeProto attribute) {
    return NodeProto.newBuilder()
        .setOpType("Constant")
        .addOutput("w")
        .addAttribute(attribute)
        .build();
  }

  private static NodeProto branch(TensorProto tensor) {
    GraphProto.Builder body =
        GraphProto.newBuilder()
            .setName("body")
            .addInitializer(tensor.toBuilder().setName("inner"))
            .addNode(NodeProto.newBuilder().setOpType("Identity").addInput("inner").addOutput("b"))
            .addOutput(OnnxModels.value("b", TensorProto.DataType.FLOAT, SIDE, SIDE));
    GraphProto.Builder other = body.clone();
    other.getNodeBuilder(0).setOutput(0, "o");
    other.setOutput(0, OnnxModels.value("o", TensorProto.DataType.FLOAT, SIDE, SIDE));
    return NodeProto.newBuilder()
        .setOpType("If")
        .addInput("true")
        .addOutput("w")
        .addAttribute(OnnxModels.body("then_branch", body))
        .addAttribute(OnnxModels.body("else_branch", other))
        .build();
  }

  /** y = x · w, where a node makes w. */
  private static ModelProto.Builder product(NodeProto node) {
    OnnxModels model = base();
    model.graph().addNode(0, node);
    return model.build().toBuilder();
  }

  /** y = x · w, where the call of a function of one node makes w. */
  private static ModelProto function(NodeProto inside, int opset) {
    NodeProto truth =
        constant(
                value(
                    TensorProto.newBuilder()
                        .setDataType(TensorProto.DataType.BOOL_VALUE)
                        .addInt32Data(1)
                        .build()))
            .toBuilder()
            .setOutput(0, "true")
            .build();
    FunctionProto function =
        FunctionProto.newBuilder()
            .setName("Weights")
            .setDomain("own")
            .addOutput("w")
            .addNode(truth)
            .addNode(inside)
            .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(opset))
            .build();
    NodeProto call =
        NodeProto.newBuilder().setOpType("Weights").setDomain("own").addOutput("w").build();
    return product(call)
        .addFunctions(function)
        .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("own").setVersion(1))
        .build();
  }

  private static OnnxModels base() {
    OnnxModels model = new OnnxModels(1).input("x", 1, SIDE);
    model
        .graph()
        .addInitializer(TensorProto.newBuilder().setName("true").setDataType(9).addInt32Data(1));
    model.node("MatMul", "p", "x w");
    model.node("Softmax", "y", "p", integer("axis", 1));
    return model.output("y");
  }
}
