/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.campaign;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.lepcnn.campaign.device.DeviceKills;
import org.lepcnn.campaign.door.DoorFaults;
import org.lepcnn.campaign.edge.EdgeFaults;
import org.lepcnn.campaign.load.CampaignReport;
import org.lepcnn.campaign.neighbour.HostileNeighbours;
import org.lepcnn.campaign.neighbour.Neighbour;
import org.lepcnn.command.Output;
import org.lepcnn.command.Subcommand;
import org.lepcnn.core.io.AtomicFiles;
import org.lepcnn.device.key.CipherSuite;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lepcnn campaign}: does harm to a local deployment and checks what comes of it. */
@Command(
    name = "campaign",
    description =
        "Kill processes under load, or flood the edge, and check every answer. Takes minutes to"
            + " hours.",
    subcommands = {
      CampaignCommand.Edge.class,
      CampaignCommand.Device.class,
      CampaignCommand.Beside.class,
      CampaignCommand.Door.class
    })
public final class CampaignCommand implements Subcommand {
  /** A campaign: it writes its report into a folder of its own, and prints it. */
  abstract static class Campaign implements Callable<Integer> {
    private static final int DID_NOT_HOLD = 1;

    @Mixin private Output output;

    @Option(
        names = "--out",
        required = true,
        paramLabel = "DIR",
        description = "A new folder for logs, state and report.json.")
    private Path out;

    abstract CampaignReport run(Path folder, Consumer<String> progress);

    @Override
    public final Integer call() {
      CampaignReport report = run(out, output::progress);
      AtomicFiles.write(out.resolve("report.json"), report.json().getBytes(StandardCharsets.UTF_8));
      output.result(report);
      return report.holds() ? 0 : DID_NOT_HOLD;
    }
  }

  /** A campaign of random order, which a seed repeats. */
  abstract static class SeededCampaign extends Campaign {
    @Option(
        names = "--seed",
        defaultValue = "1",
        description = "Seed of victims, order and pauses. Default: 1.")
    long seed;
  }

  @Command(
      name = "edge",
      description = {
        "Kill TaskManager, JobManager and broker in random order while passes run.",
        "Exit status 0 when every pass was answered correctly and once."
      })
  static final class Edge extends SeededCampaign {
    @Option(
        names = "--passes",
        defaultValue = "10000",
        description = "Private passes to run. Default: 10000.")
    private int passes;

    @Option(names = "--kills", defaultValue = "60", description = "Processes to kill. Default: 60.")
    private int kills;

    @Option(
        names = "--in-flight",
        defaultValue = "8",
        description = "Passes at the same time. Default: 8.")
    private int inFlight;

    @Override
    CampaignReport run(Path folder, Consumer<String> progress) {
      return EdgeFaults.run(
          new EdgeFaults.Settings(passes, kills, inFlight, seed), folder, progress);
    }
  }

  @Command(
      name = "device",
      description = {
        "Kill the device's process in the midst of everything it does, and start it again.",
        "Exit status 0 when no mask was used twice and no kill cost more passes than it may."
      })
  static final class Device extends SeededCampaign {
    @Option(
        names = "--kills",
        defaultValue = "1000",
        description = "How often to kill the process. Default: 1000.")
    private int kills;

    @Option(
        names = "--suite",
        paramLabel = "SUITE",
        defaultValue = "aes",
        description = "The device's ciphers: aes or chacha. Default: aes.")
    private CipherSuite suite;

    @Override
    CampaignReport run(Path folder, Consumer<String> progress) {
      return DeviceKills.run(new DeviceKills.Settings(kills, suite, seed), folder, progress);
    }
  }

  @Command(
      name = "neighbour",
      description = {
        "Measure a device's passes, quiet and beside devices at ten times their quota. With"
            + " --hostile:",
        "beside devices within their quotas that hold the edge's memory.",
        "Exit status 0 when its p95 is at most three times the quiet one."
      })
  static final class Beside extends Campaign {
    /** With one megabyte each: some two percent of a device's default quota. */
    private static final int HOSTILE_CHUNKS_PER_SECOND = 1;

    private static final int PASSES_PER_MINUTE = 120;
    private static final long MINUTE_MILLIS = 60_000;

    @Option(
        names = "--quota",
        defaultValue = "100",
        description = "Quota of the noisy devices, in requests per second. Default: 100.")
    private int quota;

    @Option(
        names = "--passes",
        defaultValue = "150",
        description = "Passes in each phase of each turn. Default: 150.")
    private int passes;

    @Option(
        names = "--turns",
        defaultValue = "3",
        description = "Turns of quiet and noisy phases. Default: 3.")
    private int turns;

    @Option(
        names = "--hostile",
        paramLabel = "N",
        description =
            "Number of devices that begin rounds and never finish them. --quota, --passes and"
                + " --turns have no effect then.")
    private Integer hostile;

    @Option(
        names = "--minutes",
        defaultValue = "10",
        description = "With --hostile: minutes of attack, after a quiet minute. Default: 10.")
    private int minutes;

    @Override
    CampaignReport run(Path folder, Consumer<String> progress) {
      return hostile == null
          ? Neighbour.run(new Neighbour.Settings(quota, passes, turns), folder, progress)
          : HostileNeighbours.run(
              new HostileNeighbours.Settings(
                  hostile,
                  HOSTILE_CHUNKS_PER_SECOND,
                  PASSES_PER_MINUTE,
                  minutes * PASSES_PER_MINUTE,
                  MINUTE_MILLIS / PASSES_PER_MINUTE),
              folder,
              progress);
    }
  }

  @Command(
      name = "door",
      description = {
        "Ask over HTTP by many clients while the edge and the broker are killed.",
        "Exit status 0 when every request was answered correctly by a pass of its own."
      })
  static final class Door extends Campaign {
    @Option(
        names = "--requests",
        defaultValue = "10000",
        description = "Requests to send. Default: 10000.")
    private int requests;

    @Option(
        names = "--clients",
        defaultValue = "50",
        description = "Clients at the same time. Default: 50.")
    private int clients;

    @Override
    CampaignReport run(Path folder, Consumer<String> progress) {
      return DoorFaults.run(new DoorFaults.Settings(requests, clients), folder, progress);
    }
  }
}
