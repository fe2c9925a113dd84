/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.campaign.neighbour;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.lepcnn.campaign.load.CampaignModel;
import org.lepcnn.campaign.load.Victim;
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
import org.lepcnn.kafka.wire.ModelRecord;

/**
 * Measures what enrolled devices within their quotas do to another one of their gateway when they
 * hold the edge's memory with rounds that never become complete, see {@link HalfSender}: the
 * victim's time per pass, quiet and under this attack. Real processes; the victim's rounds take
 * four records each, and the edge has {@value #MEMORY_MIB} MiB for incomplete rounds, less than the
 * hostile devices want.
 */
public final class HostileNeighbours {
  static final int MEMORY_MIB = 16;

  private static final String HOME = "home";
  private static final int WARM_UP = 50;
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final Duration PRESSURE_LIMIT = Duration.ofMinutes(5);
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private final Settings settings;
  private final Path folder;
  private final Consumer<String> progress;
  private final CampaignModel model;

  /**
   * What to do.
   *
   * @param devices that are hostile
   * @param chunksPerSecond that each of them sends
   * @param quietPasses of the victim before the attack
   * @param passes of the victim under attack
   * @param paceMillis from the beginning of a pass of the victim to that of the next, at least
   */
  public record Settings(
      int devices, int chunksPerSecond, int quietPasses, int passes, long paceMillis) {
    public Settings {
      if (devices < 1
          || devices > 100
          || chunksPerSecond < 1
          || chunksPerSecond > 100
          || quietPasses < 1
          || quietPasses > 100_000
          || passes < 1
          || passes > 100_000
          || paceMillis < 0
          || paceMillis > 60_000) {
        throw BadInputException.about("Neighbour campaign")
            .expected(
                "1 to 100 hostile devices with 1 to 100 chunks/s each, 1 to 100000 passes in each"
                    + " phase and a pace of 0 to 60000 ms")
            .found(
                "%d, %d, %d, %d and %d"
                    .formatted(devices, chunksPerSecond, quietPasses, passes, paceMillis));
      }
    }
  }

  private HostileNeighbours(Settings settings, Path folder, Consumer<String> progress) {
    this.settings = settings;
    this.folder = folder;
    this.progress = progress;
    this.model = CampaignModel.wide(folder);
  }

  /**
   * Runs the campaign to its end; nothing that it starts outlives it.
   *
   * @param folder an empty one for state, tables, topics and logs; left to the caller
   * @param progress gets a line now and then
   */
  public static HostileReport run(Settings settings, Path folder, Consumer<String> progress) {
    return new HostileNeighbours(settings, folder.toAbsolutePath(), progress).run();
  }

  private HostileReport run() {
    Path bundle = model.writeBundle(folder);
    progress.accept("precomputing tables, starting a broker and an edge");
    model.provision(folder, settings.quietPasses() + settings.passes() + WARM_UP);
    try (LocalBroker broker = LocalBroker.start(folder.resolve("broker"))) {
      String servers = broker.bootstrapServers();
      admit(servers, PublishedBundle.record(bundle, null, null));
      try (LocalEdge edge =
              LocalEdge.start(LocalLayout.find(), folder.resolve("edge"), servers, edgeOptions());
          Victim victim = Victim.open(model, folder, servers, HOME);
          RefusalCount refusals = RefusalCount.start(servers, HOME)) {
        progress.accept("the edge is process " + edge.pid());
        return compare(victim, refusals, servers);
      }
    }
  }

  private List<String> edgeOptions() {
    return List.of(
        "--model-cache",
        folder.resolve("models").toString(),
        "--assembly-mib-per-subtask",
        Integer.toString(MEMORY_MIB));
  }

  private HostileReport compare(Victim victim, RefusalCount refusals, String servers) {
    Victim.Tally quiet = new Victim.Tally();
    Victim.Tally attacked = new Victim.Tally();
    victim.run(WARM_UP, new Victim.Tally());
    run(victim, quiet, settings.quietPasses(), "quiet");
    long before = victim.refusals();
    List<HalfSender> hostile = new ArrayList<>();
    long start = System.nanoTime();
    try {
      for (String device : hostileDevices()) {
        Flood.Source source = new Flood.Source(servers, HOME, device);
        hostile.add(HalfSender.start(source, model.bundle(), settings.chunksPerSecond()));
      }
      awaitPressure(refusals, hostile);
      progress.accept("memory is short");
      run(victim, attacked, settings.passes(), "under attack");
    } finally {
      hostile.forEach(HalfSender::close);
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    return new HostileReport(
        settings.devices(),
        MEMORY_MIB,
        phase("quiet", quiet),
        phase("under attack", attacked),
        victim.refusals() - before,
        hostileDevices().stream().mapToLong(refusals::of).sum(),
        hostile.stream().mapToLong(HalfSender::chunks).sum(),
        seconds);
  }

  private static NeighbourReport.Phase phase(String name, Victim.Tally tally) {
    return new NeighbourReport.Phase(name, tally.millis(), tally.exact(), 0, 0);
  }

  /** Waits until the edge has refused something of the hostile devices for lack of memory. */
  private void awaitPressure(RefusalCount refusals, List<HalfSender> hostile) {
    long deadline = System.nanoTime() + PRESSURE_LIMIT.toNanos();
    while (hostileDevices().stream().allMatch(device -> refusals.of(device) == 0)) {
      if (System.nanoTime() - deadline > 0) {
        throw EnvironmentException.about("Neighbour campaign")
            .expected("that the edge's memory becomes short")
            .found(
                "that it did not after %d chunks"
                    .formatted(hostile.stream().mapToLong(HalfSender::chunks).sum()));
      }
      LockSupport.parkNanos(LOOK_NANOS);
    }
  }

  private void run(Victim victim, Victim.Tally tally, int passes, String phase) {
    long tenth = Math.max(1, passes / 10);
    for (int i = 0; i < passes; i++) {
      long next = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(settings.paceMillis());
      victim.pass(i % model.size(), tally);
      if ((i + 1) % tenth == 0) {
        progress.accept("%s: %d of %d passes".formatted(phase, i + 1, passes));
      }
      LockSupport.parkNanos(Math.max(0, next - System.nanoTime()));
    }
  }

  private List<String> hostileDevices() {
    return IntStream.range(0, settings.devices()).mapToObj(i -> "hostile-" + i).toList();
  }

  private void admit(String servers, ModelRecord published) {
    ClientSettings client = ClientSettings.of(servers, Map.of());
    try (TopicAdmin admin = TopicAdmin.connect(client, TIMEOUT)) {
      admin.create(HOME, TopicSettings.DEFAULT.withReplicationFactor(1));
    }
    ControlTopics control = ControlTopics.connect(client, TIMEOUT);
    control.put(published);
    control.put(Neighbour.enrolment(CampaignModel.DEVICE, HOME, published, 0));
    for (String device : hostileDevices()) {
      control.put(Neighbour.enrolment(device, HOME, published, 0));
    }
  }
}
