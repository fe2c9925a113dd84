/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.state;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.lepcnn.device.file.DurableStore;
import org.lepcnn.device.file.FileSystemStore;

/**
 * Records every step below one folder, does it on the real disk too (but for the syncs), and tells
 * what the disk may hold after the power went at any point, as {@link PowerLossDisk} has it. A
 * process that is killed loses nothing but what it was about to do: {@link #killAfter}.
 */
public final class PowerLossStore implements DurableStore {
  private final DurableStore disk = new FileSystemStore();
  private final Path root;
  private final List<Consumer<PowerLossDisk>> log = new ArrayList<>();
  private final Map<Path, byte[]> initialFiles = new TreeMap<>();
  private final List<Path> initialFolders = new ArrayList<>();
  private final Map<String, Long> promises = new HashMap<>();
  private boolean dropFileSyncs;
  private boolean dropFolderSyncs;
  private int stepsLeft = Integer.MAX_VALUE;
  private int steps;

  /**
   * What one cut of the power may leave.
   *
   * @param key tells equal outcomes, also of several runs
   * @param files by their paths below the root
   * @param links names of files that have another name too, which stands in {@code files}
   * @param promises what was relied on before the cut, the greatest number of each name
   */
  public record Outcome(
      String key,
      List<Path> folders,
      Map<Path, byte[]> files,
      Map<Path, Path> links,
      Map<String, Long> promises) {
    /** What was promised under a name; 0 when nothing was. */
    public long promised(String name) {
      return promises.getOrDefault(name, 0L);
    }

    /** Writes it all to an empty folder. */
    public Path restore(Path target) throws IOException {
      Files.createDirectories(target);
      for (Path folder : folders) {
        Files.createDirectories(target.resolve(folder.toString()));
      }
      for (Map.Entry<Path, byte[]> file : files.entrySet()) {
        Files.write(target.resolve(file.getKey().toString()), file.getValue());
      }
      for (Map.Entry<Path, Path> link : links.entrySet()) {
        Files.createLink(
            target.resolve(link.getKey().toString()), target.resolve(link.getValue().toString()));
      }
      return target;
    }
  }

  /** What lies below {@code root} now is durable. */
  public PowerLossStore(Path root) throws IOException {
    this.root = root.toAbsolutePath();
    try (Stream<Path> walk = Files.walk(this.root)) {
      for (Path path : walk.filter(path -> !path.equals(this.root)).sorted().toList()) {
        if (Files.isDirectory(path)) {
          initialFolders.add(relative(path));
        } else {
          initialFiles.put(relative(path), Files.readAllBytes(path));
        }
      }
    }
  }

  /** A disk that lies: contents are not durable when they should be. */
  PowerLossStore droppingFileSyncs() {
    dropFileSyncs = true;
    return this;
  }

  /** A disk that lies: names are not durable when they should be. */
  public PowerLossStore droppingFolderSyncs() {
    dropFolderSyncs = true;
    return this;
  }

  /** Lets that many more steps through; the next ones fail until this is called again. */
  public void killAfter(int steps) {
    stepsLeft = steps;
  }

  /** The folder whose steps are recorded. */
  Path root() {
    return root;
  }

  /** Steps that went through. */
  public int steps() {
    return steps;
  }

  /** Somebody relies on this number or a greater one from now on. */
  public void promise(String name, long value) {
    promises.merge(name, value, Math::max);
    Map<String, Long> now = Map.copyOf(promises);
    log.add(d -> d.promises = now);
  }

  /**
   * What the blocks of some file hold at some instant, whether it still has a name or not.
   *
   * @param promises what was relied on before the last such instant, of each name
   */
  public record Blocks(byte[] bytes, Map<String, Long> promises) {
    public long promised(String name) {
      return promises.getOrDefault(name, 0L);
    }
  }

  /** All blocks that were ever written, at every instant, as a search of the raw disk sees them. */
  public Collection<Blocks> raw() {
    Map<String, Blocks> raw = new HashMap<>();
    PowerLossDisk simulated = initial();
    simulated.collectRaw(raw);
    for (Consumer<PowerLossDisk> step : log) {
      step.accept(simulated);
      simulated.collectRaw(raw);
    }
    return raw.values();
  }

  private PowerLossDisk initial() {
    PowerLossDisk simulated = new PowerLossDisk();
    initialFolders.forEach(simulated::createFolder);
    initialFiles.forEach(simulated::write);
    simulated.syncAll();
    return simulated;
  }

  /** Everything that any cut of the power may leave, each once. */
  public List<Outcome> outcomes() {
    PowerLossDisk simulated = initial();
    Map<String, Outcome> outcomes = new LinkedHashMap<>();
    simulated.collect(outcomes);
    for (Consumer<PowerLossDisk> step : log) {
      step.accept(simulated);
      simulated.collect(outcomes);
    }
    return List.copyOf(outcomes.values());
  }

  @Override
  public void write(Path file, byte[] contents) throws IOException {
    byte[] copy = contents.clone();
    step(d -> d.write(relative(file), copy));
    disk.write(file, contents);
  }

  @Override
  public void syncFile(Path file) throws IOException {
    step(dropFileSyncs ? d -> {} : d -> d.syncFile(relative(file)));
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    step(d -> d.rename(relative(from), relative(to)));
    disk.rename(from, to);
  }

  @Override
  public boolean link(Path file, Path second) throws IOException {
    step(d -> d.link(relative(file), relative(second)));
    return disk.link(file, second);
  }

  @Override
  public void unlink(Path second) throws IOException {
    step(d -> d.remove(relative(second)));
    disk.unlink(second);
  }

  @Override
  public void syncFolder(Path folder) throws IOException {
    step(dropFolderSyncs ? d -> {} : d -> d.syncFolder(relative(folder)));
  }

  /** Three steps that a crash may come between: zeros, their sync, the deletion. */
  @Override
  public void erase(Path file) throws IOException {
    boolean folder = Files.isDirectory(file);
    if (!folder) {
      byte[] zeros = new byte[(int) Files.size(file)];
      step(d -> d.overwrite(relative(file), zeros));
      Files.write(file, zeros);
      step(dropFileSyncs ? d -> {} : d -> d.syncFile(relative(file)));
    }
    step(d -> d.remove(relative(file)));
    Files.delete(file);
  }

  @Override
  public void createFolder(Path folder) throws IOException {
    boolean there = Files.isDirectory(folder);
    step(there ? d -> {} : d -> d.createFolder(relative(folder)));
    disk.createFolder(folder);
  }

  private void step(Consumer<PowerLossDisk> change) throws IOException {
    if (stepsLeft <= 0) {
      throw new IOException("the test killed this process");
    }
    stepsLeft--;
    steps++;
    log.add(change);
  }

  private Path relative(Path path) {
    Path below = root.relativize(path.toAbsolutePath());
    if (below.startsWith("..")) {
      throw new AssertionError("A step outside the recorded folder: " + path);
    }
    return below;
  }

  static String digest(byte[] bytes) {
    return bytes.length + ":" + Arrays.hashCode(bytes);
  }
}
