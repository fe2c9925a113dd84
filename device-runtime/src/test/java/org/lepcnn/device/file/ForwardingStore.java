/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.file;

import java.io.IOException;
import java.nio.file.Path;

/** The real disk, for tests that change one step. */
public class ForwardingStore implements DurableStore {
  private final DurableStore disk = new FileSystemStore();

  @Override
  public void write(Path file, byte[] contents) throws IOException {
    disk.write(file, contents);
  }

  @Override
  public void syncFile(Path file) throws IOException {
    disk.syncFile(file);
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    disk.rename(from, to);
  }

  @Override
  public boolean link(Path file, Path second) throws IOException {
    return disk.link(file, second);
  }

  @Override
  public void unlink(Path second) throws IOException {
    disk.unlink(second);
  }

  @Override
  public void syncFolder(Path folder) throws IOException {
    disk.syncFolder(folder);
  }

  @Override
  public void erase(Path file) throws IOException {
    disk.erase(file);
  }

  @Override
  public void createFolder(Path folder) throws IOException {
    disk.createFolder(folder);
  }
}
