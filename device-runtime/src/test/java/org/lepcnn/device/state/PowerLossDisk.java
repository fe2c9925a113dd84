/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.state;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * A disk as POSIX promises it. Of the changes to the names in a folder since the folder was last
 * synced any subset may have arrived, each folder for itself; of a file's contents since the file
 * was last synced nothing, the first half or all. A rename is one change.
 */
final class PowerLossDisk {
  private static final int MOST_PENDING = 12;

  Map<String, Long> promises = Map.of();
  private final Folder root = new Folder();

  /** Every file that ever was: what has no name any more is still in its blocks. */
  private final List<Contents> everything = new ArrayList<>();

  private static final class Contents {
    /** What a cut surely leaves; empty before the first sync. */
    private byte[] durable = new byte[0];

    private byte[] current;

    Contents(byte[] bytes) {
      current = bytes;
    }

    /** What a cut leaves when {@code halves} halves of the last write have arrived. */
    byte[] afterCut(int halves) {
      int arrived = current.length * halves / 2;
      byte[] left = Arrays.copyOf(current, Math.max(arrived, halves == 2 ? 0 : durable.length));
      if (halves < 2 && left.length > arrived) {
        System.arraycopy(durable, arrived, left, arrived, left.length - arrived);
      }
      return left;
    }
  }

  private static final class Folder {
    private final Map<String, Object> durable = new TreeMap<>();
    private final Map<String, Object> current = new TreeMap<>();
    private final List<Consumer<Map<String, Object>>> pending = new ArrayList<>();

    void change(Consumer<Map<String, Object>> change) {
      change.accept(current);
      pending.add(change);
    }

    void sync() {
      pending.clear();
      durable.clear();
      durable.putAll(current);
    }

    Map<String, Object> afterCut(int arrived) {
      Map<String, Object> names = new TreeMap<>(durable);
      for (int i = 0; i < pending.size(); i++) {
        if ((arrived >>> i & 1) != 0) {
          pending.get(i).accept(names);
        }
      }
      return names;
    }
  }

  void write(Path file, byte[] bytes) {
    Contents written = new Contents(bytes);
    everything.add(written);
    folderOf(file).change(names -> names.put(name(file), written));
  }

  void overwrite(Path file, byte[] bytes) {
    ((Contents) folderOf(file).current.get(name(file))).current = bytes;
  }

  void syncFile(Path file) {
    Contents contents = (Contents) folderOf(file).current.get(name(file));
    contents.durable = contents.current;
  }

  void createFolder(Path folder) {
    Folder made = new Folder();
    folderOf(folder).change(names -> names.put(name(folder), made));
  }

  void rename(Path from, Path to) {
    Object moved = folderOf(from).current.get(name(from));
    folderOf(from)
        .change(
            names -> {
              names.remove(name(from));
              names.put(name(to), moved);
            });
  }

  void link(Path file, Path second) {
    Object linked = folderOf(file).current.get(name(file));
    folderOf(second).change(names -> names.put(name(second), linked));
  }

  /** Adds what the blocks of every file may hold now. */
  void collectRaw(Map<String, PowerLossStore.Blocks> raw) {
    for (Contents contents : everything) {
      for (int halves = 0; halves <= 2; halves++) {
        byte[] bytes = contents.afterCut(halves);
        raw.put(PowerLossStore.digest(bytes), new PowerLossStore.Blocks(bytes, promises));
      }
    }
  }

  void remove(Path path) {
    folderOf(path).change(names -> names.remove(name(path)));
  }

  void syncFolder(Path folder) {
    folder(folder).sync();
  }

  /** Makes everything durable. */
  void syncAll() {
    syncAll(root);
  }

  /** Adds everything that a cut may leave now; keys tell equal outcomes. */
  void collect(Map<String, PowerLossStore.Outcome> outcomes) {
    List<Folder> unsynced = new ArrayList<>();
    findUnsynced(root, unsynced);
    int bits = unsynced.stream().mapToInt(folder -> folder.pending.size()).sum();
    if (bits > MOST_PENDING) {
      throw new AssertionError("Too many unsynced changes to try all: " + bits);
    }
    for (int arrived = 0; arrived < 1 << bits; arrived++) {
      Map<Folder, Integer> choice = new HashMap<>();
      int shift = 0;
      for (Folder folder : unsynced) {
        choice.put(folder, arrived >>> shift & ((1 << folder.pending.size()) - 1));
        shift += folder.pending.size();
      }
      for (int halves = 0; halves <= 2; halves++) {
        add(outcomes, choice, halves);
      }
    }
  }

  private void add(
      Map<String, PowerLossStore.Outcome> outcomes, Map<Folder, Integer> choice, int halves) {
    List<Path> folders = new ArrayList<>();
    Map<Path, byte[]> files = new LinkedHashMap<>();
    IdentityHashMap<Object, Path> nameOf = new IdentityHashMap<>();
    Map<Path, Path> links = new TreeMap<>();
    walk(
        root,
        Path.of(""),
        choice,
        folders,
        (path, contents) -> {
          Path first = nameOf.putIfAbsent(contents, path);
          if (first == null) {
            files.put(path, contents.afterCut(halves));
          } else {
            links.put(path, first);
          }
        });
    StringBuilder key = new StringBuilder().append(new TreeMap<>(promises)).append(folders);
    key.append(links);
    files.forEach((path, bytes) -> key.append(path).append(PowerLossStore.digest(bytes)));
    outcomes.putIfAbsent(
        key.toString(),
        new PowerLossStore.Outcome(key.toString(), folders, files, links, Map.copyOf(promises)));
  }

  private static void walk(
      Folder folder,
      Path path,
      Map<Folder, Integer> choice,
      List<Path> folders,
      BiConsumer<Path, Contents> files) {
    folder
        .afterCut(choice.getOrDefault(folder, 0))
        .forEach(
            (name, node) -> {
              if (node instanceof Folder below) {
                folders.add(path.resolve(name));
                walk(below, path.resolve(name), choice, folders, files);
              } else {
                files.accept(path.resolve(name), (Contents) node);
              }
            });
  }

  private static void findUnsynced(Folder folder, List<Folder> found) {
    if (!folder.pending.isEmpty() && !found.contains(folder)) {
      found.add(folder);
    }
    for (Map<String, Object> names : List.of(folder.durable, folder.current)) {
      for (Object node : names.values()) {
        if (node instanceof Folder below) {
          findUnsynced(below, found);
        }
      }
    }
  }

  private static void syncAll(Folder folder) {
    folder.sync();
    for (Object node : folder.current.values()) {
      if (node instanceof Folder below) {
        syncAll(below);
      } else {
        ((Contents) node).durable = ((Contents) node).current;
      }
    }
  }

  private Folder folderOf(Path path) {
    return path.getParent() == null ? root : folder(path.getParent());
  }

  private Folder folder(Path path) {
    Folder folder = root;
    for (Path part : path) {
      if (!part.toString().isEmpty()) {
        folder = (Folder) folder.current.get(part.toString());
      }
    }
    return folder;
  }

  private static String name(Path path) {
    return path.getFileName().toString();
  }
}
