/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.state;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.io.Folders;
import org.lepcnn.device.file.DurableStore;
import org.lepcnn.device.file.ExclusiveLock;
import org.lepcnn.device.file.HeldFile;
import org.lepcnn.device.file.SecretFiles;

/**
 * Retires chains of a state folder. A mark is made durable first, an empty file named by the chain,
 * and the chain's folder is erased then: a crash in between leaves a chain that nobody opens and
 * that retiring it again erases. The mark stays for ever, so that a copy of the chain's grant
 * cannot begin the chain again at its first pass.
 */
public final class RetiredChains {
  private static final String SUFFIX = ".retired";

  private RetiredChains() {}

  /** Whether the chain of this folder, which may be gone, is retired. */
  static boolean isRetired(Path chainFolder) {
    return Files.exists(mark(chainFolder));
  }

  /** The ids of all that are retired. */
  public static List<String> list(Path stateFolder) {
    try {
      return Folders.list(stateFolder, entry -> entry.toString().endsWith(SUFFIX)).stream()
          .map(entry -> entry.getFileName().toString())
          .map(name -> name.substring(0, name.length() - SUFFIX.length()))
          .toList();
    } catch (IOException e) {
      throw new EnvironmentException("Opening the device state " + stateFolder + ": " + e + ".", e);
    }
  }

  /**
   * Retires the only chain with these first digits. No process may have it open.
   *
   * @return the chain's id
   */
  public static String retire(Path stateFolder, String digits) {
    return retire(DurableStore.onDisk(), stateFolder, digits);
  }

  static String retire(DurableStore store, Path stateFolder, String digits) {
    Path folder = stateFolder.toAbsolutePath();
    requireFolder(folder);
    try (ExclusiveLock initLock =
        ExclusiveLock.acquire(
            folder.resolve(ChainFolders.LOCK_FILE), "the state folder " + stateFolder)) {
      Path chain = find(folder, digits.toLowerCase(Locale.ROOT));
      try (ExclusiveLock lock = lock(chain)) {
        Path state = chain.resolve(StateFile.NAME);
        if (Files.exists(state)) {
          hold(state, chain).close(); // no process has it open, whatever became of the lock file
        }
        erase(store, chain);
      }
      return chain.getFileName().toString();
    }
  }

  private static ExclusiveLock lock(Path chain) {
    return ExclusiveLock.acquire(
        chain.resolve(ChainFolders.LOCK_FILE), "the device state " + chain);
  }

  private static HeldFile hold(Path state, Path chain) {
    try {
      return HeldFile.acquire(state, "the device state " + chain);
    } catch (NoSuchFileException e) {
      throw SecretFiles.missing(state, StateFile.REMEDY);
    }
  }

  private static void erase(DurableStore store, Path chain) {
    Path mark = mark(chain);
    try {
      if (!Files.exists(mark)) {
        store.write(mark, new byte[0]);
        store.syncFile(mark);
      }
      store.syncFolder(Folders.holding(chain));
      StateInit.eraseFolder(store, chain);
      store.syncFolder(Folders.holding(chain));
    } catch (IOException e) {
      throw EnvironmentException.about("Retiring " + chain)
          .expected("a writable folder")
          .found(e, "Try again.");
    }
  }

  private static void requireFolder(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw BadInputException.about("Retiring a chain")
          .expected("a device's state folder at " + folder)
          .found("none");
    }
  }

  private static Path find(Path folder, String digits) {
    List<Path> found =
        ChainFolders.all(folder).stream()
            .filter(chain -> chain.getFileName().toString().startsWith(digits))
            .toList();
    if (found.size() != 1) {
      throw BadInputException.about("Retiring chain " + digits + " of " + folder)
          .expected("one with these first digits")
          .found(
              found.size() + ", and retired before: " + list(folder),
              "'lepcnn inspect' of the folder names all.");
    }
    return found.get(0);
  }

  private static Path mark(Path chainFolder) {
    return chainFolder.resolveSibling(chainFolder.getFileName() + SUFFIX);
  }
}
