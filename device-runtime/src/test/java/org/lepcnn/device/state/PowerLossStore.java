/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.state;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Records every step on one folder, does it on the real disk too, and tells what the disk may hold
 * after the power went at any point: of the steps on names since the last sync of the folder any
 * number in order may have arrived, and contents that were not synced may be empty, half there or
 * whole.
 */
final class PowerLossStore implements DurableStore {
  /** What a lost write may have left, in halves of the contents. */
  private static final int[] HALVES = {0, 1, 2};

  private final DurableStore disk = new FileSystemStore();
  private final List<Consumer<Simulation>> log = new ArrayList<>();
  private final Map<String, byte[]> initial = new LinkedHashMap<>();
  private boolean dropFileSyncs;

  /** What one cut of the power may leave, and what the device had promised before. */
  record Outcome(Map<String, byte[]> files, long passesHandedOut, long failuresCounted) {}

  private static final class Contents {
    private final byte[] bytes;
    private boolean synced;

    Contents(byte[] bytes) {
      this.bytes = bytes;
    }
  }

  private static final class Simulation {
    private final Map<String, Contents> durable = new LinkedHashMap<>();
    private final Map<String, Contents> current = new LinkedHashMap<>();
    private final List<Consumer<Map<String, Contents>>> pending = new ArrayList<>();
    private long handedOut;
    private long failures;

    void names(Consumer<Map<String, Contents>> change) {
      change.accept(current);
      pending.add(change);
    }

    void collect(List<Outcome> outcomes) {
      for (int arrived = 0; arrived <= pending.size(); arrived++) {
        Map<String, Contents> names = new LinkedHashMap<>(durable);
        pending.subList(0, arrived).forEach(change -> change.accept(names));
        for (int halves : HALVES) {
          Map<String, byte[]> files = new LinkedHashMap<>();
          names.forEach(
              (name, contents) -> {
                int length =
                    contents.synced ? contents.bytes.length : contents.bytes.length * halves / 2;
                files.put(name, Arrays.copyOf(contents.bytes, length));
              });
          outcomes.add(new Outcome(files, handedOut, failures));
        }
      }
    }
  }

  PowerLossStore(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      for (Path file : files.toList()) {
        initial.put(file.getFileName().toString(), Files.readAllBytes(file));
      }
    }
  }

  /** A disk that lies: contents are not durable when they should be. */
  PowerLossStore droppingFileSyncs() {
    dropFileSyncs = true;
    return this;
  }

  /** The device has used this pass. */
  void handedOut(long pass) {
    log.add(s -> s.handedOut = Math.max(s.handedOut, pass + 1));
  }

  /** The device relies on this count. */
  void failuresCounted(long failures) {
    log.add(s -> s.failures = failures);
  }

  /** Everything that any cut of the power may leave. */
  List<Outcome> outcomes() {
    List<Outcome> outcomes = new ArrayList<>();
    Simulation simulation = new Simulation();
    initial.forEach(
        (name, bytes) -> {
          Contents contents = new Contents(bytes);
          contents.synced = true;
          simulation.durable.put(name, contents);
          simulation.current.put(name, contents);
        });
    simulation.collect(outcomes);
    for (Consumer<Simulation> step : log) {
      step.accept(simulation);
      simulation.collect(outcomes);
    }
    return outcomes;
  }

  @Override
  public void write(Path file, byte[] contents) throws IOException {
    String name = file.getFileName().toString();
    byte[] copy = contents.clone();
    log.add(
        s -> {
          Contents written = new Contents(copy);
          s.names(names -> names.put(name, written));
        });
    disk.write(file, contents);
  }

  @Override
  public void syncFile(Path file) throws IOException {
    String name = file.getFileName().toString();
    boolean drop = dropFileSyncs;
    log.add(s -> s.current.get(name).synced |= !drop);
    disk.syncFile(file);
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    String fromName = from.getFileName().toString();
    String toName = to.getFileName().toString();
    log.add(s -> s.names(names -> names.put(toName, names.remove(fromName))));
    disk.rename(from, to);
  }

  @Override
  public void syncFolder(Path folder) throws IOException {
    log.add(
        s -> {
          s.pending.clear();
          s.durable.clear();
          s.durable.putAll(s.current);
        });
    disk.syncFolder(folder);
  }

  @Override
  public void erase(Path file) throws IOException {
    String name = file.getFileName().toString();
    log.add(s -> s.names(names -> names.remove(name)));
    disk.erase(file);
  }

  @Override
  public void createFolder(Path folder) {
    throw new UnsupportedOperationException("this store records one folder");
  }
}
