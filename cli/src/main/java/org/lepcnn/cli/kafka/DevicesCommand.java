/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli.kafka;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.lepcnn.command.Output;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.RefusedException;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.core.port.PassId;
import org.lepcnn.json.Result;
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
    description = "Enrol, revoke and list the devices that the edge serves.",
    subcommands = {
      DevicesCommand.Enrol.class,
      DevicesCommand.Revoke.class,
      DevicesCommand.ListDevices.class
    })
public final class DevicesCommand {
  private DevicesCommand() {}

  /**
   * What is told of a device.
   *
   * @param done what was done with it, in front of its line
   * @param changes of its enrolment; null when it was not enrolled now
   */
  private record Told(
      @JsonIgnore String done,
      String device,
      String gateway,
      List<Fingerprint> models,
      List<ChainId> chains,
      long requestsPerSecond,
      long bytesPerSecond,
      DeviceStatus status,
      List<EnrolmentChanges.Change> changes)
      implements Result {
    static Told of(String done, DeviceRecord device, List<EnrolmentChanges.Change> changes) {
      return new Told(
          done,
          device.getDevice(),
          device.getGateway(),
          device.getModels().stream().map(WireIds::fingerprint).toList(),
          device.getChains().stream().map(WireIds::chain).toList(),
          device.getRequestsPerSecond(),
          device.getBytesPerSecond(),
          device.getStatus(),
          changes);
    }

    @Override
    public String text() {
      return done
          + device
          + "  "
          + status
          + "  gateway "
          + gateway
          + "  models "
          + models.stream().map(Fingerprint::shortName).collect(Collectors.joining(","))
          + (chains.isEmpty() ? "" : "  of " + chains.size() + " chains")
          + "  "
          + quota(requestsPerSecond, "requests/s")
          + "  "
          + quota(bytesPerSecond, "bytes/s")
          + (changes == null ? "" : EnrolmentChanges.text(changes));
    }
  }

  private static String quota(long quota, String unit) {
    return quota == 0 ? "default " + unit : quota + " " + unit;
  }

  @Command(
      name = "enrol",
      description = {
        "Enrol a device, or change what it may do. Running edge jobs follow within seconds.",
        "This needs none of the device's secrets; those come from 'lepcnn device provision'."
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
        description = "The only gateway that may speak for the device.")
    private String gateway;

    @Option(
        names = "--model",
        required = true,
        paramLabel = "MODEL",
        description =
            "A model that the device may use: a fingerprint, the first digits of a"
                + " published one, or a bundle's folder. Repeat it for several.")
    private List<String> models;

    @Option(
        names = "--chain",
        paramLabel = "CHAIN",
        description = {
          "A chain that the device may use, as 'lepcnn device provision' and 'lepcnn"
              + " inspect' name it. Repeat it for several. The edge refuses all others, and"
              + " drops them where it needs room.",
          "Default: those that come first."
        })
    private List<String> chains = List.of();

    @Option(
        names = "--requests-per-second",
        paramLabel = "N",
        defaultValue = "0",
        description = "The device's quota of rounds and claims per second. Default: the job's.")
    private long requestsPerSecond;

    @Option(
        names = "--bytes-per-second",
        paramLabel = "N",
        defaultValue = "0",
        description =
            "The device's quota of bytes of masked tensors per second. Default: the job's.")
    private long bytesPerSecond;

    @Option(names = "--lift-revocation", description = "Enrol the device even if it was revoked.")
    private boolean liftRevocation;

    @Override
    public Integer call() {
      PassId.checkDevice(device);
      Topics.checkGateway(gateway);
      if (requestsPerSecond < 0 || bytesPerSecond < 0) {
        throw BadInputException.about("Quota")
            .expected("numbers from 0 (the job's default)")
            .found(requestsPerSecond + " and " + bytesPerSecond);
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
      output.result(Told.of("enrolled ", record, EnrolmentChanges.of(before, record)));
      return 0;
    }

    private void requireWordForARevokedDevice(DeviceRecord before) {
      if (before != null && before.getStatus() == DeviceStatus.REVOKED && !liftRevocation) {
        throw RefusedException.about("Enrolling device " + device)
            .expected("a device that is not revoked")
            .found("it revoked", "To enrol it again, add --lift-revocation.");
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
      description = "Stop serving a device. Running edge jobs follow within seconds.")
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
        throw BadInputException.about("Revoking device " + device)
            .expected("an enrolled device")
            .found("none of this id", "See 'lepcnn devices list'.");
      }
      record.setStatus(DeviceStatus.REVOKED);
      topics.put(record);
      output.result(Told.of("revoked ", record, null));
      return 0;
    }
  }

  @Command(name = "list", description = "List the enrolled and revoked devices.")
  static final class ListDevices implements Callable<Integer> {
    @Mixin private Output output;
    @Mixin private KafkaOptions kafka;

    @Option(
        names = "--gateway",
        paramLabel = "NAME",
        description = "List only the devices of this gateway.")
    private String gateway;

    private record All(List<Told> devices) implements Result {
      @Override
      public String text() {
        return devices.isEmpty()
            ? "no devices"
            : devices.stream().map(Told::text).collect(Collectors.joining("\n"));
      }
    }

    @Override
    public Integer call() {
      output.result(
          new All(
              kafka.control(output).devices().values().stream()
                  .filter(device -> gateway == null || gateway.equals(device.getGateway()))
                  .map(device -> Told.of("", device, null))
                  .toList()));
      return 0;
    }
  }
}
