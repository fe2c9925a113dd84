/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.io.AtomicFiles;
import org.lepcnn.core.io.CorruptFileException;
import org.lepcnn.core.io.Folders;
import org.lepcnn.core.io.WholeFile;

/** Durable replacement and strict reading of files that hold keys or counts. */
public final class SecretFiles {
  private SecretFiles() {}

  /**
   * Makes a new file: temporary file, fsync, rename, fsync of the folder; erases {@code bytes}. A
   * file that is there is replaced by {@link HeldFile#replace}.
   */
  public static void create(DurableStore store, Path file, byte[] bytes) {
    Path temporary = temporary(file);
    try {
      eraseLeftovers(store, file);
      store.write(temporary, bytes);
      store.syncFile(temporary);
      store.rename(temporary, file);
      store.syncFolder(Folders.holding(file));
    } catch (IOException e) {
      throw notWritten(file, e);
    } finally {
      Arrays.fill(bytes, (byte) 0);
    }
  }

  public static EnvironmentException notWritten(Path file, IOException e) {
    return EnvironmentException.about("Writing " + file)
        .expected("a writable folder with enough space")
        .found(e);
  }

  /** Whether a crash left something beside a file that {@link #eraseLeftovers} erases. */
  public static boolean hasLeftovers(Path file) {
    return Files.exists(temporary(file)) || Files.exists(former(file));
  }

  /**
   * Erases what a crash left of writing a file: what was half written, and the former contents.
   * These are overwritten only when they are not the file itself under its second name, and after
   * the names are durable: else a loss of power could bring the overwritten file back.
   */
  public static void eraseLeftovers(DurableStore store, Path file) {
    if (!hasLeftovers(file)) {
      return;
    }
    Path former = former(file);
    Path temporary = temporary(file);
    try {
      if (Files.exists(former) && Files.exists(file) && Files.isSameFile(former, file)) {
        store.unlink(former);
      }
      store.syncFolder(Folders.holding(file));
      for (Path leftover : List.of(former, temporary)) {
        if (Files.exists(leftover)) {
          store.erase(leftover);
        }
      }
      store.syncFolder(Folders.holding(file));
    } catch (IOException e) {
      throw new EnvironmentException(
          "Erasing what a crash left of writing " + file + ": " + e + ". Make the folder writable.",
          e);
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
      throw EnvironmentException.about("Opening " + folder)
          .expected("a folder that can be made durable")
          .found(e);
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
  public static byte[] read(Path file, long mostBytes, String remedy) {
    return read(file, mostBytes, remedy, WholeFile::read);
  }

  /** As {@link #read}, of a file that this process may hold. */
  public static byte[] readHeld(Path file, long mostBytes, String remedy) {
    return read(file, mostBytes, remedy, HeldFile::read);
  }

  public static CorruptFileException missing(Path file, String remedy) {
    return new CorruptFileException("Reading " + file + ": expected a file; found none. " + remedy);
  }

  private interface Reader {
    byte[] read(String what, Path file, long mostBytes) throws IOException;
  }

  private static byte[] read(Path file, long mostBytes, String remedy, Reader reader) {
    try {
      return reader.read(file.toString(), file, mostBytes);
    } catch (NoSuchFileException e) {
      throw missing(file, remedy);
    } catch (IOException e) {
      throw EnvironmentException.about("Reading " + file).expected("a readable file").found(e);
    }
  }

  /** The second name of a file that is being replaced. */
  public static Path former(Path file) {
    return file.resolveSibling(file.getFileName() + ".old");
  }

  /** The name that a file has while it is written. */
  public static Path temporary(Path file) {
    return file.resolveSibling(file.getFileName() + AtomicFiles.TEMPORARY_SUFFIX);
  }
}
