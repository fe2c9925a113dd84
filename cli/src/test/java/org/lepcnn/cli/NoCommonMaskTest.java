/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.model.MaskedTensorSpec;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.device.key.TestSecrets;
import org.lepcnn.device.mask.MaskGenerator;
import org.lepcnn.device.owner.OwnerFile;
import org.lepcnn.device.state.DeviceState;
import org.lepcnn.device.state.DurableReservation;
import org.lepcnn.device.state.Grant;
import org.lepcnn.gateway.Meter;
import org.lepcnn.onnx.ImportOptions;
import org.lepcnn.onnx.ModelImporter;
import org.lepcnn.onnx.plan.Precision;

/**
 * Whatever is provisioned by one owner, no two states ever draw the same mask: the whole masks of
 * all tensors of several passes have no sixteen bytes in common, wherever these begin.
 */
class NoCommonMaskTest {
  private static final int PASSES = 6;

  /** Residues compared at a time: two such windows are equal by chance once in 2¹²⁴. */
  private static final int WINDOW = 4;

  private record Window(long first, long second) {
    static Window of(int[] residues, int at) {
      return new Window(
          (long) residues[at] << Integer.SIZE | residues[at + 1],
          (long) residues[at + 2] << Integer.SIZE | residues[at + 3]);
    }
  }

  @TempDir private Path folder;
  private OwnerFile owner;
  private int states;

  @BeforeEach
  void createOwner() {
    owner = OwnerFile.create(folder.resolve("owner"));
  }

  @Test
  void wipedAndProvisionedAgain_isANewChain() {
    ModelBundle bundle = Meter.importBundle();
    assertNoMaskInCommon(List.of(state("meter-1", bundle), state("meter-1", bundle)));
  }

  @Test
  void oneModelImportedWithOtherOptions_isAnotherModel() {
    ModelBundle fine = Meter.importBundle();
    ModelBundle coarse =
        ModelImporter.importModel(
            Meter.onnx(), ImportOptions.defaults().withPrecision(Precision.EIGHT_BITS));
    assertThat(coarse.fingerprint()).isNotEqualTo(fine.fingerprint());
    assertNoMaskInCommon(List.of(state("meter-1", fine), state("meter-1", coarse)));
  }

  @Test
  void oneModelOnTwoDevices_hasTwoChains() {
    ModelBundle bundle = Meter.importBundle();
    assertNoMaskInCommon(List.of(state("meter-1", bundle), state("meter-2", bundle)));
  }

  /** The same shapes, so that tensor ids and sizes agree; only weights differ. */
  @Test
  void oneDeviceWithTwoModels_hasTwoChains() throws IOException {
    ModelBundle one = Meter.importBundle();
    ModelBundle other = ModelImporter.importModel(withOtherWeights(), ImportOptions.defaults());
    assertThat(other.fingerprint()).isNotEqualTo(one.fingerprint());
    assertThat(other.plan().tensors()).isEqualTo(one.plan().tensors());
    assertNoMaskInCommon(List.of(state("meter-1", one), state("meter-1", other)));
  }

  /** What the comparison would find: a copied state draws the same masks. */
  @Test
  void copiedState_hasAllMasksInCommon() throws IOException {
    Path original = state("meter-1", Meter.importBundle());
    Path copy = folder.resolve("copy");
    try (Stream<Path> files = Files.walk(original)) {
      for (Path file : files.toList()) {
        Files.copy(file, copy.resolve(original.relativize(file).toString()));
      }
    }
    Set<Window> windows = new HashSet<>();
    long count = addMasks(original, windows);
    assertThat(addMasks(copy, windows)).isEqualTo(count);
    assertThat((long) windows.size()).isEqualTo(count);
  }

  private static void assertNoMaskInCommon(List<Path> stateFolders) {
    Set<Window> windows = new HashSet<>();
    long count = 0;
    for (Path stateFolder : stateFolders) {
      count += addMasks(stateFolder, windows);
    }
    assertThat(count).isGreaterThan(1_000L * PASSES * stateFolders.size());
    assertThat((long) windows.size()).isEqualTo(count);
  }

  /** Adds all windows of all masks of the next passes; their number. */
  private static long addMasks(Path stateFolder, Set<Window> windows) {
    long count = 0;
    try (DeviceState state = DeviceState.open(stateFolder)) {
      DurableReservation passes = state.reserve(PASSES);
      for (int i = 0; i < PASSES; i++) {
        try (MaskGenerator generator = new MaskGenerator(passes.take().key(), TestSecrets.ACCESS)) {
          for (MaskedTensorSpec tensor : state.deviceHalf().plan().tensors()) {
            int[] mask = new int[tensor.elements()];
            generator.fill(tensor.id(), ResidueField.P31, mask, mask.length);
            for (int at = 0; at + WINDOW <= mask.length; at++) {
              windows.add(Window.of(mask, at));
              count++;
            }
          }
        }
      }
    }
    return count;
  }

  private Path withOtherWeights() throws IOException {
    ModelProto model = ModelProto.parseFrom(Files.readAllBytes(Meter.onnx()));
    ModelProto.Builder other = model.toBuilder();
    TensorProto.Builder weights = other.getGraphBuilder().getInitializerBuilder(0);
    byte[] raw = weights.getRawData().toByteArray();
    assertThat(raw).isNotEmpty();
    ByteBuffer values = ByteBuffer.wrap(raw).order(ByteOrder.LITTLE_ENDIAN);
    values.putFloat(0, values.getFloat(0) * 1.5f + 0.125f);
    weights.setRawData(ByteString.copyFrom(raw));
    return Files.write(folder.resolve("other.onnx"), other.build().toByteArray());
  }

  private Path state(String device, ModelBundle bundle) {
    int number = states++;
    Path grantFile = folder.resolve("grant-" + number);
    try (Grant grant = owner.provision(device, bundle)) {
      grant.write(grantFile);
    }
    Path stateFolder = folder.resolve("state-" + number);
    DeviceState.init(grantFile, stateFolder).close();
    assertThat(Files.exists(grantFile)).isFalse();
    return stateFolder;
  }
}
