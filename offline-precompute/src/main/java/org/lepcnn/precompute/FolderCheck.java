/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.precompute;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.model.LinearLayerSpec;
import org.lepcnn.core.model.Plan;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.device.integrity.GroupChallenges;
import org.lepcnn.device.supply.PassGroups;
import org.lepcnn.device.table.TableDescription;
import org.lepcnn.device.table.TableId;
import org.lepcnn.precompute.job.PassRange;
import org.lepcnn.precompute.job.WorkItem;
import org.lepcnn.precompute.job.WorkPlan;

/** Looks at an output folder before anything is issued for it. */
final class FolderCheck {
  private static final double MEGA = 1e6;

  private final PrecomputeOptions options;
  private final Fingerprint model;
  private final Plan plan;

  FolderCheck(PrecomputeOptions options, Fingerprint model, Plan plan) {
    this.options = options;
    this.model = model;
    this.plan = plan;
  }

  /**
   * Checks that the folder holds, and is owed, tables of one chain only.
   *
   * @param owed what an interrupted run left
   * @param current the chain that new passes belong to
   * @throws BadInputException something else is there
   */
  void requireOneChain(List<PassRange> owed, ChainId current) {
    ChainId chain = owed.isEmpty() ? current : ChainId.parse(owed.get(0).chain());
    if (options.passes() > 0 && !chain.equals(current)) {
      throw new BadInputException(
          ("Making tables in %s: an interrupted run left it with tables of chain %s, and "
                  + "the device was provisioned again since: its chain is %s. Name another folder "
                  + "for the new chain, or complete the old one with --passes 0.")
              .formatted(options.output(), chain, current));
    }
    try (DirectoryStream<Path> tables =
        Files.newDirectoryStream(options.output(), "*" + TableId.SUFFIX)) {
      for (Path table : tables) {
        requireChain(table, chain);
      }
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  /**
   * Checks that the disk has room.
   *
   * @param ranges passes to make; files of them that are there take no more room
   * @param newPasses passes on top of them
   * @throws EnvironmentException it has not
   */
  void requireSpace(List<PassRange> ranges, long newPasses) {
    double needed = (double) newPasses * passBytes(newPasses);
    WorkPlan owed = new WorkPlan(ranges);
    for (long i = 0; i < owed.files(); i++) {
      WorkItem item = owed.item(i);
      if (!Files.exists(options.output().resolve(fileName(item)))) {
        needed += (double) item.passes() * passBytes(item.passes());
      }
    }
    long usable = options.output().toFile().getUsableSpace();
    if (needed > usable) {
      throw EnvironmentException.about("Making tables in " + options.output())
          .expected("about " + megabytes(needed) + " of free space")
          .found(
              megabytes((double) usable),
              "Nothing was issued. Free some space or ask for fewer passes.");
    }
  }

  private static String megabytes(double bytes) {
    return String.format(Locale.ROOT, "%.0f MB", bytes / MEGA);
  }

  private String fileName(WorkItem item) {
    return item.tableId(options.device(), model).fileName();
  }

  /** Bytes of one pass with its share of a file's challenges. */
  private double passBytes(long passesTogether) {
    long challenges = 0;
    for (LinearLayerSpec layer : plan.layers()) {
      int count = GroupChallenges.ofLayer(plan, layer, options.challengesPerLayer());
      challenges += (long) count * plan.tensor(layer.tensorId()).wireBytes();
    }
    long sharing = Math.max(1, Math.min(passesTogether, PassGroups.SIZE));
    return plan.outputBytes() + (double) challenges / sharing;
  }

  private void requireChain(Path table, ChainId chain) {
    TableDescription found = TableDescription.read(table);
    TableId id = found.id();
    if (!id.device().equals(options.device())
        || !id.model().equals(model)
        || !id.chain().equals(chain)
        || found.challengesPerLayer() != options.challengesPerLayer()) {
      throw BadInputException.about("Making tables in " + options.output())
          .expected(
              "tables of device %s, model %s, chain %s with %s challenges per layer"
                  .formatted(
                      options.device(), model.shortName(), chain, options.challengesPerLayer()))
          .found(
              "%s of device %s, model %s, chain %s with %s"
                  .formatted(
                      table.getFileName(),
                      id.device(),
                      id.model().shortName(),
                      id.chain(),
                      found.challengesPerLayer()),
              "Name another folder.");
    }
  }

  private EnvironmentException unreadable(IOException e) {
    return EnvironmentException.about("Looking into the output folder " + options.output())
        .expected("a readable folder")
        .found(e);
  }
}
