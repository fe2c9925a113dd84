/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.error.RefusedException;
import org.lepcnn.core.io.CorruptFileException;
import org.lepcnn.device.key.GroupKey;

/** No table is kept open longer than somebody reads or writes it, as the system counts. */
class ClosedFilesTest {
  private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

  @TempDir Path folder;

  @BeforeEach
  void requireDescriptors() {
    assumeTrue(Files.isReadable(DESCRIPTORS), "only Linux tells the open files");
  }

  @Test
  void aFolder_opensAFileWhenItIsRead_andClosesItInTheEnd() throws IOException {
    Path file = TestTables.write(folder, TestTables.id(0, 1), 1);
    try (TableFolder tables = TestTables.open(folder)) {
      assertThat(openFiles()).as("found, not read").isEmpty();
      TestTables.read(tables, 0, 0);
      assertThat(openFiles()).containsExactly(file.toRealPath());
    }
    assertThat(openFiles()).isEmpty();
  }

  @Test
  void ofManyFiles_onlyTheLastFewStayOpen() throws IOException {
    int files = TableFolder.MAX_OPEN_FILES + 2;
    for (int group = 0; group < files; group++) {
      TestTables.write(folder, TestTables.id(group * 64L, group * 64L), 1);
    }
    try (TableFolder tables = TestTables.open(folder)) {
      for (int group = 0; group < files; group++) {
        TestTables.read(tables, group * 64L, 1);
        assertThat(openFiles()).hasSize(Math.min(group + 1, TableFolder.MAX_OPEN_FILES));
      }
    }
  }

  @Test
  void anErasedFile_isClosed_soThatItsSpaceIsFree() throws IOException {
    TestTables.write(folder, TestTables.id(0, 1), 1);
    TestTables.write(folder, TestTables.id(2, 3), 1);
    try (TableFolder tables = TestTables.open(folder)) {
      TestTables.read(tables, 0, 0);
      tables.discardBefore(2);
      assertThat(openFiles()).isEmpty();
    }
  }

  @Test
  void aCorruptFile_isClosed() throws IOException {
    Path file = TestTables.write(folder, TestTables.id(0, 1), 1);
    byte[] whole = Files.readAllBytes(file);
    for (int length : new int[] {10, whole.length - 1}) {
      Files.write(file, Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> TestTables.open(folder)).isInstanceOf(CorruptFileException.class);
      assertThat(openFiles()).as("length %d", length).isEmpty();
    }
  }

  @Test
  void aFileThatIsNotOurs_isClosed() throws IOException {
    Path file = TestTables.write(folder, TestTables.id(0, 1), 1);
    Files.move(file, folder.resolve("0-2-3.lept"));
    assertThatThrownBy(() -> TestTables.open(folder)).isInstanceOf(RefusedException.class);
    assertThat(openFiles()).isEmpty();
  }

  @Test
  void aWriterThatIsNotCommitted_closesItsFile() throws IOException {
    try (GroupKey key = TestTables.groupKey(0);
        TableWriter writer =
            TableWriter.create(folder, TestTables.id(0, 1), TestTables.PLAN, 1, key)) {
      writer.writeChallenges(TestTables.group(0, 1));
      assertThat(openFiles()).hasSize(1);
    }
    assertThat(openFiles()).isEmpty();
  }

  /** Also those that were deleted: the system keeps them until they are closed. */
  private List<Path> openFiles() throws IOException {
    List<Path> open = new ArrayList<>();
    try (Stream<Path> descriptors = Files.list(DESCRIPTORS)) {
      for (Path descriptor : descriptors.toList()) {
        try {
          open.add(Files.readSymbolicLink(descriptor));
        } catch (NoSuchFileException e) {
          // closed since the listing
        }
      }
    }
    Path here = folder.toRealPath();
    return open.stream().filter(file -> file.startsWith(here)).toList();
  }
}
