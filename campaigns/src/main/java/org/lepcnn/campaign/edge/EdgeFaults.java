/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.campaign.edge;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.lepcnn.campaign.load.CampaignModel;
import org.lepcnn.campaign.load.CountingTransport;
import org.lepcnn.campaign.load.Load;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.deployments.GatewayBroker;
import org.lepcnn.deployments.LocalFlinkCluster;
import org.lepcnn.deployments.LocalLayout;
import org.lepcnn.device.session.PrivateSession;
import org.lepcnn.device.state.DeviceState;
import org.lepcnn.device.table.TableFolder;
import org.lepcnn.kafka.transport.KafkaEdgeTransport;
import org.lepcnn.kafka.transport.TransportConfig;
import org.lepcnn.process.RunningJvm;

/**
 * The campaign against everything but the device: TaskManager, JobManager (high availability by
 * ZooKeeper) and broker (TLS, SCRAM, access rules) are killed in random order while a device runs
 * passes through them.
 *
 * <p>Order and instants follow from the seed: kill i comes when its share of the passes is
 * answered, after a random pause, and only while masked rounds are unanswered. The load is held
 * back to a few passes beyond the next kill, so that no kill is missed; it goes on during the
 * outage.
 */
public final class EdgeFaults {
  private static final String GATEWAY = "campaign";
  private static final int TASK_MANAGER = 1;
  private static final int RESERVATION = 64;
  private static final int MAX_PAUSE_MILLIS = 60;
  private static final int MAX_DOWN_MILLIS = 1_500;
  private static final long POLL_MILLIS = 1;
  private static final Duration LIMIT = Duration.ofMinutes(3);
  private static final Duration PATIENCE = Duration.ofMinutes(10);
  private static final GatewayBroker.Wish SECURED = new GatewayBroker.Wish(null, true);
  private static final Map<String, String> FLINK_SETTINGS =
      Map.of("execution.checkpointing.interval", "1 s");

  private final Settings settings;
  private final Path folder;
  private final Consumer<String> progress;
  private final SplittableRandom random;
  private final LocalLayout layout = LocalLayout.find();
  private final List<EdgeKill> kills = new ArrayList<>();
  private GatewayBroker broker;
  private LocalFlinkCluster cluster;
  private String job;

  /**
   * What to do.
   *
   * @param passes to answer
   * @param kills how many processes to kill, 1 up to a tenth of the passes
   * @param inFlight passes at the same time
   * @param seed of order and instants
   */
  public record Settings(int passes, int kills, int inFlight, long seed) {
    public Settings {
      if (passes < 10 || passes > 1_000_000 || kills < 1 || kills > passes / 10 || inFlight < 1) {
        throw BadInputException.about("Fault campaign")
            .expected("10 to 1000000 passes, 1 to passes/10 kills and at least one pass in flight")
            .found("%d, %d and %d".formatted(passes, kills, inFlight));
      }
    }
  }

  private EdgeFaults(Settings settings, Path folder, Consumer<String> progress) {
    this.settings = settings;
    this.folder = folder;
    this.progress = progress;
    this.random = new SplittableRandom(settings.seed());
  }

  /**
   * Runs the campaign to its end; nothing that it starts outlives it.
   *
   * @param folder an empty one for state, tables, topics and logs; left to the caller
   * @param progress gets a line now and then
   */
  public static EdgeFaultReport run(Settings settings, Path folder, Consumer<String> progress) {
    return new EdgeFaults(settings, folder.toAbsolutePath(), progress).run();
  }

  private EdgeFaultReport run() {
    CampaignModel model = CampaignModel.load(layout);
    Path bundle = model.writeBundle(folder);
    progress.accept("precomputing tables for " + settings.passes() + " passes");
    model.provision(folder, settings.passes() + RESERVATION);
    progress.accept("starting a broker, a JobManager with ZooKeeper, a TaskManager");
    try (GatewayBroker kafka = GatewayBroker.start(layout, folder, GATEWAY, SECURED);
        LocalFlinkCluster ownCluster =
            LocalFlinkCluster.start(
                folder.resolve("flink"), new LocalFlinkCluster.Size(1, 2, FLINK_SETTINGS, true))) {
      broker = kafka;
      cluster = ownCluster;
      broker.createTopics();
      broker.admit(bundle, CampaignModel.DEVICE);
      job = submit();
      return runLoad(model);
    }
  }

  private EdgeFaultReport runLoad(CampaignModel model) {
    TransportConfig config =
        TransportConfig.builder(broker.bootstrapServers(), GATEWAY)
            .clientConfig(broker.gatewayConfig())
            .patience(PATIENCE)
            .build();
    DeviceState state = DeviceState.open(folder.resolve("state"));
    TableFolder tables = TableFolder.open(folder.resolve("tables"), state);
    try (KafkaEdgeTransport kafka = KafkaEdgeTransport.open(config);
        CountingTransport transport = new CountingTransport(kafka);
        PrivateSession session =
            PrivateSession.builder(state, tables, transport)
                .passesInFlight(settings.inFlight())
                .passesPerReservation(RESERVATION)
                .open()) {
      Load load = new Load(model, session, settings.passes());
      long start = System.nanoTime();
      load.start();
      killAll(load, transport);
      load.allow(settings.passes());
      await(() -> load.completed() == settings.passes(), PATIENCE.multipliedBy(2), "all answers");
      return new EdgeFaultReport(
          settings.seed(),
          settings.passes(),
          load.exact(),
          load.once(),
          load.distinctPasses(),
          kafka.statistics().retries(),
          (System.nanoTime() - start) / 1e9,
          kills,
          load.firstFailure());
    }
  }

  private void killAll(Load load, CountingTransport transport) {
    List<EdgeKill.Killable> victims = victims();
    int share = settings.passes() / (settings.kills() + 1);
    for (int i = 0; i < victims.size(); i++) {
      int due = share * i + 1 + random.nextInt(share);
      load.allow(due + 4 * settings.inFlight());
      await(() -> load.completed() >= due, PATIENCE, due + " answers");
      pause(random.nextInt(MAX_PAUSE_MILLIS));
      kills.add(killUnderLoad(victims.get(i), load, transport));
      progress.accept(
          "kill %d of %d: %s, %d rounds in flight, %d passes answered"
              .formatted(
                  i + 1,
                  victims.size(),
                  victims.get(i),
                  kills.get(i).unanswered(),
                  load.completed()));
    }
  }

  /** Every kind equally often, in random order. */
  private List<EdgeKill.Killable> victims() {
    List<EdgeKill.Killable> victims = new ArrayList<>();
    while (victims.size() < settings.kills()) {
      victims.add(EdgeKill.Killable.values()[victims.size() % EdgeKill.Killable.values().length]);
    }
    for (int i = victims.size() - 1; i > 0; i--) {
      int other = random.nextInt(i + 1);
      EdgeKill.Killable moved = victims.get(i);
      victims.set(i, victims.get(other));
      victims.set(other, moved);
    }
    return victims;
  }

  private EdgeKill killUnderLoad(EdgeKill.Killable victim, Load load, CountingTransport transport) {
    await(
        () -> {
          if (load.completed() == load.granted()) {
            load.allow(load.granted() + settings.inFlight());
          }
          return transport.unanswered() > 0;
        },
        PATIENCE,
        "a round in flight");
    long killed = pid(victim);
    int unanswered = transport.unanswered();
    int answered = load.completed();
    long instant = System.nanoTime();
    kill(victim);
    boolean gone = !RunningJvm.isAlive(killed);
    // Whatever was answered by results that the device had received already does not count.
    int before = load.completed();
    load.allow(load.granted() + 2 * settings.inFlight());
    pause(random.nextInt(MAX_DOWN_MILLIS));
    long down = millisSince(instant);
    restart(victim);
    await(this::jobRuns, LIMIT, "the job to run again");
    int all = Math.min(settings.passes(), before + settings.inFlight() + 1);
    await(() -> load.completed() >= all, PATIENCE, "answers after the kill");
    return new EdgeKill(
        victim, killed, pid(victim), gone, unanswered, answered, down, millisSince(instant));
  }

  private void kill(EdgeKill.Killable victim) {
    switch (victim) {
      case TASK_MANAGER -> cluster.killTaskManager(TASK_MANAGER);
      case JOB_MANAGER -> cluster.killJobManager();
      case BROKER -> broker.broker().kill();
    }
  }

  private void restart(EdgeKill.Killable victim) {
    switch (victim) {
      case TASK_MANAGER -> cluster.startTaskManager(TASK_MANAGER);
      case JOB_MANAGER -> cluster.startJobManager();
      case BROKER -> broker.broker().restart();
    }
  }

  private long pid(EdgeKill.Killable victim) {
    return switch (victim) {
      case TASK_MANAGER -> cluster.taskManagerPids().get(TASK_MANAGER);
      case JOB_MANAGER -> cluster.jobManagerPid();
      case BROKER -> broker.broker().pid();
    };
  }

  /** A JobManager that has just started knows the job only after it has recovered it. */
  private boolean jobRuns() {
    try {
      return cluster.rest().isRunning(job);
    } catch (EnvironmentException e) {
      return false;
    }
  }

  private String submit() {
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of("--bootstrap-server", broker.bootstrapServers()));
    arguments.addAll(broker.edgeOptions());
    arguments.addAll(List.of("--model-cache", folder.resolve("model-cache").toString()));
    arguments.addAll(List.of("--checkpoint-interval", "1000"));
    String id = cluster.submit(layout.edgeJobJar(), null, List.of(), arguments);
    cluster.rest().awaitRunning(id, LIMIT);
    cluster.rest().awaitNextCheckpoint(id, LIMIT);
    return id;
  }

  private static void await(BooleanSupplier condition, Duration limit, String what) {
    long deadline = System.nanoTime() + limit.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - deadline > 0) {
        throw EnvironmentException.about("Fault campaign")
            .expected(what + " within " + limit.toSeconds() + " s")
            .found("that it did not come");
      }
      pause(POLL_MILLIS);
    }
  }

  private static void pause(long millis) {
    try {
      TimeUnit.MILLISECONDS.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EnvironmentException("Fault campaign: interrupted.", e);
    }
  }

  private static long millisSince(long instant) {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - instant);
  }
}
