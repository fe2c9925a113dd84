/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.campaign.neighbour;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.lepcnn.campaign.load.CampaignModel;
import org.lepcnn.campaign.load.Victim;
import org.lepcnn.campaign.neighbour.NeighbourReport.Phase;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.deployments.LocalBroker;
import org.lepcnn.deployments.LocalEdge;
import org.lepcnn.deployments.LocalLayout;
import org.lepcnn.deployments.PublishedBundle;
import org.lepcnn.kafka.client.ClientSettings;
import org.lepcnn.kafka.control.ControlTopics;
import org.lepcnn.kafka.topic.TopicAdmin;
import org.lepcnn.kafka.topic.TopicSettings;
import org.lepcnn.kafka.wire.DeviceRecord;
import org.lepcnn.kafka.wire.DeviceStatus;
import org.lepcnn.kafka.wire.ModelRecord;

/**
 * Measures what a device at ten times its quota does to another one: the victim's time per pass,
 * one in flight, quiet and beside a flood on its own gateway and on another. Real processes; phases
 * take turns, so that a slow minute of the machine meets all of them.
 */
public final class Neighbour {
  static final int TIMES_QUOTA = 10;

  private static final String HOME = "home";
  private static final String OTHER = "other";
  private static final String NOISY_HOME = "noisy-home";
  private static final String NOISY_OTHER = "noisy-other";
  private static final int WARM_UP = 100;
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final long BURST_MILLIS = 1_000;

  private final Settings settings;
  private final Path folder;
  private final Consumer<String> progress;
  private final CampaignModel model;

  /**
   * What to do.
   *
   * @param quota of the noisy devices, requests per second
   * @param passes of the victim in each phase of each turn
   * @param turns how often each phase comes
   */
  public record Settings(int quota, int passes, int turns) {
    public Settings {
      if (quota < 1 || quota > 1_000 || passes < 1 || passes > 10_000 || turns < 1 || turns > 100) {
        throw BadInputException.about("Neighbour campaign")
            .expected("a quota of 1 to 1000 requests/s, 1 to 10000 passes and 1 to 100 turns")
            .found("%d, %d and %d".formatted(quota, passes, turns));
      }
    }
  }

  /** A condition of the victim, and what it met so far. */
  private static final class Tally {
    final String name;
    final Flood.Source flood;
    final Victim.Tally passes = new Victim.Tally();
    long floodRounds;
    double floodSeconds;

    Tally(String name, Flood.Source flood) {
      this.name = name;
      this.flood = flood;
    }

    Phase phase() {
      return new Phase(name, passes.millis(), passes.exact(), floodRounds, floodSeconds);
    }
  }

  private Neighbour(Settings settings, Path folder, Consumer<String> progress) {
    this.settings = settings;
    this.folder = folder;
    this.progress = progress;
    this.model = CampaignModel.load(LocalLayout.find());
  }

  /**
   * Runs the campaign to its end; nothing that it starts outlives it.
   *
   * @param folder an empty one for state, tables, topics and logs; left to the caller
   * @param progress gets a line now and then
   */
  public static NeighbourReport run(Settings settings, Path folder, Consumer<String> progress) {
    return new Neighbour(settings, folder.toAbsolutePath(), progress).run();
  }

  private NeighbourReport run() {
    Path bundle = model.writeBundle(folder);
    progress.accept("precomputing tables, starting a broker and an edge");
    model.provision(folder, settings.passes() * 3 * settings.turns() + WARM_UP);
    try (LocalBroker broker = LocalBroker.start(folder.resolve("broker"))) {
      String servers = broker.bootstrapServers();
      admit(servers, PublishedBundle.record(bundle, null, null));
      try (LocalEdge edge =
              LocalEdge.startEnrolled(
                  LocalLayout.find(), folder.resolve("edge"), servers, folder.resolve("models"));
          Victim victim = Victim.open(model, folder, servers, HOME)) {
        progress.accept("the edge is process " + edge.pid());
        return compare(victim, servers);
      }
    }
  }

  private NeighbourReport compare(Victim victim, String servers) {
    victim.run(WARM_UP, new Victim.Tally());
    List<Tally> tallies =
        List.of(
            new Tally("quiet", null),
            new Tally("flood on the same gateway", new Flood.Source(servers, HOME, NOISY_HOME)),
            new Tally("flood on another gateway", new Flood.Source(servers, OTHER, NOISY_OTHER)));
    for (int turn = 0; turn < settings.turns(); turn++) {
      for (Tally tally : tallies) {
        run(victim, tally, turn);
      }
      progress.accept("turn %d of %d".formatted(turn + 1, settings.turns()));
    }
    return new NeighbourReport(settings.quota(), tallies.stream().map(Tally::phase).toList());
  }

  private void run(Victim victim, Tally tally, int turn) {
    if (tally.flood == null) {
      victim.run(settings.passes(), tally.passes);
      return;
    }
    Flood flood =
        Flood.start(tally.flood, model.bundle(), (long) TIMES_QUOTA * settings.quota(), turn);
    try (flood) {
      pause(); // the burst that the quota allows is used up
      victim.run(settings.passes(), tally.passes);
    }
    tally.floodRounds += flood.rounds();
    tally.floodSeconds += flood.seconds();
  }

  private void admit(String servers, ModelRecord published) {
    ClientSettings client = ClientSettings.of(servers, Map.of());
    try (TopicAdmin admin = TopicAdmin.connect(client, TIMEOUT)) {
      admin.create(HOME, TopicSettings.DEFAULT.withReplicationFactor(1));
      admin.create(OTHER, TopicSettings.DEFAULT.withReplicationFactor(1));
    }
    ControlTopics control = ControlTopics.connect(client, TIMEOUT);
    control.put(published);
    control.put(enrolment(CampaignModel.DEVICE, HOME, published, 0));
    control.put(enrolment(NOISY_HOME, HOME, published, settings.quota()));
    control.put(enrolment(NOISY_OTHER, OTHER, published, settings.quota()));
  }

  static DeviceRecord enrolment(
      String device, String gateway, ModelRecord published, long requests) {
    return new DeviceRecord(
        device,
        gateway,
        List.of(published.getModel()),
        requests,
        0L,
        DeviceStatus.ENROLLED,
        List.of());
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(BURST_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EnvironmentException("Neighbour campaign: interrupted.", e);
    }
  }
}
