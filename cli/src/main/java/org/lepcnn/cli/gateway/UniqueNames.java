/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli.gateway;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Moves files between folders without ever taking the place of another. */
final class UniqueNames {
  private static final int MOST = 100_000;

  private UniqueNames() {}

  /**
   * Moves a file; one that finds its name taken gets a number before its ending, {@code a~2.png}.
   *
   * @param into a folder, made if absent; also on another file system
   * @return where it is now
   */
  static Path move(Path file, Path into) throws IOException {
    Files.createDirectories(into);
    String name = file.getFileName().toString();
    int dot = name.lastIndexOf('.') < 1 ? name.length() : name.lastIndexOf('.');
    for (int number = 1; number < MOST; number++) {
      String numbered =
          number == 1 ? name : name.substring(0, dot) + "~" + number + name.substring(dot);
      Path target = into.resolve(numbered);
      if (target.equals(file)) {
        continue; // wants another name where it is
      }
      try {
        return Files.move(file, target);
      } catch (FileAlreadyExistsException e) {
        // the next number
      }
    }
    throw new FileAlreadyExistsException(into.resolve(name).toString());
  }
}
