/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.lepcnn.command.Output;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.io.CheckedFile;
import org.lepcnn.core.io.Json;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.device.owner.ChainStatus;
import org.lepcnn.device.owner.LedgerEntry;
import org.lepcnn.device.owner.OwnerFile;
import org.lepcnn.device.state.DeviceState;
import org.lepcnn.device.state.Grant;
import org.lepcnn.device.state.GrantDescription;
import org.lepcnn.device.state.RetiredChains;
import org.lepcnn.device.state.StateDescription;
import org.lepcnn.device.table.TableDescription;
import org.lepcnn.device.table.TableId;
import org.lepcnn.gateway.PassesLeft;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lepcnn inspect}. */
@Command(
    name = "inspect",
    description =
        "Say what a bundle, edge half, table, device state, grant or owner file is: versions, fingerprint, what is left. Needs no key.")
final class InspectCommand implements Callable<Integer> {

  @Mixin private Output output;

  @Parameters(paramLabel = "PATH", description = "A file or folder that lepcnn wrote.")
  private Path path;

  @Option(
      names = "--tables",
      paramLabel = "DIR",
      description =
          "with a device's state: the folder of its tables, to say how many passes are left")
  private Path tablesFolder;

  /** What something is. */
  record Finding(String text, Json json) {}

  @Override
  public Integer call() {
    Finding finding = inspect();
    output.result(finding.text(), finding.json());
    return 0;
  }

  private Finding inspect() {
    if (!Files.exists(path)) {
      throw new BadInputException(
          "Inspecting " + path + ": expected a file or folder; found nothing there.");
    }
    if (!Files.isDirectory(path)) {
      return inspectFile();
    }
    if (Files.exists(path.resolve(ModelBundle.MANIFEST_FILE))) {
      return InspectedModel.read(path);
    }
    List<Path> tables = TableDescription.filesIn(path);
    if (!tables.isEmpty()) {
      return tables(tables);
    }
    List<StateDescription> chains = DeviceState.describe(path);
    if (chains.isEmpty()) {
      throw new BadInputException(
          "Inspecting "
              + path
              + ": expected a model bundle or an edge half, decryption tables or a device's state; found none of them.");
    }
    return state(chains);
  }

  private Finding inspectFile() {
    if (path.toString().endsWith(TableId.SUFFIX)) {
      return tables(List.of(path));
    }
    if (InspectedModel.isPart(path)) {
      return InspectedModel.read(path.toAbsolutePath().getParent());
    }
    BadInputException first;
    try {
      return grant(Grant.describe(path), CheckedFile.statedVersion(path));
    } catch (BadInputException e) {
      first = e;
    }
    try {
      return owner(OwnerFile.describe(path).ledger(), CheckedFile.statedVersion(path));
    } catch (BadInputException e) {
      e.addSuppressed(first);
      throw new BadInputException(
          "Inspecting "
              + path
              + ": expected an owner file, a grant or a table; found: "
              + e.getMessage(),
          e);
    }
  }

  private static Finding owner(List<LedgerEntry> ledger, int version) {
    StringBuilder text = new StringBuilder("Owner file, format version ").append(version);
    text.append(", ").append(ledger.size()).append(" chains");
    Json.JsonArray entries = Json.array();
    for (LedgerEntry entry : ledger) {
      text.append(
          String.format(
              Locale.ROOT,
              "%n%s  model %s  chain %s  %d passes issued%s",
              entry.device(),
              entry.model().shortName(),
              entry.chain(),
              entry.issuedPasses(),
              entry.status() == ChainStatus.GRANTED ? "" : "  " + entry.status()));
      entries.add(
          Json.object()
              .put("device", entry.device())
              .put("model", entry.model().toString())
              .put("chain", entry.chain().toString())
              .put("issuedPasses", entry.issuedPasses())
              .put("status", entry.status().name()));
    }
    return new Finding(
        text.toString(),
        Json.object().put("kind", "owner").put("formatVersion", version).put("ledger", entries));
  }

  private static Finding grant(GrantDescription grant, int version) {
    return new Finding(
        "Grant, format version "
            + version
            + ", for device "
            + grant.device()
            + ", model "
            + grant.modelName()
            + " ("
            + grant.model().shortName()
            + "), chain "
            + grant.chain()
            + ".\nIt is a secret of the device, which consumes it with 'lepcnn device init'.",
        Json.object()
            .put("kind", "grant")
            .put("formatVersion", version)
            .put("device", grant.device())
            .put("chain", grant.chain().toString())
            .put("model", grant.model().toString()));
  }

  private Finding state(List<StateDescription> chains) {
    Optional<PassesLeft> left = Optional.ofNullable(tablesFolder).map(PassesLeft::read);
    StringBuilder text = new StringBuilder("Device state");
    Json.JsonArray list = Json.array();
    for (StateDescription chain : chains) {
      text.append(
          String.format(
              Locale.ROOT,
              "%n%s  format version %d  model %s (%s)  chain %s  next pass %d  integrity failures %d",
              chain.device(),
              chain.formatVersion(),
              chain.modelName(),
              chain.model().shortName(),
              chain.chain(),
              chain.nextPass(),
              chain.integrityFailures()));
      Json.JsonObject json =
          Json.object()
              .put("formatVersion", chain.formatVersion())
              .put("device", chain.device())
              .put("model", chain.model().toString())
              .put("chain", chain.chain().toString())
              .put("nextPass", chain.nextPass())
              .put("integrityFailures", chain.integrityFailures());
      left.ifPresent(
          tables -> {
            text.append("  passes left ").append(tables.of(chain));
            json.put("passesLeft", tables.of(chain));
          });
      list.add(json);
    }
    if (left.isEmpty()) {
      text.append("\nName its tables with --tables DIR to see how many passes are left.");
    }
    Json.JsonArray retired = Json.array();
    for (String chain : RetiredChains.list(path)) {
      text.append("\nretired chain ").append(chain);
      retired.add(chain);
    }
    return new Finding(
        text.toString(),
        Json.object().put("kind", "state").put("chains", list).put("retired", retired));
  }

  private static Finding tables(List<Path> files) {
    StringBuilder text =
        new StringBuilder("Decryption tables, ").append(files.size()).append(" files");
    Json.JsonArray list = Json.array();
    long passes = 0;
    for (Path file : files) {
      TableDescription table = TableDescription.read(file);
      passes += table.id().lastPass() - table.id().firstPass() + 1;
      text.append(
          String.format(
              Locale.ROOT,
              "%n%s  format version %d  device %s  model %s  chain %s  passes %d to %d  challenges %d  %d bytes",
              file.getFileName(),
              table.formatVersion(),
              table.id().device(),
              table.id().model().shortName(),
              table.id().chain(),
              table.id().firstPass(),
              table.id().lastPass(),
              table.challengesPerLayer(),
              table.fileBytes()));
      list.add(
          Json.object()
              .put("file", file.getFileName().toString())
              .put("formatVersion", table.formatVersion())
              .put("device", table.id().device())
              .put("model", table.id().model().toString())
              .put("chain", table.id().chain().toString())
              .put("firstPass", table.id().firstPass())
              .put("lastPass", table.id().lastPass())
              .put("challengesPerLayer", table.challengesPerLayer())
              .put("bytes", table.fileBytes()));
    }
    text.append(String.format(Locale.ROOT, "%n%d passes in all", passes));
    return new Finding(
        text.toString(),
        Json.object().put("kind", "tables").put("passes", passes).put("files", list));
  }
}
