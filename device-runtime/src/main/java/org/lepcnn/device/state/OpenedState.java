/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.state;

import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.lepcnn.core.io.Folders;
import org.lepcnn.core.model.DeviceHalf;
import org.lepcnn.device.file.DurableStore;
import org.lepcnn.device.file.ExclusiveLock;
import org.lepcnn.device.file.HeldFile;
import org.lepcnn.device.file.SecretFiles;
import org.lepcnn.device.key.Passphrase;

/**
 * The folder of one chain, locked and read.
 *
 * @param contents what the file says at the opening; its keys are the caller's
 */
record OpenedState(
    DurableStore store,
    ExclusiveLock lock,
    HeldFile file,
    DeviceHalf deviceHalf,
    StateFile contents)
    implements AutoCloseable {
  /**
   * Locks and reads a chain's folder; what a crash left beside its file goes.
   *
   * @param passphrase stays the caller's
   */
  static OpenedState of(Path folder, Passphrase passphrase, DurableStore store) {
    ExclusiveLock lock =
        ExclusiveLock.acquire(folder.resolve(ChainFolders.LOCK_FILE), "the device state " + folder);
    HeldFile file = null;
    try {
      file = hold(folder);
      SecretFiles.syncFolder(store, folder);
      SecretFiles.syncFolder(store, Folders.holding(folder));
      SecretFiles.eraseLeftovers(store, folder.resolve(StateFile.NAME));
      DeviceHalf half =
          ChainFolders.readDeviceHalf(folder, StateFile.readCounts(folder).identity());
      return new OpenedState(store, lock, file, half, StateFile.read(folder, passphrase));
    } catch (RuntimeException e) {
      if (file != null) {
        file.close();
      }
      lock.close();
      throw e;
    }
  }

  private static HeldFile hold(Path folder) {
    Path file = folder.resolve(StateFile.NAME);
    try {
      return HeldFile.acquire(file, "the device state " + folder);
    } catch (NoSuchFileException e) {
      throw SecretFiles.missing(file, StateFile.REMEDY);
    }
  }

  /** Makes other contents durable in the place of those before. */
  void write(StateFile other) {
    file.replace(store, other.toFile());
  }

  /** Lets others open the folder. */
  @Override
  public void close() {
    try {
      file.close();
    } finally {
      lock.close();
    }
  }

  /** Without the keys. */
  @Override
  public String toString() {
    return "OpenedState(" + contents + ")";
  }
}
