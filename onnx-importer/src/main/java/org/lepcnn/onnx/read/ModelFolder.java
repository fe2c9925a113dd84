/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.read;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The files that a model may name: regular files in the folder in which the model lies, by its path
 * or where the file really is when the path is a link. Absolute locations, {@code ..}, names that
 * begin with a dot, and links that lead elsewhere are refused, and so are files of lepcnn's own,
 * since keys may lie beside the model.
 */
final class ModelFolder {
  /** How all files of this project begin. */
  private static final byte[] OWN = {'L', 'E', 'P'};

  private final List<Path> folders;
  private final List<Path> realFolders;

  private ModelFolder(List<Path> folders, List<Path> realFolders) {
    this.folders = folders;
    this.realFolders = realFolders;
  }

  /** Why a location is refused. */
  static final class RefusedLocationException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String expected;
    private final String found;

    RefusedLocationException(String expected, String found) {
      super(found);
      this.expected = expected;
      this.found = found;
    }

    String expected() {
      return expected;
    }

    String found() {
      return found;
    }
  }

  /** The folder of a file that exists. */
  static ModelFolder of(Path modelFile) {
    List<Path> folders = new ArrayList<>();
    List<Path> realFolders = new ArrayList<>();
    try {
      Path byPath = modelFile.toAbsolutePath().getParent();
      folders.add(byPath);
      realFolders.add(byPath.toRealPath());
      Path real = modelFile.toRealPath().getParent();
      folders.add(real);
      realFolders.add(real);
    } catch (IOException e) {
      // a folder that has gone holds no file
    }
    return new ModelFolder(List.copyOf(folders), List.copyOf(realFolders));
  }

  /**
   * The real file that a location names.
   *
   * @throws RefusedLocationException when there is none, or one that the model may not name
   */
  Path resolve(String location) throws RefusedLocationException {
    Path relative = relative(location);
    for (Path folder : folders) {
      Path file = folder.resolve(relative);
      if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
        return real(file, location);
      }
    }
    throw absent(location, "none");
  }

  private static Path relative(String location) throws RefusedLocationException {
    try {
      Path path = Path.of(location);
      boolean plain = !location.isEmpty() && !path.isAbsolute();
      for (Path name : path) {
        plain &= name.toString().equals(".") || !name.toString().startsWith(".");
      }
      if (plain) {
        return path;
      }
    } catch (InvalidPathException e) {
      // refused like every other that is no plain name
    }
    throw outside(location);
  }

  private Path real(Path file, String location) throws RefusedLocationException {
    try {
      Path real = file.toRealPath();
      if (realFolders.stream().noneMatch(real::startsWith)) {
        throw outside(location);
      }
      if (!Files.isRegularFile(real, LinkOption.NOFOLLOW_LINKS)) {
        throw absent(location, "something that is no regular file");
      }
      requireForeign(real, location);
      return real;
    } catch (IOException e) {
      throw absent(location, e.getClass().getSimpleName());
    }
  }

  private static void requireForeign(Path real, String location)
      throws IOException, RefusedLocationException {
    try (InputStream in = Files.newInputStream(real)) {
      if (java.util.Arrays.equals(in.readNBytes(OWN.length), OWN)) {
        throw new RefusedLocationException(
            "a file of weights", "'" + location + "', which is a file of lepcnn");
      }
    }
  }

  private static RefusedLocationException absent(String location, String found) {
    return new RefusedLocationException("a file '" + location + "' beside the model", found);
  }

  private static RefusedLocationException outside(String location) {
    return new RefusedLocationException(
        "a location inside the model's folder", "'" + location + "', which leads outside");
  }
}
