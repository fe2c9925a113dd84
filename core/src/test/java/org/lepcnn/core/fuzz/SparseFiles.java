/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.fuzz;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;

/** Files that claim to be far larger than memory, and take no room on the disk. */
public final class SparseFiles {
  /** More than one Java array can hold. */
  public static final long HUGE = 3L << 30;

  private SparseFiles() {}

  /** Lengthens a file with zeros, or makes one of them. */
  public static Path enlarge(Path file) throws IOException {
    return enlarge(file, HUGE);
  }

  /** As {@link #enlarge(Path)}, to a given number of bytes. */
  public static Path enlarge(Path file, long bytes) throws IOException {
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
      open.setLength(bytes);
    }
    return file;
  }
}
