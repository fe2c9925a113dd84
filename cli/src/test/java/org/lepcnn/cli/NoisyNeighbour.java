/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.InterruptException;
import org.lepcnn.cli.data.Inputs;
import org.lepcnn.core.model.MaskedTensorSpec;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.core.port.InstanceId;
import org.lepcnn.core.port.PassClaim;
import org.lepcnn.core.port.PassId;
import org.lepcnn.deployments.LocalBroker;
import org.lepcnn.deployments.LocalEdge;
import org.lepcnn.deployments.LocalLayout;
import org.lepcnn.device.session.DeviceStateSupply;
import org.lepcnn.device.session.FolderTables;
import org.lepcnn.device.session.PrivateSession;
import org.lepcnn.device.state.DeviceState;
import org.lepcnn.device.table.TableFolder;
import org.lepcnn.kafka.client.ClientSettings;
import org.lepcnn.kafka.codec.RequestCodec;
import org.lepcnn.kafka.codec.WireIds;
import org.lepcnn.kafka.control.ControlTopics;
import org.lepcnn.kafka.topic.TopicAdmin;
import org.lepcnn.kafka.topic.TopicSettings;
import org.lepcnn.kafka.topic.Topics;
import org.lepcnn.kafka.transport.KafkaEdgeTransport;
import org.lepcnn.kafka.transport.TransportConfig;
import org.lepcnn.kafka.wire.DeviceRecord;
import org.lepcnn.kafka.wire.DeviceStatus;

/**
 * Measures what a device at ten times its quota does to another one: the victim's time per pass,
 * one in flight, quiet and beside a flood on its own gateway and on another. Real processes; phases
 * take turns, so that a slow minute of the machine meets all of them.
 *
 * <pre>java -Dlepcnn.home=DIR -cp … org.lepcnn.cli.NoisyNeighbour [QUOTA [PASSES]]</pre>
 *
 * Exit status 1 when a p95 beside a flood is above three times the quiet one.
 */
public final class NoisyNeighbour {
  private static final int TIMES_QUOTA = 10;
  private static final int TURNS = 3;
  private static final double BOUND = 3;
  private static final String HOME = "home";
  private static final String OTHER = "other";
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  private final int quota;
  private final int passes;
  private final Path folder;
  private final ModelBundle bundle = Meter.importBundle();
  private final AtomicLong sent = new AtomicLong();

  private NoisyNeighbour(int quota, int passes, Path folder) {
    this.quota = quota;
    this.passes = passes;
    this.folder = folder;
  }

  public static void main(String[] args) throws Exception {
    int quota = args.length > 0 ? Integer.parseInt(args[0]) : 100;
    int passes = args.length > 1 ? Integer.parseInt(args[1]) : 150;
    Path folder = Files.createTempDirectory("lepcnn-noisy");
    System.exit(new NoisyNeighbour(quota, passes, folder).measure() ? 0 : 1);
  }

  private boolean measure() throws Exception {
    int all = passes * 3 * TURNS + 100;
    ProvisionedDevice victim =
        ProvisionedDevice.create(folder.resolve("victim"), bundle, "victim", all);
    try (LocalBroker broker = LocalBroker.start(folder.resolve("broker"))) {
      String servers = broker.bootstrapServers();
      admit(servers, victim);
      try (LocalEdge edge =
              LocalEdge.startEnrolled(
                  LocalLayout.find(), folder.resolve("edge"), servers, folder.resolve("models"));
          PrivateSession session = session(servers, victim)) {
        System.out.printf(
            "edge %d, quota %d requests/s, flood %d%n", edge.pid(), quota, 10 * quota);
        run(session, 100); // warm
        return compare(session, servers);
      }
    }
  }

  private boolean compare(PrivateSession session, String servers) throws Exception {
    List<Double> quiet = new ArrayList<>();
    List<Double> same = new ArrayList<>();
    List<Double> far = new ArrayList<>();
    for (int turn = 0; turn < TURNS; turn++) {
      quiet.addAll(run(session, passes));
      same.addAll(beside(servers, HOME, "noisy-home", turn, session));
      far.addAll(beside(servers, OTHER, "noisy-other", turn, session));
    }
    double base = percentile(quiet, 95);
    print("quiet", quiet, base);
    print("flood on the same gateway", same, base);
    print("flood on another gateway", far, base);
    System.out.printf("flood: %d rounds sent%n", sent.get());
    return percentile(same, 95) <= BOUND * base && percentile(far, 95) <= BOUND * base;
  }

  private void admit(String servers, ProvisionedDevice victim) {
    ClientSettings client = ClientSettings.of(servers, Map.of());
    try (TopicAdmin admin = TopicAdmin.connect(client, TIMEOUT)) {
      admin.create(HOME, TopicSettings.DEFAULT.withReplicationFactor(1));
      admin.create(OTHER, TopicSettings.DEFAULT.withReplicationFactor(1));
    }
    ControlTopics control = ControlTopics.connect(client, TIMEOUT);
    control.put(ModelsCommand.record(victim.bundleFolder(), null, "meter"));
    enrol(control, "victim", HOME, 0);
    enrol(control, "noisy-home", HOME, quota);
    enrol(control, "noisy-other", OTHER, quota);
  }

  private void enrol(ControlTopics control, String device, String gateway, long requests) {
    control.put(
        new DeviceRecord(
            device,
            gateway,
            List.of(WireIds.wire(bundle.fingerprint())),
            requests,
            0L,
            DeviceStatus.ENROLLED));
  }

  private PrivateSession session(String servers, ProvisionedDevice victim) {
    DeviceState state = DeviceState.open(victim.state());
    TableFolder tables =
        TableFolder.open(
            victim.tables(), state.device(), state.chain(), state.model(), bundle.plan());
    return PrivateSession.builder(
            new DeviceStateSupply(state),
            new FolderTables(tables),
            KafkaEdgeTransport.open(TransportConfig.builder(servers, HOME).build()))
        .passesInFlight(1)
        .open();
  }

  private List<Double> run(PrivateSession session, int count) throws Exception {
    List<Inputs.Input> inputs = Meter.inputs(bundle);
    List<Double> millis = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      long start = System.nanoTime();
      session.submit(inputs.get(i % inputs.size()).values()).get(60, TimeUnit.SECONDS);
      millis.add((System.nanoTime() - start) / 1e6);
    }
    return millis;
  }

  private List<Double> beside(
      String servers, String gateway, String device, int turn, PrivateSession session)
      throws Exception {
    Thread flood = new Thread(() -> flood(servers, gateway, device, turn), "flood");
    flood.start();
    try {
      Thread.sleep(1_000); // the burst is used up
      return run(session, passes);
    } finally {
      flood.interrupt();
      flood.join();
    }
  }

  /** Rounds of zeros: the edge cannot tell them from masked ones. */
  private void flood(String servers, String gateway, String device, int turn) {
    ChainId chain = new ChainId(turn, device.hashCode());
    InstanceId instance = new InstanceId(turn, 1);
    RequestCodec codec = RequestCodec.current();
    byte[] key = device.getBytes(StandardCharsets.US_ASCII);
    String topic = Topics.requests(gateway);
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(ClientSettings.of(servers, Map.of()).producer())) {
      PassClaim claim = new PassClaim(device, chain, bundle.fingerprint(), 0, 1_000_000, instance);
      var first = producer.send(new ProducerRecord<>(topic, key, codec.encode(claim, 60_000)));
      first.get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
      long start = System.nanoTime();
      for (long pass = 0; !Thread.currentThread().isInterrupted(); pass++) {
        PassId id = new PassId(device, chain, bundle.fingerprint(), pass);
        for (MaskedTensorSpec tensor : bundle.plan().tensorsOfRound(0)) {
          int[] zeros = new int[tensor.elements()];
          for (byte[] value :
              codec.encodeTensor(id, 0, instance, tensor.id(), zeros, zeros.length, 60_000)) {
            var unused = producer.send(new ProducerRecord<>(topic, key, value));
          }
        }
        sent.incrementAndGet();
        long due = start + (pass + 1) * TimeUnit.SECONDS.toNanos(1) / ((long) TIMES_QUOTA * quota);
        LockSupport.parkNanos(Math.max(0, due - System.nanoTime()));
      }
      Thread.interrupted();
    } catch (InterruptException | InterruptedException e) {
      Thread.interrupted(); // asked to end
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("the flood's claim could not be sent", e);
    }
  }

  private static void print(String what, List<Double> millis, double base) {
    System.out.printf(
        Locale.ROOT,
        "%-28s p50 %6.1f ms  p95 %6.1f ms  p95 / quiet p95 %.2f  (%d passes)%n",
        what,
        percentile(millis, 50),
        percentile(millis, 95),
        percentile(millis, 95) / base,
        millis.size());
  }

  private static double percentile(List<Double> values, int percent) {
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).toArray();
    Arrays.sort(sorted);
    return sorted[Math.min(sorted.length - 1, sorted.length * percent / 100)];
  }
}
