/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretFilesTest {
  @TempDir private Path folder;

  /** A second name of the same file shows what stays on the disk when the first one is gone. */
  @Test
  void whatACrashLeft_isOverwritten_andNotOnlyDeleted() throws IOException {
    Path file = folder.resolve("state.lep");
    byte[] key = new byte[5_000];
    Arrays.fill(key, (byte) 7);
    Files.write(file, new byte[1]);
    for (Path leftover : new Path[] {SecretFiles.temporary(file), SecretFiles.former(file)}) {
      Files.write(leftover, key);
      Path witness = folder.resolve("witness");
      Files.createLink(witness, leftover);
      SecretFiles.eraseLeftovers(new FileSystemStore(), file);
      assertThat(leftover).doesNotExist();
      assertThat(Files.readAllBytes(witness)).doesNotContain(7);
      Files.delete(witness);
    }
    assertThat(file).exists();
  }
}
