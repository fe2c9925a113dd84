/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.state;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.io.Folders;
import org.lepcnn.device.file.DurableStore;
import org.lepcnn.device.file.ExclusiveLock;
import org.lepcnn.device.file.SecretFiles;
import org.lepcnn.device.key.ChallengeKey;
import org.lepcnn.device.key.KeyWrap;
import org.lepcnn.device.key.PassKey;
import org.lepcnn.device.key.Passphrase;

/**
 * Turns a grant into the folder of a chain. The folder is built under a temporary name and appears
 * by one rename; only then is the grant erased. A crash at any step therefore leaves the grant, or
 * the chain, or both; with both, the next attempt finds the chain and erases the grant.
 */
final class StateInit {
  private StateInit() {}

  /** Returns the new chain's folder. */
  static Path run(
      Path grantFile,
      Path stateFolder,
      Passphrase forGrant,
      Passphrase forState,
      DurableStore store) {
    try (Grant grant = Grant.read(grantFile, forGrant)) {
      grant.requireSealedAgain("Initialising " + stateFolder, "--passphrase-file", forState);
      return run(grant, grantFile, stateFolder, forState, store);
    }
  }

  private static Path run(
      Grant grant, Path grantFile, Path stateFolder, Passphrase forState, DurableStore store) {
    Path folder = stateFolder.toAbsolutePath();
    try (KeyWrap wrap = KeyWrap.of(forState)) {
      makeStateFolder(store, folder);
      try (ExclusiveLock initLock =
          ExclusiveLock.acquire(
              folder.resolve(ChainFolders.LOCK_FILE), "the state folder " + stateFolder)) {
        return createChain(grant, wrap, grantFile, folder, store);
      }
    }
  }

  private static void makeStateFolder(DurableStore store, Path folder) {
    try {
      Path place = Folders.holding(folder);
      if (!Files.isDirectory(place)) {
        makeStateFolder(store, place);
      }
      store.createFolder(folder);
      store.syncFolder(place);
    } catch (IOException e) {
      throw new EnvironmentException("Making the state folder " + folder + ": " + e + ".", e);
    }
  }

  private static Path createChain(
      Grant grant, KeyWrap wrap, Path grantFile, Path stateFolder, DurableStore store) {
    Path folder = stateFolder.resolve(grant.chain().toString());
    if (RetiredChains.isRetired(folder)) {
      Grant.erase(store, grantFile);
      throw new BadInputException(
          "Initialising "
              + stateFolder
              + ": chain "
              + grant.chain()
              + " was retired here. A copy of its grant would begin it at its first pass"
              + " again, so the"
              + " grant is now deleted. Provision the device again.");
    }
    if (Files.exists(folder)) {
      SecretFiles.syncFolder(store, stateFolder);
      Grant.erase(store, grantFile);
      throw new BadInputException(
          "Initialising "
              + stateFolder
              + ": chain "
              + grant.chain()
              + " is there already; the grant was consumed before and is now deleted. Open"
              + " the state, or provision the device again.");
    }
    try {
      createFolder(store, grant, wrap, stateFolder);
    } catch (IOException e) {
      throw EnvironmentException.about("Initialising " + stateFolder)
          .expected("a writable folder")
          .found(e);
    }
    Grant.erase(store, grantFile);
    return folder;
  }

  /** All of the chain's folder, durably, or nothing. */
  private static void createFolder(DurableStore store, Grant grant, KeyWrap wrap, Path stateFolder)
      throws IOException {
    Path folder = stateFolder.resolve(grant.chain().toString());
    Path temporary = SecretFiles.temporary(folder);
    eraseFolder(store, temporary);
    store.createFolder(temporary);
    writeDurably(store, temporary.resolve(ChainFolders.LOCK_FILE), new byte[0]);
    writeDurably(store, temporary.resolve(ChainFolders.DEVICE_HALF_FILE), grant.deviceHalfFile());
    try (PassKey first = grant.firstPassKey();
        ChallengeKey challenge = grant.challengeKey()) {
      StateFile.Counts counts = new StateFile.Counts(grant.identity(), 0, 0, null);
      byte[] state = new StateFile(counts, first, challenge, wrap).toFile();
      try {
        writeDurably(store, temporary.resolve(StateFile.NAME), state);
      } finally {
        Arrays.fill(state, (byte) 0);
      }
    }
    store.syncFolder(temporary);
    store.rename(temporary, folder);
    store.syncFolder(stateFolder);
  }

  private static void writeDurably(DurableStore store, Path file, byte[] bytes) throws IOException {
    store.write(file, bytes);
    store.syncFile(file);
  }

  static void eraseFolder(DurableStore store, Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    List<Path> files;
    try (Stream<Path> walk = Files.walk(folder)) {
      files = walk.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path file : files) {
      store.erase(file);
    }
  }
}
