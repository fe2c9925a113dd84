/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli.owner;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.lepcnn.command.Output;
import org.lepcnn.device.key.Passphrase;
import org.lepcnn.device.owner.OwnerFile;
import org.lepcnn.json.Result;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lepcnn owner create}. */
@Command(
    name = "owner",
    description = "Create the owner's root key and ledger.",
    subcommands = OwnerCommand.Create.class)
public final class OwnerCommand {
  private OwnerCommand() {}

  @Command(
      name = "create",
      description =
          "Create a root key and an empty ledger. The file stays with the owner and never goes to a device.")
  static final class Create implements Callable<Integer> {
    @Mixin private Output output;
    @Mixin private PassphraseOption passphrase;

    @Option(
        names = {"-o", "--output"},
        required = true,
        paramLabel = "OWNER",
        description = "The owner file to create; it must not exist.")
    private Path file;

    private record Created(Path owner) implements Result {
      @Override
      public String text() {
        return "Created "
            + owner
            + ". Keep it on the owner's machines: who has it opens everything that was or will be computed with it.";
      }
    }

    @Override
    public Integer call() {
      try (Passphrase given = passphrase.read()) {
        OwnerFile.create(file, given).close();
      }
      output.result(new Created(file));
      return 0;
    }
  }
}
