/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.EnvironmentException;

class HeldFileTest {
  private static final byte[] BEFORE = {1, 2, 3, 4, 5};

  @TempDir Path folder;
  private Path file;
  private final FileSystemStore disk = new FileSystemStore();

  @BeforeEach
  void write() throws IOException {
    file = Files.write(folder.resolve("keys"), BEFORE);
  }

  /** Reads the old file through a descriptor from before. */
  private byte[] formerContentsAfterReplacing(DurableStore store) throws IOException {
    try (RandomAccessFile former = new RandomAccessFile(file.toFile(), "r");
        HeldFile held = HeldFile.acquire(file, "the test's file")) {
      held.replace(store, new byte[] {9, 9, 9});
      byte[] left = new byte[(int) former.length()];
      former.readFully(left);
      return left;
    }
  }

  @Test
  void replaced_theFormerContentsAreZeros_andNoOtherNameIsLeft() throws IOException {
    assertThat(formerContentsAfterReplacing(disk)).isEqualTo(new byte[BEFORE.length]);
    assertThat(file).hasBinaryContent(new byte[] {9, 9, 9});
    assertThat(SecretFiles.hasLeftovers(file)).isFalse();
  }

  @Test
  void replacedOnAFileSystemWithoutSecondNames_theFormerContentsAreZeros() throws IOException {
    ForwardingStore withoutLinks =
        new ForwardingStore() {
          @Override
          public boolean link(Path from, Path second) {
            return false;
          }
        };
    assertThat(formerContentsAfterReplacing(withoutLinks)).isEqualTo(new byte[BEFORE.length]);
    assertThat(file).hasBinaryContent(new byte[] {9, 9, 9});
  }

  @Test
  void aTemporaryFileOfAFailedAttempt_isOverwritten_beforeTheNext() throws IOException {
    Path temporary = Files.write(SecretFiles.temporary(file), BEFORE);
    try (RandomAccessFile leftover = new RandomAccessFile(temporary.toFile(), "r");
        HeldFile held = HeldFile.acquire(file, "the test's file")) {
      held.replace(disk, new byte[] {9});
      byte[] left = new byte[BEFORE.length];
      leftover.readFully(left);
      assertThat(left).isEqualTo(new byte[BEFORE.length]);
    }
  }

  @Test
  void whateverStepFails_theFileIsOneOfTheTwo_andTheNextAttemptSucceeds() throws IOException {
    int steps = 0;
    for (boolean failed = true; failed; steps++) {
      Path here = Files.createDirectory(folder.resolve("after-" + steps));
      Path keys = Files.write(here.resolve("keys"), BEFORE);
      FailingStore store = new FailingStore();
      store.failFrom(steps);
      try (HeldFile held = HeldFile.acquire(keys, "the test's file")) {
        failed = !succeeds(held, store, (byte) 7);
        assertThat(Files.readAllBytes(keys)).isIn(BEFORE, new byte[] {7});
        assertThat(HeldFile.read("it", keys, 99)).isEqualTo(Files.readAllBytes(keys));
        store.failFrom(Integer.MAX_VALUE);
        assertThat(succeeds(held, store, (byte) 8)).isTrue();
      }
      assertThat(keys).hasBinaryContent(new byte[] {8});
      assertThat(SecretFiles.hasLeftovers(keys)).isFalse();
    }
    assertThat(steps).isGreaterThan(6);
  }

  /** A device that runs for years does not run out of descriptors. */
  @Test
  void replaced_itIsOpenOnce_howeverOftenAndWhateverFails() throws IOException {
    ForwardingStore withoutRename =
        new ForwardingStore() {
          @Override
          public void rename(Path from, Path to) throws IOException {
            throw new IOException("the test lets nothing be renamed");
          }
        };
    try (HeldFile held = HeldFile.acquire(file, "the test's file")) {
      assertThat(succeeds(held, disk, (byte) 7)).isTrue();
      assertThat(succeeds(held, withoutRename, (byte) 8)).isFalse();
      assertThat(OpenDescriptors.below(folder)).isEqualTo(1);
    }
    assertThat(OpenDescriptors.below(folder)).isZero();
  }

  @Test
  void aHeldFileThatGrew_isNotRead() throws IOException {
    try (HeldFile held = HeldFile.acquire(file, "the test's file")) {
      assertThat(HeldFile.read("it", file, BEFORE.length)).isEqualTo(BEFORE);
      assertThatThrownBy(() -> HeldFile.read("it", file, BEFORE.length - 1))
          .isInstanceOf(BadInputException.class)
          .hasMessageContaining("expected at most 4 bytes");
      held.replace(disk, new byte[] {9});
    }
  }

  private static boolean succeeds(HeldFile held, DurableStore store, byte value) {
    try {
      held.replace(store, new byte[] {value});
      return true;
    } catch (EnvironmentException e) {
      return false;
    }
  }

  @Test
  void aFileThatSomebodyReplacedOrWroteTo_isNotReplaced() throws IOException {
    try (HeldFile held = HeldFile.acquire(file, "the test's file")) {
      Files.write(file, new byte[] {1, 2, 3, 4, 6});
      assertThatThrownBy(() -> held.replace(disk, new byte[] {9}))
          .isInstanceOf(ReplacedFileException.class);
      Files.write(file, BEFORE);
      held.replace(disk, new byte[] {9});
      Path other = Files.write(folder.resolve("other"), new byte[] {9});
      Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
      assertThatThrownBy(() -> held.replace(disk, new byte[] {8}))
          .isInstanceOf(ReplacedFileException.class);
      assertThat(file).hasBinaryContent(new byte[] {9});
      Files.delete(file);
      assertThatThrownBy(() -> held.replace(disk, new byte[] {8}))
          .isInstanceOf(ReplacedFileException.class);
      assertThat(file).doesNotExist();
    }
  }

  @Test
  void aHeldFile_isHeldOnce_whateverItsName() throws IOException {
    Path second = Files.createLink(folder.resolve("second"), file);
    try (HeldFile held = HeldFile.acquire(file, "the test's file")) {
      assertThatThrownBy(() -> HeldFile.acquire(second, "it"))
          .isInstanceOf(EnvironmentException.class);
      held.replace(disk, new byte[] {9});
      assertThatThrownBy(() -> HeldFile.acquire(file, "it"))
          .isInstanceOf(EnvironmentException.class);
    }
    HeldFile.acquire(file, "it").close();
  }
}
