/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.file;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.io.Folders;

/**
 * A lock on a file that excludes other processes (by the operating system) and other callers in
 * this process (by a register: POSIX gives up a process's locks on a file as soon as the process
 * closes any descriptor of it, so the file must not even be opened twice). The file stays when the
 * lock is released; a crash releases the lock.
 *
 * <p>Whoever deletes the file lets a second process take a lock of its own. What must not go back
 * even then is a {@link HeldFile}.
 */
public final class ExclusiveLock implements AutoCloseable {
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private final Path key;
  private final FileChannel channel;

  private ExclusiveLock(Path key, FileChannel channel) {
    this.key = key;
    this.channel = channel;
  }

  /**
   * Takes the lock or fails at once.
   *
   * @param file is created when it is missing; its folder must be there
   * @param what names the locked thing in errors
   * @throws EnvironmentException another process or caller holds it
   */
  public static ExclusiveLock acquire(Path file, String what) {
    try {
      Path key = Folders.holding(file).toRealPath().resolve(file.getFileName());
      if (!HELD.add(key)) {
        throw inUse(what);
      }
      return lockRegistered(key, file, what);
    } catch (IOException e) {
      throw EnvironmentException.about("Locking " + what).expected("a writable folder").found(e);
    }
  }

  /** Takes the key out of the register again when the operating system gives no lock. */
  private static ExclusiveLock lockRegistered(Path key, Path file, String what) throws IOException {
    try {
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      return lock(key, channel, what);
    } catch (IOException | RuntimeException e) {
      HELD.remove(key);
      throw e;
    }
  }

  private static ExclusiveLock lock(Path key, FileChannel channel, String what) throws IOException {
    FileLock lock = null;
    try {
      lock = channel.tryLock();
    } catch (OverlappingFileLockException e) {
      // this process holds it, through classes that another loader has loaded
      throw inUse(what);
    } finally {
      if (lock == null) {
        channel.close();
      }
    }
    if (lock == null) {
      throw inUse(what);
    }
    return new ExclusiveLock(key, channel);
  }

  /** Releases the lock. */
  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new EnvironmentException("Unlocking " + key + ": " + e + ".", e);
    } finally {
      HELD.remove(key);
    }
  }

  static EnvironmentException inUse(String what) {
    return new EnvironmentException(
        "Locking " + what + ": another process uses it. Stop that process or wait for it.");
  }
}
