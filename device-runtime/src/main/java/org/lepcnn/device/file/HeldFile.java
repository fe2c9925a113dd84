/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.file;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.io.Folders;
import org.lepcnn.core.io.WholeFile;

/**
 * A file with keys that this process alone may replace, and whose former contents are overwritten
 * when it does.
 *
 * <p>The lock of the operating system is on the file itself and goes over to each file that takes
 * its place before that has the name: no name can be deleted to get around it. The file is read
 * again before each replacement, and one that is not as this process left it is not replaced.
 *
 * <p>A process that closes any descriptor of a file gives up its locks on it. Therefore whoever
 * reads such a file in this process calls {@link #read}, which takes the open one.
 *
 * <p><b>Replacing.</b> The file gets a second name ({@code .old}), the new contents are written
 * under a temporary name and made durable, with both names; the temporary file is renamed; the
 * rename is made durable; only then are the former contents overwritten, made durable and the
 * second name deleted. A crash leaves the file before or the file after, and names for everything
 * else, which {@link SecretFiles#eraseLeftovers} erases at the next opening. On a file system
 * without second names the former contents are overwritten through the open file, and a crash
 * between rename and overwriting leaves them in free blocks.
 */
public final class HeldFile implements AutoCloseable {
  /** All that this process holds, by {@link OpenFile#id}; guarded by the class. */
  private static final Map<Object, HeldFile> HELD = new HashMap<>();

  private final Path file;
  private final String what;
  private OpenFile current;

  private HeldFile(Path file, String what, OpenFile current) {
    this.file = file;
    this.what = what;
    this.current = current;
  }

  /**
   * Takes the lock or fails at once.
   *
   * @param file must be there; nothing is created
   * @param what names it in errors
   * @throws NoSuchFileException it is not there
   * @throws EnvironmentException another process or caller holds it, or it cannot be written
   */
  public static HeldFile acquire(Path file, String what) throws NoSuchFileException {
    synchronized (HeldFile.class) {
      try {
        OpenFile open = HELD.containsKey(OpenFile.idOf(file)) ? null : OpenFile.lock(file);
        if (open == null) {
          throw ExclusiveLock.inUse(what);
        }
        HeldFile held = new HeldFile(file, what, open);
        HELD.put(open.id(), held);
        return held;
      } catch (NoSuchFileException e) {
        throw e;
      } catch (IOException e) {
        throw EnvironmentException.about("Locking " + what)
            .expected("a writable file " + file)
            .found(e);
      }
    }
  }

  /** Reads a file that this process may hold; as {@link WholeFile#read}. */
  public static byte[] read(String what, Path file, long mostBytes) throws IOException {
    synchronized (HeldFile.class) {
      HeldFile held = HELD.get(OpenFile.idOf(file));
      if (held == null) {
        return WholeFile.read(what, file, mostBytes);
      }
      WholeFile.requireAtMost(what, file, mostBytes);
      return held.current.contents();
    }
  }

  /**
   * Replaces the contents durably and overwrites the former ones; erases {@code bytes}.
   *
   * @throws ReplacedFileException the file is not as this process read or wrote it last
   * @throws EnvironmentException a step failed; the file is as before or has the new contents
   */
  public synchronized void replace(DurableStore store, byte[] bytes) {
    Path former = SecretFiles.former(file);
    Path temporary = SecretFiles.temporary(file);
    try {
      requireUnchanged();
      SecretFiles.eraseLeftovers(store, file);
      boolean named = store.link(file, former);
      store.write(temporary, bytes);
      store.syncFile(temporary);
      if (named) {
        store.syncFolder(Folders.holding(file));
      }
      replaceBy(store, temporary, named);
    } catch (IOException e) {
      throw SecretFiles.notWritten(file, e);
    } finally {
      Arrays.fill(bytes, (byte) 0);
    }
  }

  /** Gives the lock up. */
  @Override
  public void close() {
    synchronized (HeldFile.class) {
      HELD.remove(current.id());
      try {
        current.close();
      } catch (IOException e) {
        throw new EnvironmentException("Unlocking " + what + ": " + e + ".", e);
      }
    }
  }

  private void replaceBy(DurableStore store, Path temporary, boolean named) throws IOException {
    OpenFile before = current;
    try {
      rename(store, temporary);
      store.syncFolder(Folders.holding(file));
      if (named) {
        store.erase(SecretFiles.former(file));
      } else {
        before.overwrite();
      }
    } finally {
      if (before != current) {
        before.close();
      }
    }
  }

  /** The lock is on both files while the name goes from one to the other, whatever fails. */
  private void rename(DurableStore store, Path temporary) throws IOException {
    synchronized (HeldFile.class) {
      OpenFile next = OpenFile.lock(temporary);
      if (next == null) {
        throw new IOException(temporary + " is used by another process");
      }
      OpenFile other = next;
      try {
        store.rename(temporary, file);
      } finally {
        if (OpenFile.idOf(file).equals(next.id())) {
          HELD.remove(current.id());
          HELD.put(next.id(), this);
          current = next;
          other = null;
        }
        if (other != null) {
          other.close();
        }
      }
    }
  }

  private void requireUnchanged() throws IOException {
    try {
      if (OpenFile.idOf(file).equals(current.id()) && current.isUnchanged()) {
        return;
      }
    } catch (NoSuchFileException e) {
      // said below
    }
    throw new ReplacedFileException(what);
  }
}
