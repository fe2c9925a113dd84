/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.SparseTensorProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TrainingInfoProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.UnknownFieldSet;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.LepcnnException;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.core.onnxruntime.OnnxMessage;
import org.lepcnn.core.onnxruntime.SelfContainedModel;
import org.lepcnn.onnx.ImportOptions;
import org.lepcnn.onnx.ImportTrial;
import org.lepcnn.onnx.ModelImporter;
import org.lepcnn.onnx.TensorPlaces;

/**
 * A reference to data outside in every place in which the format's own description lets a tensor
 * stand, by every way out of the folder.
 */
@Tag("slow")
class SchemaPlacesTest {
  private static final Map<String, OnnxMessage> NAMES =
      Map.of(
          TensorProto.getDescriptor().getName(), OnnxMessage.TENSOR,
          SparseTensorProto.getDescriptor().getName(), OnnxMessage.SPARSE_TENSOR,
          AttributeProto.getDescriptor().getName(), OnnxMessage.ATTRIBUTE,
          NodeProto.getDescriptor().getName(), OnnxMessage.NODE,
          GraphProto.getDescriptor().getName(), OnnxMessage.GRAPH,
          FunctionProto.getDescriptor().getName(), OnnxMessage.FUNCTION,
          TrainingInfoProto.getDescriptor().getName(), OnnxMessage.TRAINING_INFO,
          ModelProto.getDescriptor().getName(), OnnxMessage.MODEL);

  @TempDir Path root;
  private Path folder;

  @BeforeEach
  void makeFiles() throws Exception {
    folder = Files.createDirectory(root.resolve("model"));
    Files.writeString(root.resolve("outside.bin"), TensorPlaces.MARKER);
    Files.writeString(folder.resolve("inside.bin"), TensorPlaces.MARKER);
    Files.writeString(folder.resolve(".hidden"), TensorPlaces.MARKER);
    Files.writeString(folder.resolve("owner.lep"), "LEPO" + TensorPlaces.MARKER);
    Files.createSymbolicLink(folder.resolve("link.bin"), root.resolve("outside.bin"));
    Files.createSymbolicLink(folder.resolve("up"), root);
    Process made = new ProcessBuilder("mkfifo", folder.resolve("fifo").toString()).start();
    assertThat(made.waitFor()).isZero();
    Files.createSymbolicLink(folder.resolve("zero"), Path.of("/dev/zero"));
  }

  @Test
  void everyFieldOfTheFormat_isInTheTableOfTheGuard() {
    Set<Descriptor> seen = new HashSet<>();
    compare(ModelProto.getDescriptor(), seen);
    assertThat(seen).hasSize(OnnxMessage.values().length);
  }

  private static void compare(Descriptor message, Set<Descriptor> seen) {
    if (!seen.add(message)) {
      return;
    }
    OnnxMessage known = NAMES.get(message.getName());
    assertThat(known).as(message.getName()).isNotNull();
    for (FieldDescriptor field : message.getFields()) {
      assertThat(known.knows(field.getNumber())).as(field.getFullName()).isTrue();
      boolean holds = TensorPlaces.holdsTensors(field, new HashSet<>());
      OnnxMessage child = known.child(field.getNumber());
      assertThat(child)
          .as(field.getFullName())
          .isEqualTo(holds ? NAMES.get(field.getMessageType().getName()) : null);
      if (holds) {
        compare(field.getMessageType(), seen);
      }
    }
  }

  @Test
  void everyPlace_isRefusedByTheGuard_andMadeWholeByTheReader() throws Exception {
    assertThat(TensorPlaces.all()).hasSizeGreaterThan(30);
    for (List<FieldDescriptor> place : TensorPlaces.all()) {
      ModelProto outside = TensorPlaces.model(place, TensorPlaces.external("inside.bin"));
      assertThatThrownBy(() -> require(outside))
          .as(TensorPlaces.text(place))
          .isInstanceOf(BadInputException.class)
          .hasMessageContaining("outside the model");
      ModelProto whole = ExternalData.inline(outside, folder.resolve("net.onnx"));
      require(whole);
      boolean training = TensorPlaces.isLeftOut(place);
      assertThat(
              whole
                  .toByteString()
                  .toString(StandardCharsets.ISO_8859_1)
                  .contains(TensorPlaces.MARKER))
          .as(TensorPlaces.text(place))
          .isEqualTo(!training);
    }
  }

  @Test
  void everyPlace_byEveryWayOut_givesNothingAway() throws Exception {
    List<String> locations =
        List.of(
            "../outside.bin",
            root.resolve("outside.bin").toString(),
            "link.bin",
            "up/outside.bin",
            "up/model/../outside.bin",
            "./../outside.bin",
            ".hidden",
            "owner.lep",
            "fifo",
            "zero",
            "",
            ".",
            "in\0side.bin",
            "*/_ORT_MEM_ADDR_/*",
            "*/_ORT_NATIVE_ENDIAN_MEM_ADDR_/*");
    for (List<FieldDescriptor> place : TensorPlaces.all()) {
      for (String location : locations) {
        Path file = folder.resolve("net.onnx");
        Files.write(file, TensorPlaces.model(place, TensorPlaces.external(location)).toByteArray());
        String as = TensorPlaces.text(place) + " " + location;
        if (TensorPlaces.isLeftOut(place)) {
          assertThat(string(bundle(file))).as(as).doesNotContain(TensorPlaces.MARKER);
        } else {
          assertNothingTold(as, () -> bundle(file));
          assertNothingTold(as, () -> ModelImporter.original(file));
        }
      }
    }
  }

  @Test
  void trial_ofAModelThatNamesAFileOutside_refusesIt() throws Exception {
    Path file = folder.resolve("net.onnx");
    Files.write(
        file,
        TensorPlaces.model(TensorPlaces.all().get(0), TensorPlaces.external("../outside.bin"))
            .toByteArray());
    assertThatThrownBy(() -> ImportTrial.importModel(file, ImportOptions.defaults()))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("outside");
  }

  @Test
  void modelThatIsALink_readsBesideTheLinkAndBesideTheFile_andNowhereElse() throws Exception {
    Path blobs = Files.createDirectories(root.resolve("cache/blobs"));
    Path snapshot = Files.createDirectories(root.resolve("cache/snapshots/a"));
    Files.writeString(blobs.resolve("1234"), TensorPlaces.MARKER);
    Files.writeString(blobs.resolve("beside.bin"), TensorPlaces.MARKER);
    Files.createSymbolicLink(snapshot.resolve("weights.bin"), blobs.resolve("1234"));
    Files.createSymbolicLink(snapshot.resolve("other.bin"), root.resolve("outside.bin"));
    Path model = Files.createFile(blobs.resolve("model-blob"));
    Path link = Files.createSymbolicLink(snapshot.resolve("model.onnx"), model);
    List<FieldDescriptor> place = TensorPlaces.all().get(0);
    for (String location : List.of("weights.bin", "beside.bin")) {
      require(
          ExternalData.inline(TensorPlaces.model(place, TensorPlaces.external(location)), link));
    }
    for (String location : List.of("other.bin", "../../blobs/1234", "../../../outside.bin")) {
      assertNothingTold(
          location,
          () ->
              ExternalData.inline(TensorPlaces.model(place, TensorPlaces.external(location)), link)
                  .toByteArray());
    }
  }

  @Test
  void referencesWithoutTheMark_andFieldsOfNewerFormats_areNotHandedOn() {
    List<FieldDescriptor> place = TensorPlaces.all().get(0);
    TensorProto unmarked =
        TensorPlaces.external("inside.bin").toBuilder().clearDataLocation().build();
    assertNothingTold(
        "unmarked",
        () ->
            ExternalData.inline(TensorPlaces.model(place, unmarked), folder.resolve("m"))
                .toByteArray());
    UnknownFieldSet unknown =
        UnknownFieldSet.newBuilder()
            .addField(
                999,
                UnknownFieldSet.Field.newBuilder()
                    .addLengthDelimited(TensorPlaces.external("inside.bin").toByteString())
                    .build())
            .build();
    ModelProto newer = TensorPlaces.base().toBuilder().setUnknownFields(unknown).build();
    ModelProto nested =
        TensorPlaces.base().toBuilder()
            .setGraph(TensorPlaces.base().getGraph().toBuilder().setUnknownFields(unknown))
            .build();
    for (ModelProto model : List.of(newer, nested)) {
      assertThatThrownBy(() -> require(model)).hasMessageContaining("field 999");
      require(ExternalData.inline(model, folder.resolve("m")));
    }
  }

  private interface Attempt {
    byte[] run() throws Exception;
  }

  private static void assertNothingTold(String as, Attempt attempt) {
    assertThatThrownBy(() -> assertThat(string(attempt.run())).as(as).isEqualTo("refused"))
        .as(as)
        .isInstanceOf(LepcnnException.class)
        .satisfies(error -> assertThat(error.toString()).doesNotContain(TensorPlaces.MARKER));
  }

  private static byte[] bundle(Path file) {
    ModelBundle bundle = ModelImporter.importModel(file, ImportOptions.defaults());
    byte[] edge = bundle.edge().toFile();
    byte[] device = bundle.device().toFile();
    return ByteBuffer.allocate(edge.length + device.length).put(edge).put(device).array();
  }

  private static String string(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  private static void require(ModelProto model) {
    SelfContainedModel.require("Testing", ByteBuffer.wrap(model.toByteArray()));
  }
}
