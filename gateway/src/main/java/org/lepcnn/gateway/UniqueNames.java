/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Moves files between folders without ever taking the place of another. */
final class UniqueNames {
  private static final int MOST = 100_000;

  /** In bytes, on the file systems in use. */
  private static final int LONGEST_NAME = 255;

  /** In bytes; what follows a dot and is longer is no ending. */
  private static final int LONGEST_ENDING = 16;

  private UniqueNames() {}

  /**
   * Moves a file; one that finds its name taken gets a number before its ending, {@code a~2.png}. A
   * name that would be too long for a file system is cut.
   *
   * @param into a folder, made if absent; also on another file system
   * @return where it is now
   */
  static Path move(Path file, Path into) throws IOException {
    return move(file, into, "", Files::move);
  }

  /**
   * The same, with a text beside it, whose name is the file's and an ending. Both names are free
   * before.
   *
   * @param ending of the text's name
   * @return where the file is now
   */
  static Path move(Path file, Path into, String ending, String text) throws IOException {
    return move(
        file,
        into,
        ending,
        (from, to) -> {
          Path beside = to.resolveSibling(to.getFileName() + ending);
          Files.writeString(beside, text, StandardOpenOption.CREATE_NEW);
          try {
            return Files.move(from, to);
          } catch (IOException e) {
            Files.delete(beside);
            throw e;
          }
        });
  }

  /** Puts a file to a place that must be free. */
  private interface Mover {
    Path move(Path from, Path to) throws IOException;
  }

  /**
   * @param ending that has to have room behind the name
   */
  private static Path move(Path file, Path into, String ending, Mover mover) throws IOException {
    Files.createDirectories(into);
    String name = file.getFileName().toString();
    for (int number = 1; number < MOST; number++) {
      Path target = into.resolve(numbered(name, number, LONGEST_NAME - bytes(ending)));
      if (target.equals(file)) {
        continue; // wants another name where it is
      }
      try {
        return mover.move(file, target);
      } catch (FileAlreadyExistsException e) {
        // the next number
      }
    }
    throw new FileAlreadyExistsException(into.resolve(name).toString());
  }

  /** A name with its number, if that is not 1, before its ending; of so many bytes at most. */
  private static String numbered(String name, int number, int limit) {
    int dot = name.lastIndexOf('.');
    boolean ends = dot >= 1 && bytes(name.substring(dot)) <= LONGEST_ENDING;
    String ending = ends ? name.substring(dot) : "";
    String stem = name.substring(0, name.length() - ending.length());
    String rest = number == 1 ? ending : "~" + number + ending;
    while (bytes(stem) + bytes(rest) > limit) {
      stem = stem.substring(0, stem.offsetByCodePoints(stem.length(), -1));
    }
    return stem + rest;
  }

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}
