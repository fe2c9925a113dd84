/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.io.CheckedFile;
import org.lepcnn.core.io.CorruptFileException;
import org.lepcnn.core.io.FileTooNewException;
import org.lepcnn.core.io.FileTooOldException;
import org.lepcnn.core.linear.ConvGeometry;

class ModelBundleTest {
  @TempDir private Path folder;

  private final ModelBundle bundle = TestBundles.twoRounds(1);

  @Test
  void writtenBundle_readsBackWithTheSameFingerprint() {
    Path target = folder.resolve("bundle");
    bundle.write(target);
    ModelBundle read = ModelBundle.read(target);
    assertThat(read.fingerprint()).isEqualTo(bundle.fingerprint());
    assertThat(read.edge().toFile()).isEqualTo(bundle.edge().toFile());
    assertThat(read.device().toFile()).isEqualTo(bundle.device().toFile());
    assertThat(read.plan().rounds()).isEqualTo(2);
    assertThat(folder).isDirectoryNotContaining(path -> path.toString().endsWith(".tmp"));
  }

  @Test
  void writingAgain_replacesABundleAndNothingElse() throws IOException {
    Path target = folder.resolve("bundle");
    bundle.write(target);
    ModelBundle other = TestBundles.twoRounds(2);
    other.write(target);
    assertThat(ModelBundle.read(target).fingerprint())
        .isEqualTo(other.fingerprint())
        .isNotEqualTo(bundle.fingerprint());
    Path foreign = Files.createDirectory(folder.resolve("photos"));
    Files.writeString(foreign.resolve("a.txt"), "mine");
    assertThatThrownBy(() -> bundle.write(foreign)).isInstanceOf(BadInputException.class);
    assertThat(foreign.resolve("a.txt")).exists();
  }

  @Test
  void edgeView_needsNoDeviceHalf() throws IOException {
    Path target = folder.resolve("bundle");
    bundle.write(target);
    Files.delete(target.resolve(ModelBundle.DEVICE_FILE));
    ModelBundle.EdgeView view = ModelBundle.readEdge(target);
    assertThat(view.fingerprint()).isEqualTo(bundle.fingerprint());
    assertThatThrownBy(() -> ModelBundle.read(target))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining(ModelBundle.DEVICE_FILE);
  }

  @Test
  void fingerprint_isTheHashOfTheHashes() throws Exception {
    MessageDigest sha = MessageDigest.getInstance("SHA-256");
    byte[] edge = sha.digest(bundle.edge().toFile());
    byte[] device = sha.digest(bundle.device().toFile());
    sha.update(edge);
    assertThat(bundle.fingerprint().toBytes()).isEqualTo(sha.digest(device));
  }

  @Test
  void swappedHalf_isRefused() {
    Path target = folder.resolve("bundle");
    bundle.write(target);
    Path other = folder.resolve("other");
    TestBundles.twoRounds(2).write(other);
    assertThatThrownBy(
            () -> {
              Files.write(
                  target.resolve(ModelBundle.EDGE_FILE),
                  Files.readAllBytes(other.resolve(ModelBundle.EDGE_FILE)));
              ModelBundle.readEdge(target);
            })
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("manifest");
  }

  @Test
  void everyTruncationAndFlip_isATypedError() {
    byte[] edge = bundle.edge().toFile();
    byte[] device = bundle.device().toFile();
    SplittableRandom random = new SplittableRandom(9);
    for (int i = 0; i < 400; i++) {
      byte[] cut = java.util.Arrays.copyOf(edge, random.nextInt(edge.length));
      assertThatThrownBy(() -> EdgeHalf.parse("edge", cut)).isInstanceOf(BadInputException.class);
      byte[] flipped = device.clone();
      flipped[random.nextInt(flipped.length)] ^= (byte) (1 << random.nextInt(8));
      assertThatThrownBy(() -> DeviceHalf.parse("device", flipped))
          .isInstanceOf(BadInputException.class);
    }
  }

  @Test
  void lyingBodiesWithAValidChecksum_areTypedErrors() {
    byte[] device = bundle.device().toFile();
    byte[] body = java.util.Arrays.copyOfRange(device, 16, device.length - 32);
    SplittableRandom random = new SplittableRandom(10);
    int refused = 0;
    for (int i = 0; i < 3000; i++) {
      byte[] mutated = body.clone();
      for (int k = 0; k <= random.nextInt(3); k++) {
        mutated[random.nextInt(mutated.length)] = (byte) random.nextInt(256);
      }
      try {
        DeviceHalf.parse(
            "device", CheckedFile.frame(DeviceHalf.MAGIC, DeviceHalf.VERSION, mutated));
      } catch (BadInputException e) {
        refused++;
      }
    }
    assertThat(refused).isPositive();
  }

  @Test
  void otherVersions_areDifferentErrors() {
    byte[] file = bundle.edge().toFile();
    assertThatThrownBy(() -> EdgeHalf.parse("edge", withVersion(file, 99)))
        .isInstanceOf(FileTooNewException.class)
        .hasMessageContaining("99");
    assertThatThrownBy(() -> EdgeHalf.parse("edge", withVersion(file, 0)))
        .isInstanceOf(FileTooOldException.class);
    assertThatThrownBy(() -> DeviceHalf.parse("device", file))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageContaining("magic");
  }

  @Test
  void plan_refusesWhatDoesNotFitTogether() {
    ConvGeometry product = ConvGeometry.fullyConnected(1, 4, 2);
    MaskedTensorSpec tensor = new MaskedTensorSpec(0, 0, 4, ResidueField.P31);
    LinearLayerSpec layer = new LinearLayerSpec(0, 0, product);
    assertThat(new Plan(List.of(tensor), List.of(layer)).rounds()).isEqualTo(1);
    assertThat(new Plan(List.of(), List.of()).rounds()).isZero();
    assertRefused(List.of(tensor), List.of(), "reader");
    assertRefused(List.of(new MaskedTensorSpec(1, 0, 4, ResidueField.P31)), List.of(layer), "ids");
    assertRefused(
        List.of(new MaskedTensorSpec(0, 1, 4, ResidueField.P31)), List.of(layer), "rounds");
    assertRefused(
        List.of(new MaskedTensorSpec(0, -1, 4, ResidueField.P31)), List.of(layer), "rounds");
    assertRefused(
        List.of(new MaskedTensorSpec(0, 0, 5, ResidueField.P31)), List.of(layer), "elements");
    assertRefused(List.of(tensor), List.of(new LinearLayerSpec(1, 0, product)), "indices");
    assertRefused(
        List.of(tensor), List.of(new LinearLayerSpec(0, 7, product)), "tensor of the plan");
  }

  private static void assertRefused(
      List<MaskedTensorSpec> tensors, List<LinearLayerSpec> layers, String word) {
    assertThatThrownBy(() -> new Plan(tensors, layers))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining(word);
  }

  private static byte[] withVersion(byte[] file, int version) {
    byte[] copy = file.clone();
    ByteBuffer.wrap(copy).putInt(4, version);
    return copy;
  }
}
