/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.table;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.error.RefusedException;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.model.Plan;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.device.key.PassKey;
import org.lepcnn.device.key.SecretKey;

/**
 * All tables of one chain in a folder. Headers and sizes are checked when a file is first seen,
 * contents when they are read. Files that the owner adds later are found when they are needed.
 * Thread-safe.
 */
public final class TableFolder implements AutoCloseable {
  private static final int MAX_OPEN_FILES = 4;

  private final TableCatalog catalog;
  private final VectorSealer sealer;
  private final Map<TableId, TableFile> open = new LinkedHashMap<>(16, 0.75f, true);
  private long challengeGroup = -1;
  private List<int[]> challenges = List.of();
  private boolean closed;

  private TableFolder(TableCatalog catalog, TableId anyId) {
    this.catalog = catalog;
    this.sealer = new VectorSealer(anyId);
  }

  /**
   * Opens the tables of a chain.
   *
   * @param folder must be there and hold a table of this chain
   * @throws EnvironmentException there is none: the tables are dry
   * @throws RefusedException a file belongs to another chain, device, model or name
   * @throws org.lepcnn.core.io.CorruptFileException a file is cut off or damaged in its header
   */
  public static TableFolder open(
      Path folder, String device, ChainId chain, Fingerprint model, Plan plan) {
    TableId anyId = new TableId(device, chain, model, 0, 0, 0);
    TableCatalog catalog = new TableCatalog(folder.toAbsolutePath(), anyId, plan);
    catalog.fill();
    return new TableFolder(catalog, anyId);
  }

  /** The tables that are there, by first pass. */
  public synchronized List<TableId> tables() {
    return catalog.tables();
  }

  /** 1, or 2 when the tables carry the double check. */
  public synchronized int challengesPerLayer() {
    return catalog.challengesPerLayer();
  }

  public synchronized boolean contains(long pass) {
    return catalog.find(pass) != null;
  }

  /** How many passes without a gap are there from {@code pass} on; 0 when the tables are dry. */
  public synchronized long passesLeftFrom(long pass) {
    long next = pass;
    for (TableId id = catalog.find(next); id != null; id = catalog.find(next)) {
      next = id.lastPass() + 1;
    }
    return next - pass;
  }

  /**
   * The vectors c of a group, layer after layer, then by challenge index. Kept for the group that
   * was asked for last.
   *
   * @param groupKey stays the caller's
   * @return not to be changed
   * @throws EnvironmentException no table of the group is there
   * @throws RefusedException the section does not open
   */
  public synchronized List<int[]> challenges(long group, SecretKey groupKey) {
    if (group != challengeGroup) {
      TableId id = catalog.findGroup(group);
      if (id == null) {
        throw catalog.dry("group " + group);
      }
      challenges = List.copyOf(fileOf(id).readChallenges(sealer, groupKey));
      challengeGroup = group;
    }
    return challenges;
  }

  /**
   * Reads U of one pass and layer.
   *
   * @param key the pass's key; stays the caller's
   * @param out receives the layer's {@code outputSize()} canonical residues
   * @throws EnvironmentException no table of the pass is there
   * @throws RefusedException the section does not open; {@code out} is all zeros then
   */
  public synchronized void readLayer(long pass, PassKey key, int layer, int[] out) {
    TableId id = catalog.find(pass);
    if (id == null) {
      throw catalog.dry("pass " + pass);
    }
    fileOf(id).readLayer(sealer, pass, key, layer, out);
  }

  /**
   * Deletes the files all of whose passes lie before {@code pass}, as far as the file system lets
   * it. The keys that open them are gone already; this saves space.
   */
  public synchronized void erase(long pass) {
    for (TableId id : catalog.tables()) {
      if (id.lastPass() < pass) {
        catalog.forget(id);
        closeFile(open.remove(id));
        try {
          Files.deleteIfExists(catalog.path(id));
        } catch (IOException e) {
          // best effort: what stays is sealed under keys that no longer exist
          continue;
        }
      }
    }
  }

  /** Closes the files and erases what was read. */
  @Override
  public synchronized void close() {
    closed = true;
    open.values().forEach(TableFolder::closeFile);
    open.clear();
    sealer.erase();
    challenges = List.of();
    challengeGroup = -1;
  }

  private TableFile fileOf(TableId id) {
    if (closed) {
      throw new IllegalStateException("This folder of tables is closed.");
    }
    TableFile file = open.get(id);
    if (file == null) {
      file = catalog.open(catalog.path(id));
      open.put(id, file);
      if (open.size() > MAX_OPEN_FILES) {
        Iterator<TableFile> oldest = open.values().iterator();
        closeFile(oldest.next());
        oldest.remove();
      }
    }
    return file;
  }

  private static void closeFile(TableFile file) {
    if (file != null) {
      file.close();
    }
  }
}
