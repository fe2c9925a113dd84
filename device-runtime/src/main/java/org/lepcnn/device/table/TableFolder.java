/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.table;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.lepcnn.core.api.PublicApi;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.error.RefusedException;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.model.LinearLayerSpec;
import org.lepcnn.core.model.Plan;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.device.integrity.FactorCheck;
import org.lepcnn.device.integrity.GroupChallenges;
import org.lepcnn.device.key.CipherSuite;
import org.lepcnn.device.key.GroupKey;
import org.lepcnn.device.key.PassKey;
import org.lepcnn.device.key.SecretAccess;
import org.lepcnn.device.key.SecretKey;
import org.lepcnn.device.supply.DamagedTableException;
import org.lepcnn.device.supply.PassSupply;
import org.lepcnn.device.supply.PassTables;
import org.lepcnn.device.supply.ResidueBuffer;

/**
 * All tables of one chain in a folder. Headers and sizes are checked when a file is first seen,
 * contents when they are read. Files that the owner adds later are found when they are needed.
 * Thread-safe.
 */
@PublicApi
public final class TableFolder implements PassTables {
  private static final SecretAccess ACCESS = SecretAccess.of(MethodHandles.lookup());
  static final int MAX_OPEN_FILES = 4;

  /**
   * The JVM's fast GHASH only stands in for calls from compiled code, and the caller is compiled
   * after thousands of calls, however long each takes: until then 2 MB take 40 ms instead of 0.4.
   * Short messages bring the calls.
   */
  private static final int WARM_UP_MESSAGES = 12_000;

  private static final int WARM_UP_MESSAGE_BYTES = 512;
  private static final int WARM_UP_SEGMENTS = 100;
  private static final int WARM_UP_PASSES = 20;

  private final TableCatalog catalog;
  private final TableId anyId;
  private final CipherSuite suite;
  final VectorSealer challengeSealer;
  final ArrayDeque<Ciphers> freeCiphers = new ArrayDeque<>();

  /** Threads that are reading a file right now. */
  private final Map<TableId, Integer> readers = new HashMap<>();

  private final Map<TableId, TableFile> open = new LinkedHashMap<>(16, 0.75f, true);
  private @Nullable OfGroup challenges; // those that were asked for last; null for none
  private boolean closed;

  /** What reads the section of one pass. */
  record Ciphers(VectorSealer sealer, FactorStream stream) {
    void erase() {
      sealer.erase();
      stream.erase();
    }
  }

  private record OfGroup(long group, GroupChallenges challenges) {}

  private TableFolder(TableCatalog catalog, TableId anyId, CipherSuite suite) {
    this.catalog = catalog;
    this.anyId = anyId;
    this.suite = suite;
    this.challengeSealer = newSealer();
  }

  /**
   * Opens the tables of a chain.
   *
   * @param folder must be there and hold a table of this chain, if the plan has rounds
   * @param suite the chain's
   * @throws EnvironmentException there is none: the tables are dry
   * @throws RefusedException a file belongs to another chain, device, model or name, or is of
   *     another suite
   * @throws org.lepcnn.core.io.CorruptFileException a file is cut off or damaged in its header
   */
  public static TableFolder open(
      Path folder, String device, ChainId chain, CipherSuite suite, Fingerprint model, Plan plan) {
    TableId anyId = new TableId(device, chain, model, 0, 0, 0);
    TableCatalog catalog = new TableCatalog(folder.toAbsolutePath(), anyId, suite, plan);
    catalog.fill();
    return new TableFolder(catalog, anyId, suite);
  }

  /**
   * Opens the tables of a supply's chain and model, as {@link #open(Path, String, ChainId,
   * CipherSuite, Fingerprint, Plan)} does.
   *
   * @param supply stays the caller's
   */
  public static TableFolder open(Path folder, PassSupply supply) {
    return open(
        folder,
        supply.device(),
        supply.chain(),
        supply.suite(),
        supply.model(),
        supply.deviceHalf().plan());
  }

  /** The tables that are there, by first pass. */
  public synchronized List<TableId> tables() {
    return catalog.tables();
  }

  /** 1, or 2 when the tables carry the double check. */
  @Override
  public synchronized int challengesPerLayer() {
    return catalog.challengesPerLayer();
  }

  public synchronized boolean contains(long pass) {
    return catalog.find(pass) != null;
  }

  /** How many passes without a gap are there from {@code pass} on; 0 when the tables are dry. */
  @Override
  public synchronized long passesLeftFrom(long pass) {
    long next = pass;
    for (TableId id = catalog.find(next); id != null; id = catalog.find(next)) {
      next = id.lastPass() + 1;
    }
    return next - pass;
  }

  /**
   * The challenges of a group. Kept for the group that was asked for last.
   *
   * @param groupKey stays the caller's
   * @throws EnvironmentException no table of the group is there
   * @throws DamagedTableException the section does not open
   */
  @Override
  public synchronized GroupChallenges challenges(long group, GroupKey groupKey) {
    OfGroup wanted = challenges;
    if (wanted == null || wanted.group() != group) {
      wanted = new OfGroup(group, readChallenges(group, groupKey));
      challenges = wanted;
    }
    return wanted.challenges();
  }

  private GroupChallenges readChallenges(long group, GroupKey groupKey) {
    TableId id = catalog.findGroup(group);
    if (id == null) {
      throw catalog.dry("group " + group);
    }
    List<int[]> vectors = fileOf(id).readChallenges(challengeSealer, groupKey);
    return GroupChallenges.of(catalog.plan(), catalog.challengesPerLayer(), groupKey, vectors);
  }

  /**
   * Reads U of one pass and layer.
   *
   * @param key the pass's key; stays the caller's
   * @param out receives the layer's {@code outputSize()} canonical residues
   * @throws EnvironmentException no table of the pass is there
   * @throws DamagedTableException the section does not open; {@code out} is all zeros then
   */
  @Override
  public void readLayer(long pass, PassKey key, GroupChallenges group, int layer, int[] out) {
    ResidueBuffer buffer = new ResidueBuffer(out.length);
    try (PassFactors factors = openPass(pass, key, group)) {
      factors.readLayer(layer, buffer);
    } finally {
      buffer.residues().get(0, out);
      buffer.erase();
    }
  }

  /**
   * The section of one pass, for several reads under a key derived once. Sections of different
   * passes are read at the same time.
   *
   * @param key the pass's key; stays the caller's
   * @throws EnvironmentException no table of the pass is there
   */
  @Override
  public synchronized PassFactors openPass(long pass, PassKey key, GroupChallenges group) {
    TableId id = catalog.find(pass);
    if (id == null) {
      throw catalog.dry("pass " + pass);
    }
    TableFile file = fileOf(id);
    javax.crypto.SecretKey sealKey = file.sealKey(key);
    Ciphers free = freeCiphers.poll();
    Ciphers ciphers = free == null ? new Ciphers(newSealer(), new FactorStream(suite)) : free;
    ciphers.stream().rekey(key, file.header().salt());
    return new Section(id, pass, sealKey, ciphers, new FactorCheck(group));
  }

  /**
   * Opens messages of zeros and checks factors of zeros, under throw-away keys, until the code for
   * it is compiled.
   */
  @Override
  public void warmUp() {
    try (SecretKey key = SecretKey.random();
        GroupKey groupKey = GroupKey.of(key, suite)) {
      VectorSealer sealer = newSealer();
      javax.crypto.SecretKey throwAway = key.toCipherKey(suite, ACCESS);
      sealer.warmUp(throwAway, 0, WARM_UP_MESSAGE_BYTES, WARM_UP_MESSAGES);
      sealer.warmUp(throwAway, 1, VectorSealer.SEGMENT_BYTES, WARM_UP_SEGMENTS);
      FactorStream stream = new FactorStream(suite);
      stream.warmUp(key, WARM_UP_SEGMENTS);
      if (catalog.plan().rounds() > 0) {
        warmUpCheck(GroupChallenges.ofZeros(catalog.plan(), challengesPerLayer(), groupKey));
      }
    }
  }

  private void warmUpCheck(GroupChallenges group) {
    int[] zeros = new int[FactorStream.TILE];
    FactorCheck check = new FactorCheck(group);
    for (int i = 0; i < WARM_UP_PASSES; i++) {
      for (LinearLayerSpec layer : catalog.plan().layers()) {
        check.begin(layer);
        int size = layer.geometry().outputSize();
        for (int from = 0; from < size; from += FactorStream.TILE) {
          check.add(zeros, Math.min(FactorStream.TILE, size - from));
        }
      }
    }
  }

  /**
   * Deletes the files all of whose passes lie before {@code pass}, as far as the file system lets
   * it. The keys that open them are gone already; this saves space.
   */
  @Override
  public synchronized void discardBefore(long pass) {
    for (TableId id : catalog.tables()) {
      if (id.lastPass() < pass && !isInUse(id)) {
        catalog.forget(id);
        TableFile file = open.remove(id);
        if (file != null) {
          file.close();
        }
        try {
          Files.deleteIfExists(catalog.path(id));
        } catch (IOException e) {
          // best effort: what stays is sealed under keys that no longer exist
        }
      }
    }
  }

  /** Closes the files and erases what was read. */
  @Override
  public synchronized void close() {
    closed = true;
    open.values().forEach(TableFile::close);
    open.clear();
    challengeSealer.erase();
    challenges = null;
  }

  private VectorSealer newSealer() {
    return new VectorSealer(anyId, suite);
  }

  private TableFile fileOf(TableId id) {
    if (closed) {
      throw new IllegalStateException("This folder of tables is closed.");
    }
    TableFile file = open.get(id);
    if (file == null || !file.isOpen()) {
      file = catalog.open(catalog.path(id));
      open.put(id, file);
      closeOldest();
    }
    return file;
  }

  /** Closes files beyond the few that stay open, but none that a thread is reading. */
  private void closeOldest() {
    Iterator<Map.Entry<TableId, TableFile>> oldest = open.entrySet().iterator();
    for (int excess = open.size() - MAX_OPEN_FILES; excess > 0 && oldest.hasNext(); ) {
      Map.Entry<TableId, TableFile> entry = oldest.next();
      if (oldest.hasNext() && !isInUse(entry.getKey())) {
        entry.getValue().close();
        oldest.remove();
        excess--;
      }
    }
  }

  /** How many files are open. */
  synchronized int openFiles() {
    return open.size();
  }

  private boolean isInUse(TableId id) {
    return readers.containsKey(id);
  }

  synchronized TableFile startReading(TableId id) {
    TableFile file = fileOf(id);
    readers.merge(id, 1, Integer::sum);
    return file;
  }

  synchronized void endReading(TableId id) {
    readers.computeIfPresent(id, (any, count) -> count == 1 ? null : count - 1);
  }

  private void giveBack(Ciphers ciphers) {
    ciphers.erase();
    synchronized (this) {
      freeCiphers.push(ciphers);
    }
  }

  /** The section of one pass, open for reading. Not thread-safe; others read theirs beside it. */
  private final class Section implements PassFactors {
    private final TableId id;
    private final long pass;
    private final FactorCheck check;
    private javax.crypto.@Nullable SecretKey key; // null once closed
    private @Nullable Ciphers ciphers; // null once closed

    /** The factors' sides of the pass; null until they are read, and once closed. */
    private int @Nullable [] sides;

    Section(TableId id, long pass, javax.crypto.SecretKey key, Ciphers ciphers, FactorCheck check) {
      this.id = id;
      this.pass = pass;
      this.key = key;
      this.ciphers = ciphers;
      this.check = check;
    }

    /**
     * Reads U of one layer.
     *
     * @param out receives the layer's {@code outputSize()} canonical residues
     * @throws DamagedTableException the section does not open; {@code out} is all zeros then
     */
    @Override
    public void readLayer(int layer, ResidueBuffer out) {
      Ciphers openers = ciphers;
      javax.crypto.SecretKey sealKey = key;
      if (openers == null || sealKey == null) {
        throw new IllegalStateException("This section of a table is closed.");
      }
      TableFile file = startReading(id);
      try {
        if (file.hasSides()) {
          file.readLayer(openers.stream(), pass, sides(file, openers, sealKey), check, layer, out);
        } else {
          file.readLayer(openers.sealer(), pass, sealKey, layer, out);
        }
      } catch (RuntimeException | Error e) {
        out.erase();
        throw e;
      } finally {
        endReading(id);
      }
    }

    private int[] sides(TableFile file, Ciphers openers, javax.crypto.SecretKey sealKey) {
      int[] known = sides;
      if (known == null) {
        known = file.readSides(openers.sealer(), pass, sealKey);
        sides = known;
      }
      return known;
    }

    /** Forgets the key. */
    @Override
    public void close() {
      if (ciphers != null) {
        giveBack(ciphers);
        ciphers = null;
        key = null;
      }
      if (sides != null) {
        Arrays.fill(sides, 0);
        sides = null;
      }
    }
  }
}
