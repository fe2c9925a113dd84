/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.error.BadInputException;

class FoldersTest {
  @TempDir private Path folder;

  @Test
  void entriesThatAreWanted_comeByName() throws IOException {
    for (String name : new String[] {"b", "a", "no", "c"}) {
      Files.createFile(folder.resolve(name));
    }
    assertThat(Folders.list(folder, entry -> !entry.endsWith("no")))
        .extracting(entry -> entry.getFileName().toString())
        .containsExactly("a", "b", "c");
  }

  @Test
  void folderOfAFile_isAbsolute_whetherTheyAreThereOrNot() {
    Path here = Path.of("").toAbsolutePath();
    assertThat(Folders.holding(folder.resolve("a/b"))).isEqualTo(folder.resolve("a"));
    assertThat(Folders.holding(Path.of("a/b"))).isEqualTo(here.resolve("a"));
    assertThat(Folders.holding(Path.of("b"))).isEqualTo(here);
  }

  @Test
  void aRoot_liesInNoFolder_andIsNeverWritten() {
    Path root = folder.getRoot();
    assertThatThrownBy(() -> Folders.holding(root))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("expected a name in a folder; found " + root);
    assertThatThrownBy(() -> AtomicFiles.write(root, new byte[1]))
        .isInstanceOf(BadInputException.class);
  }

  @Test
  void aFolderThatFailsInTheMiddle_isAnIoException() throws IOException {
    Files.createFile(folder.resolve("a"));
    IOException disk = new IOException("Input/output error");
    assertThatThrownBy(
            () ->
                Folders.list(
                    folder,
                    entry -> {
                      throw new UncheckedIOException(disk);
                    }))
        .isSameAs(disk);
    assertThatThrownBy(() -> Folders.list(folder.resolve("none"), entry -> true))
        .isInstanceOf(NoSuchFileException.class);
  }
}
