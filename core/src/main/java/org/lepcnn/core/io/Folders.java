/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.io;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.lepcnn.core.error.BadInputException;

/**
 * Finds and lists folders. A disk can fail in the middle of a folder, which {@link Files#list}
 * reports by an unchecked exception; here it is an {@link IOException} like any other.
 */
public final class Folders {
  private Folders() {}

  /**
   * The folder that a file or folder lies in, whether they are there or not.
   *
   * @return an absolute path
   * @throws BadInputException the path is a root, which lies in no folder
   */
  public static Path holding(Path file) {
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null) {
      throw BadInputException.about("Path").expected("a name in a folder").found(file);
    }
    return folder;
  }

  /**
   * The entries of a folder, by name.
   *
   * @param wanted which of them
   * @throws IOException the folder is not there, or cannot be read to its end
   */
  public static List<Path> list(Path folder, Predicate<Path> wanted) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.filter(wanted).sorted().toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }
}
