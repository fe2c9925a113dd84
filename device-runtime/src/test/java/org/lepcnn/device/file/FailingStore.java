/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.file;

import java.io.IOException;
import java.nio.file.Path;

/**
 * The real disk until a given step, then only errors: a full disk, or a process that was killed.
 */
public final class FailingStore implements DurableStore {
  private final DurableStore disk = new FileSystemStore();
  private int stepsLeft = Integer.MAX_VALUE;
  private int steps;

  /** Lets that many more steps through. */
  public void failFrom(int steps) {
    stepsLeft = steps;
  }

  /** Steps that went through. */
  public int steps() {
    return steps;
  }

  @Override
  public void write(Path file, byte[] contents) throws IOException {
    step();
    disk.write(file, contents);
  }

  @Override
  public void syncFile(Path file) throws IOException {
    step();
    disk.syncFile(file);
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    step();
    disk.rename(from, to);
  }

  @Override
  public boolean link(Path file, Path second) throws IOException {
    step();
    return disk.link(file, second);
  }

  @Override
  public void unlink(Path second) throws IOException {
    step();
    disk.unlink(second);
  }

  @Override
  public void syncFolder(Path folder) throws IOException {
    step();
    disk.syncFolder(folder);
  }

  @Override
  public void erase(Path file) throws IOException {
    step();
    disk.erase(file);
  }

  @Override
  public void createFolder(Path folder) throws IOException {
    step();
    disk.createFolder(folder);
  }

  private void step() throws IOException {
    if (stepsLeft-- <= 0) {
      throw new IOException("the test let no more steps through");
    }
    steps++;
  }
}
