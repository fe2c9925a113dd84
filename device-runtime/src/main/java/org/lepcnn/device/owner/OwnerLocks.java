/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.owner;

import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.device.file.DurableStore;
import org.lepcnn.device.file.ExclusiveLock;
import org.lepcnn.device.file.HeldFile;
import org.lepcnn.device.file.SecretFiles;
import org.slf4j.LoggerFactory;

/** How those that change an owner file exclude one another. */
final class OwnerLocks {
  private OwnerLocks() {}

  static ExclusiveLock lock(Path file) {
    return ExclusiveLock.acquire(
        file.resolveSibling(file.getFileName() + ".lock"), "the owner file " + file);
  }

  /** Excludes other processes even when somebody deletes the lock file. */
  static HeldFile hold(Path file) {
    try {
      return HeldFile.acquire(file, "the owner file " + file);
    } catch (NoSuchFileException e) {
      throw OwnerContents.missing(file, e);
    }
  }

  /** What a crash left goes, unless another process is at it: then it is that process's. */
  static void eraseLeftover(DurableStore store, Path file) {
    if (SecretFiles.hasLeftovers(file)) {
      try (ExclusiveLock lock = lock(file);
          HeldFile held = hold(file)) {
        SecretFiles.eraseLeftovers(store, file);
      } catch (EnvironmentException e) {
        // found here: the log costs more processor time than all else that a new owner file takes
        LoggerFactory.getLogger(OwnerLocks.class)
            .warn("A temporary file beside {} stays: {}", file, e.getMessage());
      }
    }
  }
}
