/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.lepcnn.core.error.EnvironmentException;

/**
 * Durable commits of whole files: temporary file, fsync, atomic rename, fsync of the directory.
 *
 * <p>The temporary name is fixed (the target's name and {@value #TEMPORARY_SUFFIX}), so that a
 * crash leaves at most one and the next commit replaces it. A file system without atomic rename is
 * an error; there is no fall-back.
 */
public final class AtomicFiles {
  /** What the name of an uncommitted file ends with. */
  public static final String TEMPORARY_SUFFIX = ".tmp";

  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");

  private AtomicFiles() {}

  /** Replaces or creates {@code target} with the concatenation of {@code parts}. */
  public static void write(Path target, byte[]... parts) {
    commit(target, false, parts);
  }

  /** As {@link #write}, readable by the owner of the process alone. */
  public static void writePrivate(Path target, byte[]... parts) {
    commit(target, true, parts);
  }

  /** Makes a rename or deletion inside {@code directory} durable. */
  public static void syncDirectory(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /** Makes {@code temporary} durable, renames it to {@code target} and makes the rename durable. */
  public static void publish(Path temporary, Path target) throws IOException {
    try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
    Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    syncDirectory(Folders.holding(target));
  }

  private static void commit(Path target, boolean ownerOnly, byte[]... parts) {
    Path absolute = target.toAbsolutePath();
    Path folder = Folders.holding(absolute);
    Path temporary = absolute.resolveSibling(absolute.getFileName() + TEMPORARY_SUFFIX);
    try {
      Files.createDirectories(folder);
      Files.deleteIfExists(temporary);
      FileAttribute<?>[] attributes =
          ownerOnly && posix(absolute)
              ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(OWNER_ONLY)}
              : new FileAttribute<?>[0];
      Files.createFile(temporary, attributes);
      try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
        for (byte[] part : parts) {
          writeFully(channel, ByteBuffer.wrap(part));
        }
        channel.force(true);
      }
      Files.move(temporary, absolute, StandardCopyOption.ATOMIC_MOVE);
      syncDirectory(folder);
    } catch (IOException e) {
      throw EnvironmentException.about("Writing " + target)
          .expected("a writable folder with enough space")
          .found(e);
    }
  }

  private static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  private static boolean posix(Path path) {
    return path.getFileSystem().supportedFileAttributeViews().contains("posix");
  }
}
