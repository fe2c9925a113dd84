/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.table;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BinaryOperator;
import org.jspecify.annotations.Nullable;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.error.RefusedException;
import org.lepcnn.core.io.CorruptFileException;
import org.lepcnn.core.io.Folders;
import org.lepcnn.core.model.Plan;
import org.lepcnn.device.key.CipherSuite;
import org.lepcnn.device.supply.DryTablesException;
import org.lepcnn.device.supply.PassGroups;

/** Which tables of one chain lie in a folder. Not thread-safe. */
final class TableCatalog {
  private final Path folder;
  private final TableId anyId;
  private final CipherSuite suite;
  private final Plan plan;
  private final Set<String> knownNames = new HashSet<>();

  /** Known tables by first pass; of two with the same first pass the longer one. */
  private final TreeMap<Long, TableId> tables = new TreeMap<>();

  private int challengesPerLayer;

  /**
   * @param anyId names device, chain and model
   * @param suite the chain's
   */
  TableCatalog(Path folder, TableId anyId, CipherSuite suite, Plan plan) {
    this.folder = folder;
    this.anyId = anyId;
    this.suite = suite;
    this.plan = plan;
  }

  /**
   * Finds all tables; any that is not whole or not ours is an error, and so is none, unless the
   * model has no rounds and needs none.
   */
  void fill() {
    list().forEach(this::add);
    if (tables.isEmpty() && plan.rounds() > 0) {
      throw EnvironmentException.about("Opening the tables in " + folder)
          .expected("*" + TableId.SUFFIX + " files")
          .found("none", remedy());
    }
  }

  List<TableId> tables() {
    return List.copyOf(tables.values());
  }

  Plan plan() {
    return plan;
  }

  int challengesPerLayer() {
    return challengesPerLayer;
  }

  /** The table with that pass, looked for on disk once more when it is not known; or null. */
  @Nullable TableId find(long pass) {
    TableId known = findKnown(pass);
    if (known == null) {
      scan();
      known = findKnown(pass);
    }
    return known;
  }

  /** A table of that group; or null. */
  @Nullable TableId findGroup(long group) {
    TableId known = findKnownGroup(group);
    if (known == null) {
      scan();
      known = findKnownGroup(group);
    }
    return known;
  }

  void forget(TableId id) {
    tables.remove(id.firstPass());
    knownNames.remove(id.fileName());
  }

  Path path(TableId id) {
    return folder.resolve(id.fileName());
  }

  /** Opens a file that must be what its name and this catalog say. */
  TableFile open(Path path) {
    TableFile file = TableFile.open(path, plan);
    try {
      requireOurs(path, file.header().id());
      requireSuite(path, file.header().suite());
      return file;
    } catch (RefusedException e) {
      file.close();
      throw e;
    }
  }

  private void requireOurs(Path path, TableId id) {
    boolean ours =
        id.device().equals(anyId.device())
            && id.chain().equals(anyId.chain())
            && id.model().equals(anyId.model());
    if (!ours || !path.getFileName().toString().equals(id.fileName())) {
      throw RefusedException.about("Opening table " + path)
          .expected("a table of " + name(anyId) + " with the name that its header gives")
          .found(
              id.fileName() + " of " + name(id),
              "Take it out of the folder, or use the folder that was precomputed for this chain.");
    }
  }

  private void requireSuite(Path path, CipherSuite found) {
    if (found != suite) {
      throw RefusedException.about("Opening table " + path)
          .expected("the cipher suite " + suite + " of chain " + anyId.chain())
          .found(found, "It was altered: delete it and precompute the table again.");
    }
  }

  DryTablesException dry(String what) {
    return new DryTablesException(
        "Reading the tables in " + folder + ": none is left for " + what + ". " + remedy());
  }

  private @Nullable TableId findKnown(long pass) {
    // files of one group may overlap, but none reaches back further than a group
    for (TableId id : tables.headMap(pass, true).tailMap(pass - PassGroups.SIZE).values()) {
      if (id.contains(pass)) {
        return id;
      }
    }
    return null;
  }

  private @Nullable TableId findKnownGroup(long group) {
    return tables.values().stream().filter(id -> id.group() == group).findFirst().orElse(null);
  }

  /** Looks for new files; one that is not whole may still be arriving and is left for later. */
  private void scan() {
    for (Path path : list()) {
      try {
        add(path);
      } catch (CorruptFileException e) {
        // it is looked at again
      }
    }
  }

  private List<Path> list() {
    if (!Files.isDirectory(folder)) {
      throw EnvironmentException.about("Opening the tables in " + folder)
          .expected("a folder")
          .found("none", remedy());
    }
    try {
      return Folders.list(folder, this::isNewTable);
    } catch (IOException e) {
      throw new EnvironmentException("Opening the tables in " + folder + ": " + e + ".", e);
    }
  }

  private boolean isNewTable(Path path) {
    String name = path.getFileName().toString();
    return name.endsWith(TableId.SUFFIX) && !knownNames.contains(name);
  }

  private void add(Path path) {
    TableHeader header;
    try (TableFile file = open(path)) {
      header = file.header();
    }
    if (challengesPerLayer != 0 && header.challengesPerLayer() != challengesPerLayer) {
      throw BadInputException.about("Opening table " + path)
          .expected(challengesPerLayer + " challenges per layer as in the other tables")
          .found(
              header.challengesPerLayer(),
              "Keep tables with and without the double check in different folders.");
    }
    challengesPerLayer = header.challengesPerLayer();
    tables.merge(
        header.id().firstPass(),
        header.id(),
        BinaryOperator.maxBy(Comparator.comparingLong(TableId::lastPass)));
    knownNames.add(header.id().fileName());
  }

  private String remedy() {
    return "The tables are dry: precompute more passes with 'lepcnn precompute' for device "
        + anyId.device()
        + ".";
  }

  private static String name(TableId id) {
    return "device " + id.device() + ", chain " + id.chain() + ", model " + id.model().shortName();
  }
}
