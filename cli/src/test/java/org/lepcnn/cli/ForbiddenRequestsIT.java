/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.core.port.EdgeErrorCode;
import org.lepcnn.core.port.EdgeRefusedException;
import org.lepcnn.core.port.InstanceId;
import org.lepcnn.core.port.PassClaim;
import org.lepcnn.deployments.LocalBroker;
import org.lepcnn.deployments.LocalEdge;
import org.lepcnn.deployments.LocalLayout;
import org.lepcnn.deployments.security.ClientAuthentication;
import org.lepcnn.deployments.security.LocalSecurity;
import org.lepcnn.device.state.DeviceState;
import org.lepcnn.gateway.Meter;
import org.lepcnn.gateway.ProvisionedDevice;
import org.lepcnn.gateway.input.Inputs;
import org.lepcnn.kafka.client.ClientSettings;
import org.lepcnn.kafka.codec.RecordCodec;
import org.lepcnn.kafka.topic.Topics;
import org.lepcnn.kafka.transport.KafkaEdgeTransport;
import org.lepcnn.kafka.transport.TransportConfig;
import org.lepcnn.kafka.wire.Rejection;
import org.lepcnn.process.FreePorts;

/**
 * The table of forbidden acts, second part: a gateway with every right at a secured broker asks the
 * edge for what it must not have. Each is refused, and the gateway is told why. Everything is set
 * up by the commands, with the client configurations of their users.
 */
class ForbiddenRequestsIT {
  private static final ChainId CHAIN = new ChainId(1, 2);
  private static final InstanceId INSTANCE = new InstanceId(3, 4);
  private static final Duration PATIENCE = Duration.ofSeconds(300);
  private static final Duration LITTLE_PATIENCE = Duration.ofSeconds(3);
  private static final int CLAIMS = 50;

  /** As many as the guard keeps of a model: a further one would be refused for that. */
  private static final int CHAINS_KEPT = 8;

  private static final Duration LIFETIME = Duration.ofSeconds(60);

  @TempDir private static Path folder;

  private static LocalBroker broker;
  private static LocalSecurity security;
  private static LocalEdge edge;
  private static ModelBundle model;
  private static ProvisionedDevice meter;

  @BeforeAll
  static void start() {
    model = Meter.importBundle();
    meter = ProvisionedDevice.create(folder, model, "meter-1", 64);
    security =
        LocalSecurity.prepare(
            folder.resolve("security"), ClientAuthentication.SCRAM, List.of("home", "other"));
    broker =
        LocalBroker.start(LocalLayout.find(), folder.resolve("broker"), FreePorts.find(), security);
    String bundle = meter.bundleFolder().toString();
    command("topics", "create", "--gateway", "home", "--acls");
    command("topics", "create", "--gateway", "other", "--acls");
    command("models", "publish", bundle);
    command("devices", "enrol", "meter-1", "--gateway", "home", "--model", bundle);
    command("devices", "enrol", "elsewhere-1", "--gateway", "other", "--model", bundle);
    command("devices", "enrol", "revoked-1", "--gateway", "home", "--model", bundle);
    command("devices", "revoke", "revoked-1");
    command(
        "devices",
        "enrol",
        "slow-1",
        "--gateway",
        "home",
        "--model",
        bundle,
        "--requests-per-second",
        "1");
    command("devices", "enrol", "stale-1", "--gateway", "home", "--model", bundle);
    edge =
        LocalEdge.start(
            LocalLayout.find(),
            folder.resolve("edge"),
            broker.bootstrapServers(),
            List.of(
                "--model-cache",
                folder.resolve("cache").toString(),
                "--client-config",
                security.clientConfig(LocalSecurity.EDGE).toString()));
  }

  @AfterAll
  static void stop() {
    if (edge != null) {
      edge.close();
    }
    if (broker != null) {
      broker.close();
    }
  }

  /** The refusals are worth nothing unless this works. */
  @Test
  void enrolledDevice_isAnsweredRight() {
    List<Inputs.Input> inputs = Meter.inputs(model).subList(0, 3);
    try (KafkaEdgeTransport transport = transport("home", PATIENCE, LIFETIME);
        PrivateRun run =
            PrivateRun.open(
                DeviceState.open(meter.state()),
                meter.tables(),
                transport,
                2,
                Duration.ZERO,
                inputs.size(),
                false)) {
      assertThat(run.run(inputs)).allSatisfy(answer -> assertThat(answer.failure()).isNull());
    }
    assertThat(edge.isAlive()).isTrue();
  }

  @Test
  void unenrolledDevice() throws Exception {
    assertThat(refusal("home", "stranger-1", model.fingerprint(), 0))
        .isEqualTo(EdgeErrorCode.UNKNOWN_DEVICE);
  }

  @Test
  void revokedDevice() throws Exception {
    assertThat(refusal("home", "revoked-1", model.fingerprint(), 0))
        .isEqualTo(EdgeErrorCode.NOT_AUTHORISED);
  }

  @Test
  void modelThatTheDeviceMayNotUse() throws Exception {
    byte[] other = new byte[32];
    Arrays.fill(other, (byte) 7);
    assertThat(refusal("home", "meter-1", Fingerprint.of(other), 0))
        .isEqualTo(EdgeErrorCode.NOT_AUTHORISED);
  }

  @Test
  void deviceOfAnotherGateway_isRefusedAndNoted() throws Exception {
    assertThat(refusal("home", "elsewhere-1", model.fingerprint(), 0))
        .isEqualTo(EdgeErrorCode.NOT_AUTHORISED);
    assertThat(rejections())
        .anySatisfy(
            line -> {
              assertThat(line.getDevice()).isEqualTo("elsewhere-1");
              assertThat(line.getCode()).isEqualTo("NOT_AUTHORISED");
            });
  }

  @Test
  void passNumberOf2To62() throws Exception {
    assertThat(refusal("home", "meter-1", model.fingerprint(), 1L << 62))
        .isEqualTo(EdgeErrorCode.PASS_OUT_OF_RANGE);
  }

  /** It may be repeated, so the gateway does, and says at the end of its patience why. */
  @Test
  void moreThanTheQuota() {
    assertThat(endsOfClaims("slow-1", LIFETIME, CLAIMS))
        .anyMatch(end -> end.contains("QUOTA_EXCEEDED"));
  }

  /** Nearly all take more than a millisecond longer than the fastest request did. */
  @Test
  void requestOlderThanItsLifetime() {
    assertThat(endsOfClaims("stale-1", Duration.ofMillis(1), CHAINS_KEPT))
        .anyMatch(end -> end.contains("EXPIRED"));
  }

  /** With nothing but the gateway's user, over TLS; the record takes 2 KB to 10 KB on the wire. */
  @ParameterizedTest
  @ValueSource(ints = {50_000_000, 300_000_000})
  void compressedRecord_isSteppedOver_noted_andOthersAreAnswered(int bytes) throws Exception {
    ClientSettings settings =
        ClientSettings.of(broker.bootstrapServers(), config(LocalSecurity.gatewayUser("other")));
    Map<String, Object> producer = new HashMap<>(settings.producer());
    producer.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "zstd");
    producer.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, Integer.MAX_VALUE);
    producer.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 1L << 30);
    RecordMetadata sent;
    try (KafkaProducer<byte[], byte[]> writer = new KafkaProducer<>(producer)) {
      sent = writer.send(new ProducerRecord<>(Topics.requests("other"), new byte[bytes])).get();
    }
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (rejections().stream().noneMatch(line -> tells(line, sent))) {
      assertThat(System.nanoTime()).as("still not noted").isLessThan(deadline);
    }
    assertThat(refusal("home", "stranger-2", model.fingerprint(), 0))
        .isEqualTo(EdgeErrorCode.UNKNOWN_DEVICE);
    assertThat(edge.isAlive()).isTrue();
  }

  private static boolean tells(Rejection line, RecordMetadata sent) {
    return line.getCode().equals("COMPRESSED")
        && line.getTopic().equals(sent.topic())
        && line.getPartition() == sent.partition()
        && line.getOffset() == sent.offset();
  }

  /** Claims many chains at a time, without a repetition; the errors. */
  private static List<String> endsOfClaims(String device, Duration lifetime, int claims) {
    List<String> ends = new ArrayList<>();
    TransportConfig impatient =
        TransportConfig.builder(broker.bootstrapServers(), "home")
            .clientConfig(config(LocalSecurity.gatewayUser("home")))
            .patience(LITTLE_PATIENCE)
            .refusalBackoff(PATIENCE)
            .lifetime(lifetime)
            .build();
    try (KafkaEdgeTransport transport = KafkaEdgeTransport.open(impatient)) {
      for (int chain = 0; chain < claims; chain++) {
        var claim = transport.claim(claim(device, new ChainId(9, chain), model.fingerprint(), 0));
        var unused = claim.exceptionally(failure -> note(ends, failure));
      }
      return firstOf(ends);
    }
  }

  private static Void note(List<String> ends, Throwable failure) {
    synchronized (ends) {
      ends.add(failure.getMessage());
      ends.notifyAll();
    }
    return null;
  }

  /** Those that are there when the first is. */
  private static List<String> firstOf(List<String> ends) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    synchronized (ends) {
      while (ends.isEmpty() && System.nanoTime() < deadline) {
        try {
          ends.wait(100);
        } catch (InterruptedException e) {
          throw new IllegalStateException(e);
        }
      }
      return List.copyOf(ends);
    }
  }

  private static EdgeErrorCode refusal(
      String gateway, String device, Fingerprint fingerprint, long firstPass) throws Exception {
    try (KafkaEdgeTransport transport = transport(gateway, PATIENCE, LIFETIME)) {
      transport
          .claim(claim(device, CHAIN, fingerprint, firstPass))
          .get(PATIENCE.toSeconds() + 10, TimeUnit.SECONDS);
      return null;
    } catch (ExecutionException e) {
      assertThat(e.getCause()).isInstanceOf(EdgeRefusedException.class);
      return ((EdgeRefusedException) e.getCause()).code();
    }
  }

  private static PassClaim claim(
      String device, ChainId chain, Fingerprint fingerprint, long firstPass) {
    return new PassClaim(device, chain, fingerprint, firstPass, firstPass + 3, INSTANCE);
  }

  private static KafkaEdgeTransport transport(
      String gateway, Duration patience, Duration lifetime) {
    return KafkaEdgeTransport.open(
        TransportConfig.builder(broker.bootstrapServers(), gateway)
            .clientConfig(config(LocalSecurity.gatewayUser(gateway)))
            .patience(patience)
            .lifetime(lifetime)
            .build());
  }

  private static List<Rejection> rejections() {
    List<Rejection> lines = new ArrayList<>();
    ClientSettings admin =
        ClientSettings.of(broker.bootstrapServers(), config(LocalSecurity.ADMIN));
    try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(admin.consumer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(Topics.REJECTED).stream()
              .map(info -> new TopicPartition(Topics.REJECTED, info.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (partitions.stream().anyMatch(each -> consumer.position(each) < ends.get(each))) {
        consumer
            .poll(Duration.ofMillis(200))
            .forEach(record -> lines.add(RecordCodec.REJECTIONS.decode(record.value())));
      }
    }
    return lines;
  }

  /** A command of the administrator's. */
  private static void command(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--bootstrap-server", broker.bootstrapServers()));
    all.addAll(List.of("--client-config", security.clientConfig(LocalSecurity.ADMIN).toString()));
    assertThat(Main.execute(all.toArray(String[]::new))).as(String.join(" ", arguments)).isZero();
  }

  private static Map<String, String> config(String user) {
    return ClientSettings.load(security.clientConfig(user));
  }
}
