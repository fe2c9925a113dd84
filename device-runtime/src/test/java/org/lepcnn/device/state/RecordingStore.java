/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.state;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.lepcnn.device.file.ForwardingStore;

/** The real disk, with a list of the steps in their order, of names below one folder. */
final class RecordingStore extends ForwardingStore {
  private final Path root;
  private final List<String> steps = new ArrayList<>();
  private boolean secondNames = true;

  RecordingStore(Path root) {
    this.root = root;
  }

  /** From now on a file has one name. */
  RecordingStore withoutSecondNames() {
    secondNames = false;
    return this;
  }

  List<String> steps() {
    return List.copyOf(steps);
  }

  @Override
  public void write(Path file, byte[] contents) throws IOException {
    steps.add("write " + name(file));
    super.write(file, contents);
  }

  @Override
  public void syncFile(Path file) throws IOException {
    steps.add("sync " + name(file));
    super.syncFile(file);
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    steps.add("rename " + name(from) + " to " + name(to));
    super.rename(from, to);
  }

  @Override
  public boolean link(Path file, Path second) throws IOException {
    steps.add("link " + name(file) + " as " + name(second));
    return secondNames && super.link(file, second);
  }

  @Override
  public void unlink(Path second) throws IOException {
    steps.add("unlink " + name(second));
    super.unlink(second);
  }

  @Override
  public void syncFolder(Path folder) throws IOException {
    steps.add("sync folder " + name(folder));
    super.syncFolder(folder);
  }

  @Override
  public void erase(Path file) throws IOException {
    steps.add("erase " + name(file));
    super.erase(file);
  }

  @Override
  public void createFolder(Path folder) throws IOException {
    steps.add("create folder " + name(folder));
    super.createFolder(folder);
  }

  private String name(Path path) {
    String name = root.relativize(path.toAbsolutePath()).toString();
    return name.isEmpty() ? "." : name.replace(Grants.CHAIN.toString(), "CHAIN");
  }
}
