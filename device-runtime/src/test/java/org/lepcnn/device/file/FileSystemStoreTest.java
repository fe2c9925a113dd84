/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.SyncFailedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What the real disk does of what is promised to the files with keys. */
class FileSystemStoreTest {
  /** Can be written, and cannot be made durable. */
  private static final Path NO_DISK = Path.of("/dev/null");

  @TempDir Path folder;
  private final FileSystemStore disk = new FileSystemStore();

  @Test
  @EnabledOnOs(OS.LINUX)
  void contentsThatCannotBeMadeDurable_areAnError() throws IOException {
    assertThatThrownBy(() -> disk.syncFile(NO_DISK)).isInstanceOf(SyncFailedException.class);
    try (RandomAccessFile open = new RandomAccessFile(NO_DISK.toFile(), "rw")) {
      assertThatThrownBy(() -> OpenFile.overwrite(open))
          .as("zeros as well")
          .isInstanceOf(SyncFailedException.class);
    }
  }

  @Test
  void namesThatCannotBeMadeDurable_areAnError() {
    assertThatThrownBy(() -> disk.syncFolder(folder.resolve("missing")))
        .isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void aSecondName_isTheSameFile_andIsTakenAwayAlone() throws IOException {
    Path file = Files.write(folder.resolve("file"), new byte[] {1});
    Path second = folder.resolve("second");
    assertThat(disk.link(file, second)).isTrue();
    assertThat(Files.isSameFile(file, second)).isTrue();
    disk.unlink(second);
    assertThat(second).doesNotExist();
    assertThat(file).hasBinaryContent(new byte[] {1});
  }

  /** No file system gives a folder a second name; the answer is that of one that gives none. */
  @Test
  void whereThereAreNoSecondNames_thatIsSaid() throws IOException {
    Path second = folder.resolve("second");
    assertThat(disk.link(Files.createDirectory(folder.resolve("inner")), second)).isFalse();
    assertThat(second).doesNotExist();
  }
}
