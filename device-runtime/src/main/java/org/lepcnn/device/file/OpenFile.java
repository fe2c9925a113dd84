/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.file;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.lepcnn.core.io.WholeFile;

/**
 * A file, whatever its name is now, open and under an exclusive lock. An interrupt of the calling
 * thread closes nothing.
 */
final class OpenFile {
  private final RandomAccessFile open;
  private final Object id;
  private final byte[] digest;

  private OpenFile(RandomAccessFile open, Object id) throws IOException {
    this.open = open;
    this.id = id;
    this.digest = digest();
  }

  /**
   * Opens and locks a file that is there.
   *
   * @return null when somebody else has it locked, or put another file in its place meanwhile
   */
  static @Nullable OpenFile lock(Path file) throws IOException {
    Object id = idOf(file);
    RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw");
    boolean done = false;
    try {
      FileLock lock = open.getChannel().tryLock();
      if (lock == null || !idOf(file).equals(id)) {
        return null;
      }
      OpenFile locked = new OpenFile(open, id);
      done = true;
      return locked;
    } catch (OverlappingFileLockException e) {
      return null;
    } finally {
      if (!done) {
        open.close();
      }
    }
  }

  /** What tells the file under a name from every other file that exists. */
  static Object idOf(Path file) throws IOException {
    Object id = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    return id == null ? file.toRealPath() : id;
  }

  Object id() {
    return id;
  }

  byte[] contents() throws IOException {
    byte[] bytes = new byte[(int) Math.min(open.length(), WholeFile.MAX_HALF_BYTES)];
    open.seek(0);
    open.readFully(bytes);
    return bytes;
  }

  /** Whether the contents are those of when it was locked. */
  boolean isUnchanged() throws IOException {
    return Arrays.equals(digest, digest());
  }

  /** Overwrites the contents with zeros, durably, as far as the file system lets it. */
  void overwrite() throws IOException {
    overwrite(open);
  }

  static void overwrite(RandomAccessFile file) throws IOException {
    byte[] zeros = new byte[8192];
    file.seek(0);
    for (long left = file.length(); left > 0; left -= zeros.length) {
      file.write(zeros, 0, (int) Math.min(left, zeros.length));
    }
    file.getFD().sync();
  }

  /** Gives the lock up. */
  void close() throws IOException {
    open.close();
  }

  private byte[] digest() throws IOException {
    byte[] bytes = contents();
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256", e);
    } finally {
      Arrays.fill(bytes, (byte) 0);
    }
  }
}
