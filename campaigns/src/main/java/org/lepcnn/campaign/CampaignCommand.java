/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.campaign;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.lepcnn.campaign.device.DeviceKillReport;
import org.lepcnn.campaign.device.DeviceKills;
import org.lepcnn.campaign.edge.EdgeFaultReport;
import org.lepcnn.campaign.edge.EdgeFaults;
import org.lepcnn.campaign.neighbour.HostileNeighbours;
import org.lepcnn.campaign.neighbour.HostileReport;
import org.lepcnn.campaign.neighbour.Neighbour;
import org.lepcnn.campaign.neighbour.NeighbourReport;
import org.lepcnn.command.Output;
import org.lepcnn.command.Subcommand;
import org.lepcnn.core.io.AtomicFiles;
import org.lepcnn.json.Result;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lepcnn campaign}: does harm to a local deployment and checks what comes of it. */
@Command(
    name = "campaign",
    description =
        "Kill processes under load, or flood the edge, and check every answer. Takes minutes to hours.",
    subcommands = {
      CampaignCommand.Edge.class,
      CampaignCommand.Device.class,
      CampaignCommand.Beside.class
    })
public final class CampaignCommand implements Subcommand {
  private static final int DID_NOT_HOLD = 1;

  @Command(
      name = "edge",
      description = {
        "Kill TaskManager, JobManager and broker in random order while passes run.",
        "Exit status 0 when every pass was answered correctly and once."
      })
  static final class Edge implements Callable<Integer> {
    @Mixin private Output output;

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

    @Mixin private Place place;

    @Override
    public Integer call() {
      EdgeFaultReport report =
          EdgeFaults.run(
              new EdgeFaults.Settings(passes, kills, inFlight, place.seed),
              place.out,
              output::progress);
      finish(output, place.out, report);
      return report.holds() ? 0 : DID_NOT_HOLD;
    }
  }

  @Command(
      name = "device",
      description = {
        "Kill the device's process in the midst of everything it does, and start it again.",
        "Exit status 0 when no mask was used twice and no kill cost more passes than it may."
      })
  static final class Device implements Callable<Integer> {
    @Mixin private Output output;

    @Option(
        names = "--kills",
        defaultValue = "1000",
        description = "How often to kill the process. Default: 1000.")
    private int kills;

    @Mixin private Place place;

    @Override
    public Integer call() {
      DeviceKillReport report =
          DeviceKills.run(new DeviceKills.Settings(kills, place.seed), place.out, output::progress);
      finish(output, place.out, report);
      return report.holds() ? 0 : DID_NOT_HOLD;
    }
  }

  /** What every campaign needs to be repeated. */
  static final class Place {
    @Option(
        names = "--seed",
        defaultValue = "1",
        description = "Seed of victims, order and pauses. Default: 1.")
    private long seed;

    @Option(
        names = "--out",
        required = true,
        paramLabel = "DIR",
        description = "A new folder for logs, state and report.json.")
    private Path out;
  }

  @Command(
      name = "neighbour",
      description = {
        "Measure a device's passes, quiet and beside devices at ten times their quota. With --hostile:",
        "beside devices within their quotas that hold the edge's memory.",
        "Exit status 0 when its p95 is at most three times the quiet one."
      })
  static final class Beside implements Callable<Integer> {
    /** With one megabyte each: some two percent of a device's default quota. */
    private static final int HOSTILE_CHUNKS_PER_SECOND = 1;

    private static final int PASSES_PER_MINUTE = 120;
    private static final long MINUTE_MILLIS = 60_000;

    @Mixin private Output output;

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
            "Number of devices that begin rounds and never finish them. --quota, --passes and --turns have no effect then.")
    private Integer hostile;

    @Option(
        names = "--minutes",
        defaultValue = "10",
        description = "With --hostile: minutes of attack, after a quiet minute. Default: 10.")
    private int minutes;

    @Option(
        names = "--out",
        required = true,
        paramLabel = "DIR",
        description = "A new folder for logs, state and report.json.")
    private Path out;

    @Override
    public Integer call() {
      if (hostile != null) {
        return besideHostile();
      }
      NeighbourReport report =
          Neighbour.run(new Neighbour.Settings(quota, passes, turns), out, output::progress);
      finish(output, out, report);
      return report.holds() ? 0 : DID_NOT_HOLD;
    }

    private int besideHostile() {
      HostileReport report =
          HostileNeighbours.run(
              new HostileNeighbours.Settings(
                  hostile,
                  HOSTILE_CHUNKS_PER_SECOND,
                  PASSES_PER_MINUTE,
                  minutes * PASSES_PER_MINUTE,
                  MINUTE_MILLIS / PASSES_PER_MINUTE),
              out,
              output::progress);
      finish(output, out, report);
      return report.holds() ? 0 : DID_NOT_HOLD;
    }
  }

  private static void finish(Output output, Path out, Result report) {
    AtomicFiles.write(out.resolve("report.json"), report.json().getBytes(StandardCharsets.UTF_8));
    output.result(report);
  }
}
