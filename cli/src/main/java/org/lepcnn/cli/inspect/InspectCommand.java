/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli.inspect;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.lepcnn.command.Output;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.io.CheckedFile;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.device.owner.OwnerFile;
import org.lepcnn.device.state.DeviceState;
import org.lepcnn.device.state.Grant;
import org.lepcnn.device.state.RetiredChains;
import org.lepcnn.device.state.StateDescription;
import org.lepcnn.device.table.TableDescription;
import org.lepcnn.device.table.TableId;
import org.lepcnn.gateway.PassesLeft;
import org.lepcnn.json.Result;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lepcnn inspect}. */
@Command(
    name = "inspect",
    description =
        "Describe a bundle, edge half, table, device state, grant or owner file: versions, fingerprint, what is left. Needs no key.")
public final class InspectCommand implements Callable<Integer> {

  @Mixin private Output output;

  @Parameters(paramLabel = "PATH", description = "A file or folder that lepcnn wrote.")
  private Path path;

  @Option(
      names = "--tables",
      paramLabel = "DIR",
      description =
          "With a device's state: the folder of its tables, to print how many passes are left.")
  private Path tablesFolder;

  @Override
  public Integer call() {
    output.result(inspect());
    return 0;
  }

  private Result inspect() {
    if (!Files.exists(path)) {
      throw BadInputException.about("Inspecting " + path)
          .expected("a file or folder")
          .found("nothing there");
    }
    if (!Files.isDirectory(path)) {
      return inspectFile();
    }
    if (Files.exists(path.resolve(ModelBundle.MANIFEST_FILE))) {
      return InspectedModel.read(path);
    }
    List<Path> tables = TableDescription.filesIn(path);
    if (!tables.isEmpty()) {
      return InspectedTables.read(tables);
    }
    List<StateDescription> chains = DeviceState.describe(path);
    if (chains.isEmpty()) {
      throw BadInputException.about("Inspecting " + path)
          .expected("a model bundle or an edge half, decryption tables or a device's state")
          .found("none of them");
    }
    return state(chains);
  }

  private Result inspectFile() {
    if (path.toString().endsWith(TableId.SUFFIX)) {
      return InspectedTables.read(List.of(path));
    }
    if (InspectedModel.isPart(path)) {
      return InspectedModel.read(path.toAbsolutePath().getParent());
    }
    BadInputException first;
    try {
      return InspectedGrant.of(Grant.describe(path), CheckedFile.statedVersion(path));
    } catch (BadInputException e) {
      first = e;
    }
    try {
      return InspectedOwner.of(OwnerFile.describe(path).ledger(), CheckedFile.statedVersion(path));
    } catch (BadInputException e) {
      e.addSuppressed(first);
      throw BadInputException.about("Inspecting " + path)
          .expected("an owner file, a grant or a table")
          .because(e)
          .found(e.getMessage());
    }
  }

  private Result state(List<StateDescription> chains) {
    Optional<PassesLeft> left = Optional.ofNullable(tablesFolder).map(PassesLeft::read);
    return new InspectedState(
        chains.stream().map(chain -> InspectedState.Chain.of(chain, left)).toList(),
        RetiredChains.list(path));
  }
}
