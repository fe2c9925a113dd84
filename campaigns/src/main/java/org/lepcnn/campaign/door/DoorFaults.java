/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.campaign.door;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.lepcnn.campaign.load.CampaignModel;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.deployments.LocalBroker;
import org.lepcnn.deployments.LocalEdge;
import org.lepcnn.deployments.LocalLayout;
import org.lepcnn.gateway.Gateway;
import org.lepcnn.gateway.GatewayConfig;
import org.lepcnn.gateway.http.HttpDoor;
import org.lepcnn.kafka.client.ClientSettings;
import org.lepcnn.kafka.topic.TopicAdmin;
import org.lepcnn.kafka.topic.TopicSettings;
import org.lepcnn.process.RunningJvm;

/**
 * The campaign against the HTTP door: clients ask over real sockets, a broker and an edge, both in
 * processes of their own. When a third of the requests is answered, the edge is killed and started
 * again; when two thirds are, the broker.
 *
 * <p>The queue is shorter than there are clients, so that some are told to come later all the time.
 */
public final class DoorFaults {
  private static final String GATEWAY = "campaign";
  private static final String SESSION = "meter";
  private static final int RESERVATION = 16;
  private static final int QUEUE = 32;
  private static final int IN_FLIGHT = 8;
  private static final int MOST_CLIENTS = 250;
  private static final int WARM_SHARE = 5;
  private static final long POLL_MILLIS = 5;
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  private final Settings settings;
  private final Path folder;
  private final Consumer<String> progress;
  private final LocalLayout layout = LocalLayout.find();
  private LocalBroker broker;
  private LocalEdge edge;

  /**
   * What to do.
   *
   * @param requests to answer
   * @param clients at the same time
   */
  public record Settings(int requests, int clients) {
    public Settings {
      if (requests < 10 || requests > 1_000_000 || clients < 1 || clients > MOST_CLIENTS) {
        throw BadInputException.about("Door campaign")
            .expected("10 to 1000000 requests and 1 to " + MOST_CLIENTS + " clients")
            .found("%d and %d".formatted(requests, clients));
      }
    }
  }

  private DoorFaults(Settings settings, Path folder, Consumer<String> progress) {
    this.settings = settings;
    this.folder = folder;
    this.progress = progress;
  }

  /**
   * Runs the campaign to its end; nothing that it starts outlives it.
   *
   * @param folder an empty one for state, tables, topics and logs; left to the caller
   * @param progress gets a line now and then
   */
  public static DoorReport run(Settings settings, Path folder, Consumer<String> progress) {
    return new DoorFaults(settings, folder.toAbsolutePath(), progress).run();
  }

  private DoorReport run() {
    CampaignModel model = CampaignModel.load(layout);
    Path bundle = model.writeBundle(folder);
    progress.accept("precomputing tables for " + settings.requests() + " passes");
    model.provision(folder, settings.requests() + QUEUE + RESERVATION);
    progress.accept("starting a broker and an edge");
    try (LocalBroker ownBroker = LocalBroker.start(folder.resolve("broker"))) {
      broker = ownBroker;
      createTopics();
      edge = startEdge("edge-1", bundle);
      try {
        return runLoad(model, bundle);
      } finally {
        edge.close();
      }
    }
  }

  private void createTopics() {
    ClientSettings client = ClientSettings.of(broker.bootstrapServers(), Map.of());
    try (TopicAdmin admin = TopicAdmin.connect(client, Duration.ofSeconds(30))) {
      admin.create(GATEWAY, TopicSettings.DEFAULT.withReplicationFactor(1));
    }
  }

  private LocalEdge startEdge(String name, Path bundle) {
    return LocalEdge.start(layout, folder.resolve(name), broker.bootstrapServers(), bundle);
  }

  private DoorReport runLoad(CampaignModel model, Path bundle) {
    GatewayConfig config = GatewayConfig.read(writeConfig());
    try (Gateway gateway = Gateway.open(config);
        HttpDoor door = HttpDoor.open(config, gateway)) {
      Clients clients =
          new Clients(
              model,
              door.address().resolve("/v2/models/" + SESSION + "/infer"),
              settings.requests());
      long start = System.nanoTime();
      clients.start(settings.clients());
      await(clients, settings.requests() / WARM_SHARE);
      long early = heapInUse();
      await(clients, settings.requests() / 3);
      boolean edgeKilled = killEdge(clients, bundle);
      await(clients, settings.requests() / 3 * 2);
      boolean brokerKilled = killBroker(clients);
      await(clients::ended, "the last answer");
      double seconds = (System.nanoTime() - start) / 1e9;
      return new DoorReport(
          settings.clients(),
          settings.requests(),
          clients.exact.get(),
          clients.distinctPasses(),
          clients.highestPass() + 1,
          clients.repetitions.get(),
          clients.sameAnswers.get(),
          clients.refusals.get(),
          clients.broken.get(),
          edgeKilled,
          brokerKilled,
          early,
          heapInUse(),
          seconds,
          clients.firstFailure());
    }
  }

  private Path writeConfig() {
    List<String> lines =
        List.of(
            "gateway = " + GATEWAY,
            "bootstrap.servers = " + broker.bootstrapServers(),
            "patience.seconds = " + PATIENCE.toSeconds(),
            "in.flight = " + IN_FLIGHT,
            "reservation = " + RESERVATION,
            "queue = " + QUEUE,
            "http.port = 0",
            "http.client.requests = " + MOST_CLIENTS,
            "http.recent.bytes = " + (4 << 20),
            "session." + SESSION + ".state = state",
            "session." + SESSION + ".tables = tables");
    try {
      return Files.write(folder.resolve("gateway.properties"), lines);
    } catch (IOException e) {
      throw EnvironmentException.about("Writing the gateway's configuration").found(e);
    }
  }

  private boolean killEdge(Clients clients, Path bundle) {
    long pid = edge.pid();
    boolean underLoad = clients.answered.get() < settings.requests();
    edge.kill();
    progress.accept("edge killed, " + clients.answered.get() + " requests answered");
    boolean gone = !RunningJvm.isAlive(pid);
    edge.close();
    edge = startEdge("edge-2", bundle);
    return underLoad && gone && edge.pid() != pid;
  }

  private boolean killBroker(Clients clients) {
    long pid = broker.pid();
    boolean underLoad = clients.answered.get() < settings.requests();
    broker.kill();
    progress.accept("broker killed, " + clients.answered.get() + " requests answered");
    boolean gone = !RunningJvm.isAlive(pid);
    broker.restart();
    return underLoad && gone && broker.pid() != pid;
  }

  private static long heapInUse() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  private static void await(Clients clients, int count) {
    await(() -> clients.answered.get() >= count, count + " answers");
  }

  private static void await(BooleanSupplier condition, String what) {
    long deadline = System.nanoTime() + PATIENCE.multipliedBy(2).toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - deadline > 0) {
        throw EnvironmentException.about("Door campaign")
            .expected(what + " within " + PATIENCE.multipliedBy(2).toSeconds() + " s")
            .found("that it did not come");
      }
      try {
        TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new EnvironmentException("Door campaign: interrupted.", e);
      }
    }
  }
}
