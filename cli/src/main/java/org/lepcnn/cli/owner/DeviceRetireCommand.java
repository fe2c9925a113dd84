/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli.owner;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.lepcnn.command.Output;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.device.owner.LedgerEntry;
import org.lepcnn.device.owner.OwnerFile;
import org.lepcnn.device.state.RetiredChains;
import org.lepcnn.json.Result;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lepcnn device retire}. */
@Command(
    name = "retire",
    description =
        "End a chain for ever: on the device (--state), which erases its keys, or in the owner's ledger (--owner), which then serves no chain of the model until the next provisioning.")
final class DeviceRetireCommand implements Callable<Integer> {
  @Mixin private Output output;
  @Mixin private OpeningPassphraseOption passphrase;

  @Parameters(
      paramLabel = "CHAIN",
      description = "The first digits of the chain, as 'lepcnn inspect' names it.")
  private String chain;

  @ArgGroup(multiplicity = "1")
  private Where where;

  @Option(names = "--device", paramLabel = "ID", description = "The device id, with --owner.")
  private String device;

  static final class Where {
    @Option(names = "--state", paramLabel = "DIR", description = "The device's state folder.")
    private Path state;

    @Option(names = "--owner", paramLabel = "OWNER", description = "The owner file.")
    private Path owner;
  }

  private record RetiredHere(String chain, Path state) implements Result {
    @Override
    public String text() {
      return "Retired chain " + chain + " of " + state + "; its keys are erased.";
    }
  }

  private record RetiredInLedger(ChainId chain, String device, long issuedPasses)
      implements Result {
    @Override
    public String text() {
      return "Retired chain %s of %s in the ledger, after %s passes."
          .formatted(chain, device, issuedPasses);
    }
  }

  @Override
  public Integer call() {
    if (where.owner != null && device == null) {
      throw BadInputException.about("Retiring chain " + chain)
          .expected("--device with --owner")
          .found("none");
    }
    return where.state != null ? onTheDevice() : inTheLedger();
  }

  private int onTheDevice() {
    output.result(new RetiredHere(RetiredChains.retire(where.state, chain), where.state));
    return 0;
  }

  private int inTheLedger() {
    try (var given = passphrase.read();
        OwnerFile file = OwnerFile.open(where.owner, given)) {
      LedgerEntry entry = file.retire(device, chain);
      output.result(new RetiredInLedger(entry.chain(), device, entry.issuedPasses()));
      return 0;
    }
  }
}
