/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Descriptors.FieldDescriptor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.kernel.ScalarKernels;
import org.lepcnn.core.model.DeviceHalf;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.core.port.InProcessEdge;
import org.lepcnn.device.stage.DeviceModel;
import org.lepcnn.device.state.DeviceState;
import org.lepcnn.gateway.ProvisionedDevice;
import org.lepcnn.onnx.ImportOptions;
import org.lepcnn.onnx.ModelImporter;
import org.lepcnn.onnx.TensorPlaces;
import org.lepcnn.onnx.plan.OffloadPolicy;

/**
 * Models, and device halves of strangers, that name a file outside their folder in every place of
 * the format: whatever a command makes of them holds nothing of the file, and the refusal is typed.
 */
@Tag("slow")
class OutsideFilesCommandsTest {
  private static final int BAD_INPUT = 2;

  private static ModelBundle harmless;

  @TempDir private Path root;
  private Path folder;
  private Path model;

  @BeforeAll
  static void importHarmlessModel(@TempDir Path temporary) throws IOException {
    Path file = Files.write(temporary.resolve("m.onnx"), TensorPlaces.base().toByteArray());
    harmless =
        ModelImporter.importModel(file, ImportOptions.defaults().withOffload(OffloadPolicy.ALL));
    assertThat(harmless.plan().layers()).isNotEmpty();
  }

  @BeforeEach
  void makeFiles() throws IOException {
    folder = Files.createDirectory(root.resolve("work"));
    Files.createDirectory(folder.resolve("model"));
    model = folder.resolve("model").resolve("net.onnx");
    Path secret = Files.writeString(root.resolve("outside.bin"), TensorPlaces.MARKER);
    Files.createSymbolicLink(folder.resolve("model").resolve("link.bin"), secret);
    Files.createSymbolicLink(folder.resolve("model").resolve("up"), root);
  }

  private List<String> locations() {
    return List.of(
        root.resolve("outside.bin").toString(), "../../outside.bin", "link.bin", "up/outside.bin");
  }

  @Test
  void importAndCheck_giveNothingAway_fromNoPlace() throws IOException {
    for (List<FieldDescriptor> place : TensorPlaces.all()) {
      for (String location : locations()) {
        write(place, location);
        String what = TensorPlaces.text(place) + " " + location;
        int expected = TensorPlaces.isLeftOut(place) ? 0 : BAD_INPUT;
        assertTellsNothing(
            what, expected, "import", model, "--trusted", "-o", folder.resolve("out"));
      }
      assertTellsNothing(
          TensorPlaces.text(place),
          TensorPlaces.isLeftOut(place) ? 0 : BAD_INPUT,
          "check",
          model,
          "--trusted",
          "--kernel",
          "scalar");
    }
  }

  @Test
  void trialInAProcessOfItsOwn_givesNothingAway() throws IOException {
    List<String> fields = new ArrayList<>();
    for (List<FieldDescriptor> place : TensorPlaces.all()) {
      String field = place.get(0).getName();
      if (!fields.contains(field)) {
        fields.add(field);
        write(place, "../../outside.bin");
        int expected = TensorPlaces.isLeftOut(place) ? 0 : BAD_INPUT;
        assertTellsNothing(field, expected, "import", model, "-o", folder.resolve("out"));
      }
    }
    assertThat(fields).contains("graph", "functions", "training_info");
  }

  @Test
  void deviceHalfOfAStranger_isRefusedWhenItIsLoaded() throws IOException {
    for (List<FieldDescriptor> place : TensorPlaces.all()) {
      for (String location : locations()) {
        Path bundle = folder.resolve("bundle");
        hostile(place, location).write(bundle);
        DeviceHalf device = ModelBundle.read(bundle).device();
        assertThatThrownBy(() -> DeviceModel.load(device).close())
            .as(TensorPlaces.text(place) + " " + location)
            .isInstanceOf(BadInputException.class)
            .hasMessageContaining("outside the model");
      }
    }
  }

  /** As {@code infer} and the gateway open it: provisioned, with tables, from the state. */
  @Test
  void deviceHalfOfAStranger_isRefusedByInference() throws IOException {
    ModelBundle bundle = hostile(TensorPlaces.all().get(0), locations().get(0));
    ProvisionedDevice device = ProvisionedDevice.create(folder, bundle, "meter-1", 1);
    DeviceState state = DeviceState.open(device.state());
    try (InProcessEdge edge = new InProcessEdge(bundle.edge(), new ScalarKernels())) {
      assertThatThrownBy(
              () ->
                  PrivateRun.open(state, device.tables(), edge, 1, Duration.ZERO, 1, false).close())
          .isInstanceOf(BadInputException.class)
          .hasMessageContaining("outside the model");
    }
    assertThat(filesWithTheSecret()).isEmpty();
  }

  /** The bundle of a harmless model with another one as its first stage. */
  private static ModelBundle hostile(List<FieldDescriptor> place, String location) {
    byte[] onnx = TensorPlaces.model(place, TensorPlaces.external(location)).toByteArray();
    DeviceHalf device = harmless.device();
    List<DeviceHalf.Stage> stages = new ArrayList<>(device.stages());
    stages.set(0, new DeviceHalf.Stage(onnx, List.of("x"), List.of("y")));
    DeviceHalf replaced =
        new DeviceHalf(
            device.modelName(),
            device.inputs(),
            device.outputs(),
            device.plan(),
            device.tensors(),
            device.layers(),
            stages,
            device.report());
    return ModelBundle.of(harmless.edge(), replaced);
  }

  private void write(List<FieldDescriptor> place, String location) throws IOException {
    Files.write(model, TensorPlaces.model(place, TensorPlaces.external(location)).toByteArray());
  }

  private void assertTellsNothing(String what, int status, Object... command) throws IOException {
    Ran ran = Ran.command(command);
    assertThat(ran.status()).as(what + ": " + ran.text()).isEqualTo(status);
    assertThat(ran.text()).as(what).doesNotContain(TensorPlaces.MARKER);
    assertThat(filesWithTheSecret()).as(what).isEmpty();
  }

  /** Everything that a command wrote; the links to the secret are not followed. */
  private List<Path> filesWithTheSecret() throws IOException {
    List<Path> holders = new ArrayList<>();
    try (Stream<Path> paths = Files.walk(folder)) {
      for (Path path : paths.filter(each -> !Files.isSymbolicLink(each)).toList()) {
        if (Files.isRegularFile(path)
            && Files.readString(path, StandardCharsets.ISO_8859_1).contains(TensorPlaces.MARKER)) {
          holders.add(path);
        }
      }
    }
    return holders;
  }
}
