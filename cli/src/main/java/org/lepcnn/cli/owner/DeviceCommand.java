/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli.owner;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.lepcnn.command.Output;
import org.lepcnn.core.io.Json;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.device.key.Passphrase;
import org.lepcnn.device.owner.OwnerFile;
import org.lepcnn.device.state.DeviceState;
import org.lepcnn.device.state.Grant;
import org.lepcnn.device.state.RetiredChains;
import org.lepcnn.device.state.StateDescription;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lepcnn device provision|init|retire|lift-quarantine}. */
@Command(
    name = "device",
    description =
        "Devices: provision one for a model, begin its state, retire a chain, lift a quarantine.",
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
          "Begin a new chain for a device and a model, and write the grant that the device consumes.")
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
        description = "The grant to write. It is a secret of the device.")
    private Path grantFile;

    @Option(
        names = "--grant-passphrase-file",
        paramLabel = "F",
        description =
            "File with the passphrase of the grant's keys. Default: none, unless the owner file has one.")
    private Path grantPassphrase;

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
          file.provision(device, model, granted -> granted.write(grantFile, forGrant))) {
        output.result(
            "Provisioned "
                + device
                + " for "
                + model.device().modelName()
                + " ("
                + model.fingerprint().shortName()
                + "), chain "
                + grant.chain()
                + ".\nBring "
                + grantFile
                + " to the device and run: lepcnn device init "
                + grantFile
                + " --state DIR",
            Json.object()
                .put("device", device)
                .put("chain", grant.chain().toString())
                .put("model", model.fingerprint().toString())
                .put("grant", grantFile.toString()));
      }
    }
  }

  @Command(
      name = "init",
      description = "Consume a grant into the device's state. The grant file is deleted.")
  static final class Init implements Callable<Integer> {
    @Mixin private Output output;
    @Mixin private OpeningPassphraseOption passphrase;

    @Parameters(paramLabel = "GRANT", description = "The grant from 'lepcnn device provision'.")
    private Path grant;

    @Option(
        names = "--state",
        required = true,
        paramLabel = "DIR",
        description = "The device's state folder; it may hold chains of other models.")
    private Path state;

    @Option(
        names = "--grant-passphrase-file",
        paramLabel = "F",
        description = "File with the passphrase of the grant's keys. Default: none.")
    private Path grantPassphrase;

    @Option(
        names = "--retire-others",
        description = {
          "Retire the device's other chains of this model: after a restored backup, say.",
          "Default: the chain in use goes on until its tables are dry."
        })
    private boolean retireOthers;

    @Override
    public Integer call() {
      try (Passphrase forState = passphrase.read();
          Passphrase forGrant = passphrase.readOther(grantPassphrase);
          DeviceState opened = DeviceState.init(grant, state, forGrant, forState)) {
        Json.JsonArray retired = Json.array();
        if (retireOthers) {
          retireAllBut(opened).forEach(retired::add);
        }
        output.result(
            "Device "
                + opened.device()
                + " holds chain "
                + opened.chain()
                + " for model "
                + opened.model().shortName()
                + " in "
                + state
                + ".",
            Json.object()
                .put("device", opened.device())
                .put("chain", opened.chain().toString())
                .put("model", opened.model().toString())
                .put("state", state.toString())
                .put("retired", retired));
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
          "Let a device use the edge again whose results failed the integrity check too often. Find"
              + " out why they did first.")
  static final class LiftQuarantine implements Callable<Integer> {
    @Mixin private Output output;
    @Mixin private OpeningPassphraseOption passphrase;

    @Option(
        names = "--state",
        required = true,
        paramLabel = "DIR",
        description = "The device's state folder; no gateway may have it open.")
    private Path state;

    @Option(
        names = "--model",
        defaultValue = "",
        paramLabel = "PREFIX",
        description =
            "First digits of the model's fingerprint or the chain's id, when there are several.")
    private String model;

    @Override
    public Integer call() {
      try (Passphrase forState = passphrase.read();
          DeviceState opened = DeviceState.open(state, model, forState)) {
        long failures = opened.integrityFailures();
        opened.resetIntegrityFailures();
        output.result(
            "Chain "
                + opened.chain()
                + " of device "
                + opened.device()
                + ": "
                + failures
                + " failed integrity checks are no longer counted.",
            Json.object()
                .put("device", opened.device())
                .put("chain", opened.chain().toString())
                .put("failures", failures));
      }
      return 0;
    }
  }
}
