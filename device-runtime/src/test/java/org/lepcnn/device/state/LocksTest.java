/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.device.file.ExclusiveLock;
import org.lepcnn.device.file.HeldFile;
import org.lepcnn.device.file.OpenDescriptors;

/** What excludes other processes: locks of the operating system. */
class LocksTest {
  @TempDir Path folder;
  private Path file;
  private Process child;

  @BeforeEach
  void name() {
    file = folder.resolve("locked");
  }

  @AfterEach
  void endChild() throws InterruptedException {
    if (child != null) {
      child.destroyForcibly().waitFor();
    }
  }

  @Test
  void aLockThatIsHeld_isOneOfTheOperatingSystem_andGoneWhenItIsClosed() throws IOException {
    try (ExclusiveLock held = ExclusiveLock.acquire(file, "the test's file");
        FileChannel other = FileChannel.open(file, StandardOpenOption.WRITE)) {
      assertThat(held).isNotNull();
      assertThatThrownBy(other::tryLock).isInstanceOf(OverlappingFileLockException.class);
    }
    try (FileChannel other = FileChannel.open(file, StandardOpenOption.WRITE)) {
      assertThat(other.tryLock()).isNotNull();
    }
  }

  @Test
  void aLockOfAnotherProcess_isNotTaken_andNothingStaysOpen_untilThatProcessEnds()
      throws Exception {
    Files.createFile(file);
    lockInAnotherProcess();
    assertThatThrownBy(() -> ExclusiveLock.acquire(file, "the test's file"))
        .isInstanceOf(EnvironmentException.class)
        .hasMessageContaining("another process uses it");
    assertThatThrownBy(() -> HeldFile.acquire(file, "the test's file"))
        .isInstanceOf(EnvironmentException.class)
        .hasMessageContaining("another process uses it");
    assertThat(OpenDescriptors.below(folder)).isZero();
    endChild();
    ExclusiveLock.acquire(file, "the test's file").close();
    HeldFile.acquire(file, "the test's file").close();
  }

  /** As classes have that another loader has loaded: they do not see what this class holds. */
  @Test
  void aLockThatSomebodyElseHasInThisProcess_isNotTaken_andFreeAfterwards() throws IOException {
    try (FileChannel other =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      assertThat(other.tryLock()).isNotNull();
      assertThatThrownBy(() -> ExclusiveLock.acquire(file, "the test's file"))
          .isInstanceOf(EnvironmentException.class)
          .hasMessageContaining("uses it");
    }
    ExclusiveLock.acquire(file, "the test's file").close();
  }

  @Test
  void aFileThatCannotBeOpened_canBeLockedAsSoonAsItCan() throws IOException {
    Files.createDirectory(file);
    assertThatThrownBy(() -> ExclusiveLock.acquire(file, "the test's file"))
        .isInstanceOf(EnvironmentException.class)
        .hasMessageContaining("expected a writable folder");
    Files.delete(file);
    ExclusiveLock.acquire(file, "the test's file").close();
  }

  private void lockInAnotherProcess() throws IOException {
    child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx32m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                LockHolderMain.class.getName(),
                file.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    assertThat(child.inputReader().readLine()).isEqualTo("true");
  }
}
