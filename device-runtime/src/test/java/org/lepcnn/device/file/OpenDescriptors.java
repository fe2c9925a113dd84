/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.file;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What this process has open, as Linux tells it. */
public final class OpenDescriptors {
  private static final Path ALL = Path.of("/proc/self/fd");

  private OpenDescriptors() {}

  /** How many descriptors are open of files below a folder, deleted ones included. */
  public static int below(Path folder) throws IOException {
    assumeTrue(Files.isDirectory(ALL), "only Linux tells what is open");
    String start = folder.toRealPath() + "/";
    int count = 0;
    try (Stream<Path> all = Files.list(ALL)) {
      for (Path descriptor : all.toList()) {
        count += target(descriptor).startsWith(start) ? 1 : 0;
      }
    }
    return count;
  }

  private static String target(Path descriptor) throws IOException {
    try {
      return Files.readSymbolicLink(descriptor).toString();
    } catch (NoSuchFileException e) {
      return ""; // it was closed meanwhile
    }
  }
}
