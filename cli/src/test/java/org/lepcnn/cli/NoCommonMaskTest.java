/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.device.key.PassKey;
import org.lepcnn.device.mask.MaskGenerator;
import org.lepcnn.device.owner.OwnerFile;
import org.lepcnn.device.state.DeviceState;
import org.lepcnn.device.state.Grant;
import org.lepcnn.device.state.Reservation;
import org.lepcnn.onnx.ImportOptions;
import org.lepcnn.onnx.ModelImporter;
import org.lepcnn.onnx.Precision;

/** Whatever is provisioned by one owner, no two states ever draw the same mask. */
class NoCommonMaskTest {
  private static final int PASSES = 40;
  private static final int TENSORS = 3;

  /** Residues of a mask that are compared: two equal by chance once in 2¹²⁴. */
  private static final int RESIDUES = 4;

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

  private static void assertNoMaskInCommon(List<Path> stateFolders) {
    Set<String> chains = new HashSet<>();
    Set<List<Integer>> masks = new HashSet<>();
    for (Path stateFolder : stateFolders) {
      try (DeviceState state = DeviceState.open(stateFolder)) {
        chains.add(state.chain().toString());
        Reservation passes = state.reserve(PASSES);
        for (int i = 0; i < PASSES; i++) {
          masks.addAll(masks(passes.take().key()));
        }
      }
    }
    assertThat(chains).hasSameSizeAs(stateFolders);
    assertThat(masks).hasSize(stateFolders.size() * PASSES * TENSORS);
  }

  private static List<List<Integer>> masks(PassKey key) {
    List<List<Integer>> masks = new ArrayList<>();
    try (MaskGenerator generator = new MaskGenerator(key)) {
      for (int tensor = 0; tensor < TENSORS; tensor++) {
        int[] mask = new int[RESIDUES];
        generator.fill(tensor, mask, RESIDUES);
        masks.add(List.of(mask[0], mask[1], mask[2], mask[3]));
      }
    }
    return masks;
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
