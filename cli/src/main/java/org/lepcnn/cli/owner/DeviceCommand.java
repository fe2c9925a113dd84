/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli.owner;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.lepcnn.command.Output;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.device.key.CipherSuite;
import org.lepcnn.device.key.Passphrase;
import org.lepcnn.device.owner.OwnerFile;
import org.lepcnn.device.state.DeviceState;
import org.lepcnn.device.state.Grant;
import org.lepcnn.device.state.RetiredChains;
import org.lepcnn.device.state.StateDescription;
import org.lepcnn.json.Result;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lepcnn device provision|init|retire|lift-quarantine}. */
@Command(
    name = "device",
    description =
        "Provision a device for a model, create its state, retire a chain, lift a quarantine.",
    subcommands = {
      DeviceCommand.Provision.class,
      DeviceCommand.Init.class,
      DeviceRetireCommand.class,
      DeviceCommand.LiftQuarantine.class
    })
public final class DeviceCommand {
  private DeviceCommand() {}

  @Command(
      name = "provision",
      description =
          "Begin a new chain for a device and a model, and write the grant that the device"
              + " consumes.")
  static final class Provision implements Callable<Integer> {
    @Mixin private Output output;
    @Mixin private OpeningPassphraseOption passphrase;

    @Parameters(paramLabel = "ID", description = "The device id.")
    private String device;

    @Option(
        names = "--owner",
        required = true,
        paramLabel = "OWNER",
        description = "The owner file.")
    private Path owner;

    @Option(
        names = "--bundle",
        required = true,
        paramLabel = "BUNDLE",
        description = "The model bundle.")
    private Path bundle;

    @Option(
        names = {"-o", "--output"},
        required = true,
        paramLabel = "GRANT",
        description = "The grant to write. Keep it secret; it holds the device's keys.")
    private Path grantFile;

    @Option(
        names = "--suite",
        paramLabel = "SUITE",
        defaultValue = "aes",
        description = {
          "The chain's ciphers, for ever: aes, or chacha for a processor without AES instructions.",
          "'lepcnn device profile' says which is faster there. Default: aes."
        })
    private CipherSuite suite;

    @Option(
        names = "--grant-passphrase-file",
        paramLabel = "F",
        description =
            "A file with the passphrase of the grant's keys. Default: none; required when the owner"
                + " file has one.")
    private Path grantPassphrase;

    private record Provisioned(
        String device,
        ChainId chain,
        Fingerprint model,
        String suite,
        Path grant,
        @JsonIgnore String modelName)
        implements Result {
      @Override
      public String text() {
        return ("Provisioned %s for %s (%s), chain %s, cipher suite %s.\nBring %s to the device "
                + "and run: lepcnn device init %s --state DIR")
            .formatted(device, modelName, model.shortName(), chain, suite, grant, grant);
      }
    }

    @Override
    public Integer call() {
      ModelBundle model = ModelBundle.read(bundle);
      Grant.requireFree(grantFile); // before a chain stands in the ledger
      try (Passphrase forOwner = passphrase.read();
          Passphrase forGrant = passphrase.readOther(grantPassphrase);
          OwnerFile file = OwnerFile.open(owner, forOwner)) {
        provision(file, model, forGrant);
      }
      return 0;
    }

    private void provision(OwnerFile file, ModelBundle model, Passphrase forGrant) {
      if (file.isSealed()) {
        forGrant.requireForKeysOfASealedFile("Provisioning " + device, "--grant-passphrase-file");
      }
      try (Grant grant =
          file.provision(device, model, suite, granted -> granted.write(grantFile, forGrant))) {
        output.result(
            new Provisioned(
                device,
                grant.chain(),
                model.fingerprint(),
                grant.suite().toString(),
                grantFile,
                model.device().modelName()));
      }
    }
  }

  @Command(
      name = "init",
      description = "Put a grant into the device's state, and delete the grant file.")
  static final class Init implements Callable<Integer> {
    @Mixin private Output output;
    @Mixin private OpeningPassphraseOption passphrase;

    @Parameters(paramLabel = "GRANT", description = "The grant from 'lepcnn device provision'.")
    private Path grant;

    @Option(
        names = "--state",
        required = true,
        paramLabel = "DIR",
        description = "The device's state folder. It may hold chains of other models.")
    private Path state;

    @Option(
        names = "--grant-passphrase-file",
        paramLabel = "F",
        description = "A file with the passphrase of the grant's keys. Default: none.")
    private Path grantPassphrase;

    @Option(
        names = "--retire-others",
        description = {
          "Retire the device's other chains of this model, for instance after a restored backup.",
          "Default: the chain in use goes on until its tables are dry."
        })
    private boolean retireOthers;

    private record Begun(
        String device, ChainId chain, Fingerprint model, Path state, List<String> retired)
        implements Result {
      @Override
      public String text() {
        return "Device %s holds chain %s for model %s in %s."
            .formatted(device, chain, model.shortName(), state);
      }
    }

    @Override
    public Integer call() {
      try (Passphrase forState = passphrase.read();
          Passphrase forGrant = passphrase.readOther(grantPassphrase);
          DeviceState opened = DeviceState.init(grant, state, forGrant, forState)) {
        output.result(
            new Begun(
                opened.device(),
                opened.chain(),
                opened.model(),
                state,
                retireOthers ? retireAllBut(opened) : List.of()));
      }
      return 0;
    }

    private List<String> retireAllBut(DeviceState opened) {
      List<String> retired = new ArrayList<>();
      for (StateDescription other : DeviceState.describe(state)) {
        if (other.model().equals(opened.model()) && !other.chain().equals(opened.chain())) {
          retired.add(RetiredChains.retire(state, other.chain().toString()));
          output.progress("lepcnn: retired chain " + other.chain());
        }
      }
      return retired;
    }
  }

  @Command(
      name = "lift-quarantine",
      description =
          "Let a device use the edge again after too many results failed its integrity check. First"
              + " find out why they failed.")
  static final class LiftQuarantine implements Callable<Integer> {
    @Mixin private Output output;
    @Mixin private OpeningPassphraseOption passphrase;

    @Option(
        names = "--state",
        required = true,
        paramLabel = "DIR",
        description = "The device's state folder. Stop the gateway that has it open first.")
    private Path state;

    @Option(
        names = "--model",
        defaultValue = "",
        paramLabel = "PREFIX",
        description =
            "First digits of the model's fingerprint or the chain's id, when there are several.")
    private String model;

    private record Lifted(String device, ChainId chain, long failures) implements Result {
      @Override
      public String text() {
        return "Chain %s of device %s: %s failed integrity checks are no longer counted."
            .formatted(chain, device, failures);
      }
    }

    @Override
    public Integer call() {
      try (Passphrase forState = passphrase.read();
          DeviceState opened = DeviceState.open(state, model, forState)) {
        long failures = opened.integrityFailures();
        opened.resetIntegrityFailures();
        output.result(new Lifted(opened.device(), opened.chain(), failures));
      }
      return 0;
    }
  }
}
