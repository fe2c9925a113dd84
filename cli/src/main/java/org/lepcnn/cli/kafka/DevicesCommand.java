/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli.kafka;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.lepcnn.command.Output;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.RefusedException;
import org.lepcnn.core.io.Json;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.core.port.PassId;
import org.lepcnn.kafka.codec.WireIds;
import org.lepcnn.kafka.control.ControlTopics;
import org.lepcnn.kafka.topic.Topics;
import org.lepcnn.kafka.wire.DeviceRecord;
import org.lepcnn.kafka.wire.DeviceStatus;
import org.lepcnn.kafka.wire.Id256;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lepcnn devices}. */
@Command(
    name = "devices",
    description = "The devices that the edge lets in.",
    subcommands = {
      DevicesCommand.Enrol.class,
      DevicesCommand.Revoke.class,
      DevicesCommand.ListDevices.class
    })
public final class DevicesCommand {
  private DevicesCommand() {}

  private static Json.JsonObject json(DeviceRecord device) {
    Json.JsonArray models = Json.array();
    device.getModels().forEach(model -> models.add(WireIds.fingerprint(model).toString()));
    Json.JsonArray chains = Json.array();
    device.getChains().forEach(chain -> chains.add(WireIds.chain(chain).toString()));
    return Json.object()
        .put("device", device.getDevice())
        .put("gateway", device.getGateway())
        .put("models", models)
        .put("chains", chains)
        .put("requestsPerSecond", device.getRequestsPerSecond())
        .put("bytesPerSecond", device.getBytesPerSecond())
        .put("status", device.getStatus().name());
  }

  private static String line(DeviceRecord device) {
    String models =
        device.getModels().stream()
            .map(model -> WireIds.fingerprint(model).shortName())
            .collect(Collectors.joining(","));
    return device.getDevice()
        + "  "
        + device.getStatus()
        + "  gateway "
        + device.getGateway()
        + "  models "
        + models
        + (device.getChains().isEmpty() ? "" : "  of " + device.getChains().size() + " chains")
        + "  "
        + quota(device.getRequestsPerSecond(), "requests/s")
        + "  "
        + quota(device.getBytesPerSecond(), "bytes/s");
  }

  private static String quota(long quota, String unit) {
    return quota == 0 ? "default " + unit : quota + " " + unit;
  }

  @Command(
      name = "enrol",
      description = {
        "Let a device in, or change what it may do. Running edge jobs follow within seconds.",
        "This needs none of the device's secrets: those come from 'lepcnn device provision'."
      })
  static final class Enrol implements Callable<Integer> {
    @Mixin private Output output;
    @Mixin private KafkaOptions kafka;

    @Parameters(paramLabel = "ID", description = "The device's id.")
    private String device;

    @Option(
        names = "--gateway",
        required = true,
        paramLabel = "NAME",
        description = "The gateway that speaks for the device; no other may.")
    private String gateway;

    @Option(
        names = "--model",
        required = true,
        paramLabel = "MODEL",
        description =
            "A model that it may use: a fingerprint, first digits of a published one, or a bundle's"
                + " folder. Repeat it for several.")
    private List<String> models;

    @Option(
        names = "--chain",
        paramLabel = "CHAIN",
        description = {
          "A chain that it may use, as 'lepcnn device provision' and 'lepcnn inspect' name it; repeat",
          "it for several. All others are refused, and give way where the edge needs their room.",
          "Default: those that come first."
        })
    private List<String> chains = List.of();

    @Option(
        names = "--requests-per-second",
        paramLabel = "N",
        defaultValue = "0",
        description = "Its quota of rounds and claims. Default: the job's.")
    private long requestsPerSecond;

    @Option(
        names = "--bytes-per-second",
        paramLabel = "N",
        defaultValue = "0",
        description = "Its quota of masked tensors. Default: the job's.")
    private long bytesPerSecond;

    @Option(names = "--lift-revocation", description = "Let a device in again that was revoked.")
    private boolean liftRevocation;

    @Override
    public Integer call() {
      PassId.checkDevice(device);
      Topics.checkGateway(gateway);
      if (requestsPerSecond < 0 || bytesPerSecond < 0) {
        throw new BadInputException(
            "Quota: expected numbers from 0 (the job's default); found "
                + requestsPerSecond
                + " and "
                + bytesPerSecond
                + ".");
      }
      ControlTopics topics = kafka.control(output);
      DeviceRecord record =
          new DeviceRecord(
              device,
              gateway,
              resolve(topics),
              requestsPerSecond,
              bytesPerSecond,
              DeviceStatus.ENROLLED,
              chains.stream().map(chain -> WireIds.wire(ChainId.parse(chain))).toList());
      DeviceRecord before = topics.devices().get(device);
      requireWordForARevokedDevice(before);
      topics.put(record);
      EnrolmentChanges changes = EnrolmentChanges.of(before, record);
      output.result(
          "enrolled " + line(record) + changes.text(), json(record).put("changes", changes.json()));
      return 0;
    }

    private void requireWordForARevokedDevice(DeviceRecord before) {
      if (before != null && before.getStatus() == DeviceStatus.REVOKED && !liftRevocation) {
        throw new RefusedException(
            "Enrolling device "
                + device
                + ": expected one that was not revoked; found that it was. If it is to be let in"
                + " again, say so with --lift-revocation.");
      }
    }

    private List<Id256> resolve(ControlTopics topics) {
      Map<String, ?> published = topics.models();
      List<Id256> ids = new ArrayList<>();
      for (String name : models) {
        Fingerprint id = ModelNames.resolve(name, published.keySet());
        if (!published.containsKey(id.toString())) {
          output.progress("lepcnn: model " + id + " is not published yet");
        }
        ids.add(WireIds.wire(id));
      }
      return ids;
    }
  }

  @Command(
      name = "revoke",
      description = "Shut a device out. Running edge jobs follow within seconds.")
  static final class Revoke implements Callable<Integer> {
    @Mixin private Output output;
    @Mixin private KafkaOptions kafka;

    @Parameters(paramLabel = "ID", description = "The device's id.")
    private String device;

    @Override
    public Integer call() {
      PassId.checkDevice(device);
      ControlTopics topics = kafka.control(output);
      DeviceRecord record = topics.devices().get(device);
      if (record == null) {
        throw new BadInputException(
            "Revoking device "
                + device
                + ": expected an enrolled device; it never was enrolled. See 'lepcnn devices"
                + " list'.");
      }
      record.setStatus(DeviceStatus.REVOKED);
      topics.put(record);
      output.result("revoked " + line(record), json(record));
      return 0;
    }
  }

  @Command(name = "list", description = "List the devices that were enrolled.")
  static final class ListDevices implements Callable<Integer> {
    @Mixin private Output output;
    @Mixin private KafkaOptions kafka;

    @Option(names = "--gateway", paramLabel = "NAME", description = "Only those of this gateway.")
    private String gateway;

    @Override
    public Integer call() {
      StringBuilder text = new StringBuilder();
      Json.JsonArray list = Json.array();
      for (DeviceRecord device : kafka.control(output).devices().values()) {
        if (gateway == null || gateway.equals(device.getGateway())) {
          text.append(line(device)).append('\n');
          list.add(json(device));
        }
      }
      output.result(
          text.isEmpty() ? "no devices" : text.toString().stripTrailing(),
          Json.object().put("devices", list));
      return 0;
    }
  }
}
