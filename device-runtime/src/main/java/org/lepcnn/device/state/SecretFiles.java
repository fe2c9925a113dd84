/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.state;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.io.AtomicFiles;
import org.lepcnn.core.io.CorruptFileException;
import org.lepcnn.core.io.WholeFile;

/** Durable replacement and strict reading of files that hold keys or counts. */
public final class SecretFiles {
  private SecretFiles() {}

  /** Replaces a file: temporary file, fsync, rename, fsync of the folder; erases {@code bytes}. */
  public static void replace(DurableStore store, Path file, byte[] bytes) {
    Path temporary = temporary(file);
    try {
      store.write(temporary, bytes);
      store.syncFile(temporary);
      store.rename(temporary, file);
      store.syncFolder(file.getParent());
    } catch (IOException e) {
      throw new EnvironmentException(
          "Writing " + file + ": expected a writable folder with enough space; found: " + e + ".",
          e);
    } finally {
      Arrays.fill(bytes, (byte) 0);
    }
  }

  /** Erases what a crash left half written. */
  public static void eraseLeftover(DurableStore store, Path file) {
    Path temporary = temporary(file);
    try {
      if (Files.exists(temporary)) {
        store.erase(temporary);
        store.syncFolder(file.getParent());
      }
    } catch (IOException e) {
      throw new EnvironmentException(
          "Erasing " + temporary + ", which a crash left: " + e + ". Make the folder writable.", e);
    }
  }

  /**
   * Makes the names in a folder durable before anybody relies on what its files say: a process that
   * was killed may have renamed a file and not come to this.
   */
  public static void syncFolder(DurableStore store, Path folder) {
    try {
      store.syncFolder(folder);
    } catch (IOException e) {
      throw new EnvironmentException(
          "Opening " + folder + ": expected a folder that can be made durable; found: " + e + ".",
          e);
    }
  }

  /**
   * Reads a file that must be there.
   *
   * @param mostBytes the largest size that makes sense
   * @param remedy ends the message when it is not
   * @throws CorruptFileException the file is missing
   * @throws org.lepcnn.core.error.BadInputException it is larger
   */
  static byte[] read(Path file, long mostBytes, String remedy) {
    try {
      return WholeFile.read(file.toString(), file, mostBytes);
    } catch (NoSuchFileException e) {
      throw new CorruptFileException(
          "Reading " + file + ": expected a file; found none. " + remedy);
    } catch (IOException e) {
      throw new EnvironmentException(
          "Reading " + file + ": expected a readable file; found: " + e + ".", e);
    }
  }

  /** The name that a file has while it is written. */
  public static Path temporary(Path file) {
    return file.resolveSibling(file.getFileName() + AtomicFiles.TEMPORARY_SUFFIX);
  }
}
