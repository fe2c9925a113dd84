/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.deployments.FlinkRest;
import org.lepcnn.deployments.LocalBroker;
import org.lepcnn.deployments.LocalFlinkCluster;
import org.lepcnn.deployments.LocalLayout;
import org.lepcnn.deployments.ProcessClassPath;
import org.lepcnn.device.reference.PlainIntegerNetwork;
import org.lepcnn.device.stage.DeviceModel;
import org.lepcnn.device.stage.HostTensor;
import org.lepcnn.device.state.DeviceState;
import org.lepcnn.gateway.Meter;
import org.lepcnn.gateway.ProvisionedDevice;
import org.lepcnn.gateway.input.Inputs;
import org.lepcnn.kafka.codec.RequestCodec;
import org.lepcnn.kafka.codec.TensorChunkView;
import org.lepcnn.kafka.topic.Topics;
import org.lepcnn.kafka.transport.KafkaEdgeTransport;
import org.lepcnn.kafka.transport.TransportConfig;

/**
 * End to end on a standalone Flink cluster: separate processes, the job submitted by Flink's own
 * client.
 */
class StandaloneClusterIT {
  private static final Duration LIMIT = Duration.ofSeconds(600);
  private static final int TASK_MANAGER = 1;

  /** After a burst of about ten seconds' worth the large tensor's chunks trickle in. */
  private static final double BYTES_PER_SECOND = 700_000;

  @TempDir private static Path folder;

  private static LocalLayout layout;
  private static LocalBroker broker;
  private static LocalFlinkCluster cluster;

  @BeforeAll
  static void start() {
    layout = LocalLayout.find();
    broker = LocalBroker.start(folder.resolve("broker"));
    cluster =
        LocalFlinkCluster.start(
            folder.resolve("flink"), new LocalFlinkCluster.Size(1, 2, Map.of(), false));
  }

  @AfterAll
  static void stop() {
    if (cluster != null) {
      cluster.close();
    }
    if (broker != null) {
      broker.close();
    }
  }

  @Test
  void pictures_areAnsweredExactlyByAClusterThatCannotReachSecrets() {
    ModelBundle bundle = Meter.importBundle();
    ProvisionedDevice device =
        ProvisionedDevice.create(folder.resolve("meter"), bundle, "meter-1", 40);
    EdgeFixture.createTopics(broker.bootstrapServers(), "meters");
    String job = submit(device, "meters-group");

    long taskManager = cluster.taskManagerPids().get(TASK_MANAGER);
    assertThat(taskManager).isNotEqualTo(ProcessHandle.current().pid());
    assertThat(ProcessClassPath.entriesWithSecretCode(ProcessClassPath.of(taskManager))).isEmpty();
    assertThat(ProcessClassPath.entriesWithSecretCode(ProcessClassPath.of(cluster.jobManagerPid())))
        .isEmpty();
    assertThat(ProcessClassPath.holdsSecretCode(layout.edgeJobJar())).isFalse();

    List<Inputs.Input> inputs = Meter.inputs(bundle);
    try (KafkaEdgeTransport transport = transport("meters");
        PrivateRun run =
            PrivateRun.open(
                DeviceState.open(device.state()),
                device.tables(),
                transport,
                4,
                Duration.ZERO,
                inputs.size(),
                false);
        DeviceModel model = DeviceModel.load(bundle.device())) {
      PlainIntegerNetwork plain = new PlainIntegerNetwork(model, bundle.edge());
      for (PrivateRun.Inferred answer : run.run(inputs)) {
        assertThat(answer.failure()).isNull();
        plain
            .run(answer.input().values())
            .forEach(
                (name, value) ->
                    assertThat(answer.result().outputs().get(name).sameBits(value))
                        .as(answer.input().name())
                        .isTrue());
      }
    }
    assertThat(cluster.rest().restarts(job)).isZero();
  }

  @Test
  void largeTensor_isAnsweredRightAlthoughATaskManagerIsKilledBetweenItsChunks() throws Exception {
    ModelBundle bundle = LargeLayer.bundle();
    ProvisionedDevice device =
        ProvisionedDevice.create(folder.resolve("large"), bundle, "camera-1", 1);
    EdgeFixture.createTopics(broker.bootstrapServers(), "cameras");
    String job = submit(device, "cameras-group");
    long before = cluster.taskManagerPids().get(TASK_MANAGER);
    limitProducers(BYTES_PER_SECOND);

    Map<String, HostTensor> input = randomInput();
    Inputs.Input named = new Inputs.Input("large", null, input);
    long killed;
    try (TopicReader requests =
            new TopicReader(broker.bootstrapServers(), Topics.requests("cameras"));
        KafkaEdgeTransport transport = transport("cameras");
        PrivateRun run =
            PrivateRun.open(
                DeviceState.open(device.state()),
                device.tables(),
                transport,
                1,
                Duration.ZERO,
                1,
                false)) {
      CompletableFuture<PrivateRun.Inferred> pending =
          CompletableFuture.supplyAsync(() -> run.run(List.of(named)).get(0));
      awaitChunks(requests, 2);
      cluster.rest().awaitNextCheckpoint(job, LIMIT);
      killed = System.currentTimeMillis();
      cluster.killTaskManager(TASK_MANAGER);
      limitProducers(null);
      cluster.startTaskManager(TASK_MANAGER);
      PrivateRun.Inferred answer = pending.get(330, java.util.concurrent.TimeUnit.SECONDS);
      assertThat(answer.failure()).isNull();
      assertExact(bundle, input, answer);
      assertChunksOnBothSides(requests, killed);
    }
    assertThat(cluster.taskManagerPids().get(TASK_MANAGER)).isNotEqualTo(before);
    FlinkRest.CheckpointStats checkpoints = cluster.rest().checkpoints(job);
    assertThat(checkpoints.completed()).isPositive();
    assertThat(checkpoints.largestBytes()).isPositive().isLessThan(1_000_000);
  }

  @AfterEach
  void cancelJobs() {
    for (String job : cluster.rest().jobIds()) {
      if (cluster.rest().isRunning(job)) {
        cluster.rest().cancel(job, LIMIT);
      }
    }
  }

  private static String submit(ProvisionedDevice device, String group) {
    String job =
        cluster.submit(
            layout.edgeJobJar(),
            null,
            List.of(),
            List.of(
                "--bootstrap-server",
                broker.bootstrapServers(),
                "--admission",
                "open",
                "--model-dir",
                device.bundleFolder().toString(),
                "--group",
                group,
                "--start",
                "latest",
                "--checkpoint-interval",
                "500"));
    cluster.rest().awaitRunning(job, LIMIT);
    cluster.rest().awaitNextCheckpoint(job, LIMIT);
    return job;
  }

  private static KafkaEdgeTransport transport(String gateway) {
    return KafkaEdgeTransport.open(
        TransportConfig.builder(broker.bootstrapServers(), gateway)
            .patience(Duration.ofSeconds(300))
            .build());
  }

  /** Limits every producer; null lifts the limit. */
  private static void limitProducers(Double bytesPerSecond) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
      ClientQuotaEntity everybody =
          new ClientQuotaEntity(Collections.singletonMap(ClientQuotaEntity.CLIENT_ID, null));
      ClientQuotaAlteration.Op limit =
          new ClientQuotaAlteration.Op("producer_byte_rate", bytesPerSecond);
      admin
          .alterClientQuotas(List.of(new ClientQuotaAlteration(everybody, List.of(limit))))
          .all()
          .get();
    }
  }

  private static Map<String, HostTensor> randomInput() {
    SplittableRandom random = new SplittableRandom(224);
    float[] values = new float[LargeLayer.CHANNELS * LargeLayer.SIDE * LargeLayer.SIDE];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextDouble() - 0.5f;
    }
    return Map.of(
        "x", HostTensor.of(values, 1, LargeLayer.CHANNELS, LargeLayer.SIDE, LargeLayer.SIDE));
  }

  private static void awaitChunks(TopicReader requests, int count) {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    List<ConsumerRecord<byte[], byte[]>> chunks = new ArrayList<>();
    while (chunks.size() < count) {
      assertThat(System.nanoTime()).as("chunks arrive in time").isLessThan(deadline);
      requests.poll(Duration.ofMillis(50)).stream()
          .filter(StandaloneClusterIT::isChunk)
          .forEach(chunks::add);
    }
  }

  private static void assertChunksOnBothSides(TopicReader requests, long killed) {
    List<ConsumerRecord<byte[], byte[]>> chunks =
        requests.readToEnd().stream().filter(StandaloneClusterIT::isChunk).toList();
    assertThat(chunks).as("chunks before the kill").anyMatch(chunk -> chunk.timestamp() < killed);
    assertThat(chunks).as("chunks after the kill").anyMatch(chunk -> chunk.timestamp() > killed);
    assertThat(chunks.size()).isGreaterThanOrEqualTo(13);
  }

  private static boolean isChunk(ConsumerRecord<byte[], byte[]> record) {
    return RequestCodec.current().decode(record.value()) instanceof TensorChunkView;
  }

  private static void assertExact(
      ModelBundle bundle, Map<String, HostTensor> input, PrivateRun.Inferred answer) {
    try (DeviceModel model = DeviceModel.load(bundle.device())) {
      HostTensor expected = new PlainIntegerNetwork(model, bundle.edge()).run(input).get("y");
      assertThat(answer.result().outputs().get("y").sameBits(expected)).isTrue();
    }
  }
}
