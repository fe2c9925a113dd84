/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.file;

import java.io.IOException;
import java.nio.file.Path;

/**
 * The steps by which the files of device and owner reach the disk, one method each, so that a test
 * can record them and cut the power between any two.
 *
 * <p>Nothing is durable before {@link #syncFile} for contents and {@link #syncFolder} for names.
 */
public interface DurableStore {
  /** The real disk. */
  static DurableStore onDisk() {
    return new FileSystemStore();
  }

  /** Creates a file that only its owner may read; it must not be there. */
  void write(Path file, byte[] contents) throws IOException;

  /** Makes the contents of a file durable. */
  void syncFile(Path file) throws IOException;

  /** Renames a file or folder atomically; a file that is there is replaced. */
  void rename(Path from, Path to) throws IOException;

  /**
   * Gives a file a second name, which must not be there.
   *
   * @return false when the file system has no second names
   */
  boolean link(Path file, Path second) throws IOException;

  /** Takes a file's second name away. */
  void unlink(Path second) throws IOException;

  /** Makes creations, renames and deletions in a folder durable. */
  void syncFolder(Path folder) throws IOException;

  /**
   * Overwrites a file with zeros as far as the file system lets it, then deletes it; an empty
   * folder is only deleted.
   */
  void erase(Path file) throws IOException;

  /** Creates a folder that only its owner may enter, unless it is there. */
  void createFolder(Path folder) throws IOException;
}
