/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.EnvironmentException;

/**
 * Reads a file into memory when its size is one that such a file can have: a size is a length that
 * somebody else wrote, and is checked before anything is allocated for it.
 */
public final class WholeFile {
  /** The most bytes of a half of a model bundle: what fits one array with its frame. */
  public static final long MAX_HALF_BYTES = Integer.MAX_VALUE - (1L << 20);

  /** The most bytes of a file of tensors. */
  public static final long MAX_DATA_BYTES = MAX_HALF_BYTES;

  /** The most bytes of a file of settings. */
  public static final long MAX_SETTINGS_BYTES = 1L << 20;

  private WholeFile() {}

  /**
   * Reads a file.
   *
   * @param what names the file in errors
   * @param mostBytes the largest size that makes sense, below 2 GiB
   * @return exactly the file's bytes; the only copy
   * @throws BadInputException it is larger, also when it grows meanwhile or hides its size
   * @throws EnvironmentException it is larger than the free memory
   * @throws IOException it is not there or cannot be read
   */
  public static byte[] read(String what, Path file, long mostBytes) throws IOException {
    if (Files.isDirectory(file)) {
      throw new IOException(file + " is a folder");
    }
    try (SeekableByteChannel channel = Files.newByteChannel(file)) {
      long size = channel.size();
      if (size > mostBytes) {
        throw tooLarge(what, mostBytes, size + " bytes");
      }
      byte[] bytes = allocate(what, (int) size);
      int length = fill(channel, ByteBuffer.wrap(bytes));
      if (length < bytes.length) {
        throw new IOException(file + " became shorter while it was read");
      }
      if (channel.read(ByteBuffer.allocate(1)) > 0) {
        throw tooLarge(what, mostBytes, "one with more bytes than its size of " + size);
      }
      return bytes;
    }
  }

  /**
   * Checks the size of a file that is read piece by piece.
   *
   * @throws BadInputException it is larger
   * @throws IOException it is not there
   */
  public static void requireAtMost(String what, Path file, long mostBytes) throws IOException {
    long size = Files.size(file);
    if (size > mostBytes) {
      throw tooLarge(what, mostBytes, size + " bytes");
    }
  }

  private static int fill(SeekableByteChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining() && channel.read(bytes) >= 0) {
      // goes on
    }
    return bytes.position();
  }

  /** One array that does not fit leaves the process as it was: no reason to end it. */
  private static byte[] allocate(String what, int size) {
    try {
      return new byte[size];
    } catch (OutOfMemoryError e) {
      throw EnvironmentException.about("Reading " + what)
          .expected("room in memory for its " + size + " bytes")
          .because(e)
          .found(
              "a heap of at most " + Runtime.getRuntime().maxMemory() + " bytes",
              "Give the process more (java -Xmx), if you trust the file.");
    }
  }

  private static BadInputException tooLarge(String what, long mostBytes, String found) {
    return BadInputException.about("Reading " + what)
        .expected("at most " + mostBytes + " bytes")
        .found(found, "This is another kind of file, or it is damaged.");
  }
}
