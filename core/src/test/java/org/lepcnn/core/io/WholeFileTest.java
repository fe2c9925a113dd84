/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.fuzz.SparseFiles;
import org.lepcnn.core.model.ModelBundle;

class WholeFileTest {
  @TempDir private Path folder;

  @Test
  void aFileOfExactlyTheBound_isRead_oneByteMoreIsRefused() throws IOException {
    Path file = Files.write(folder.resolve("a"), new byte[] {1, 2, 3});

    assertThat(WholeFile.read("a", file, 3)).containsExactly(1, 2, 3);
    assertThatThrownBy(() -> WholeFile.read("a", file, 2))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("expected at most 2 bytes; found 3 bytes");
    assertThat(WholeFile.read("none", Files.createFile(folder.resolve("empty")), 3)).isEmpty();
  }

  @Test
  void aFileLargerThanAnArray_isRefused_beforeAnythingIsAllocated() throws IOException {
    Path file = SparseFiles.enlarge(folder.resolve("huge"));

    assertThatThrownBy(() -> WholeFile.read("huge", file, WholeFile.MAX_HALF_BYTES))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("found 3221225472 bytes");
    assertThatThrownBy(() -> WholeFile.requireAtMost("huge", file, WholeFile.MAX_DATA_BYTES))
        .isInstanceOf(BadInputException.class);
  }

  @Test
  void aFileThatFitsNoHeap_isAnErrorOfTheEnvironment() throws IOException {
    long bound = WholeFile.MAX_HALF_BYTES;
    assumeThat(Runtime.getRuntime().maxMemory()).as("a small heap").isLessThan(bound);
    Path file = SparseFiles.enlarge(folder.resolve("large"), bound);

    assertThatThrownBy(() -> WholeFile.read("large", file, bound))
        .isInstanceOf(EnvironmentException.class)
        .hasMessageContaining("-Xmx");
  }

  /** Devices say that they have no bytes, and never end. */
  @Test
  void aDeviceWithoutAnEnd_isRefused() {
    Path zeros = Path.of("/dev/zero");
    assumeThat(zeros).exists();

    assertThatThrownBy(() -> WholeFile.read("zeros", zeros, 100))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("more bytes than its size");
  }

  @Test
  void aMissingFileAndAFolder_areErrorsOfReading() {
    assertThatThrownBy(() -> WholeFile.read("x", folder.resolve("x"), 9))
        .isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> WholeFile.read("x", folder, 9)).isInstanceOf(IOException.class);
  }

  @Test
  void hugeFilesOfABundle_areRefused() throws IOException {
    for (String name : new String[] {ModelBundle.MANIFEST_FILE, ModelBundle.EDGE_FILE}) {
      Path bundle = Files.createDirectories(folder.resolve("of-" + name));
      Files.write(
          bundle.resolve(ModelBundle.MANIFEST_FILE),
          CheckedFile.frame(
              0x4c45504d,
              1,
              new BodyWriter().bytes(new byte[32]).bytes(new byte[32]).toByteArray()));
      SparseFiles.enlarge(bundle.resolve(name));

      assertThatThrownBy(() -> ModelBundle.readEdge(bundle))
          .isInstanceOf(BadInputException.class)
          .hasMessageContaining(name + ": expected at most");
    }
  }
}
