/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.edge;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.test.junit5.InjectMiniCluster;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.port.EdgeErrorCode;
import org.lepcnn.core.port.EdgeRefusedException;
import org.lepcnn.core.port.EdgeTransport;
import org.lepcnn.core.port.PassClaim;
import org.lepcnn.core.port.PassId;
import org.lepcnn.core.port.RoundRequest;
import org.lepcnn.core.port.RoundResult;
import org.lepcnn.flink.testkit.EdgeCluster;
import org.lepcnn.flink.testkit.Requests;
import org.lepcnn.flink.testkit.TestModel;
import org.lepcnn.kafka.codec.WireIds;
import org.lepcnn.kafka.control.ControlTopics;
import org.lepcnn.kafka.topic.Topics;
import org.lepcnn.kafka.transport.KafkaEdgeTransport;
import org.lepcnn.kafka.transport.TransportConfig;
import org.lepcnn.kafka.wire.DeviceRecord;
import org.lepcnn.kafka.wire.DeviceStatus;
import org.lepcnn.kafka.wire.Id256;
import org.lepcnn.kafka.wire.ModelRecord;
import org.lepcnn.kafka.wire.ModelStatus;

/** The job with enrolled devices and published models, over a broker in its own process. */
class AdmissionIT {
  private static final long WAIT_SECONDS = 300;

  @RegisterExtension
  private static final MiniClusterExtension FLINK =
      LocalFlink.with(LoopbackAddresses.in(new Configuration()));

  @TempDir private static Path folder;
  private static EdgeCluster kafka;
  private static TestModel model;

  private RunningEdge job;
  private ControlTopics control;

  @BeforeAll
  static void startKafka() {
    model = TestModel.write(folder.resolve("bundle"));
    kafka = new EdgeCluster();
    kafka.createGateway("gw");
    kafka.createGateway("other");
  }

  @AfterAll
  static void stopKafka() {
    kafka.close();
  }

  @BeforeEach
  void startJob(@InjectMiniCluster MiniCluster cluster) throws Exception {
    control = kafka.control();
    publish(model, ModelStatus.AVAILABLE);
    job =
        RunningEdge.start(
            cluster,
            kafka.bootstrapServers(),
            new Configuration(),
            List.of(
                "--model-cache", folder.resolve("cache").toString(),
                "--parallelism", "2",
                "--kernel", "onnxruntime",
                "--start", "latest"));
  }

  @AfterEach
  void cancelJob() throws Exception {
    job.close();
  }

  private void assertNeverRestarted() {
    job.assertNeverRestarted();
  }

  private void publish(TestModel published, ModelStatus status) {
    control.put(
        new ModelRecord(
            WireIds.wire(published.bundle().fingerprint()),
            "test",
            Path.of(published.source().folder()).resolve("edge.lep").toUri().toString(),
            new Id256(published.bundle().manifest().deviceHash()),
            status,
            1L));
  }

  private void enrol(String device, String gateway, long requests, TestModel... models) {
    device(device, gateway, requests, DeviceStatus.ENROLLED, models);
  }

  private void device(
      String device, String gateway, long requests, DeviceStatus status, TestModel... models) {
    List<Id256> ids = new ArrayList<>();
    for (TestModel each : models) {
      ids.add(WireIds.wire(each.bundle().fingerprint()));
    }
    control.put(new DeviceRecord(device, gateway, ids, requests, 0L, status, List.of()));
  }

  private static void claim(EdgeTransport transport, TestModel model, String device)
      throws Exception {
    transport
        .claim(
            new PassClaim(
                device, Requests.CHAIN, model.bundle().fingerprint(), 0, 999, Requests.INSTANCE))
        .get(WAIT_SECONDS, TimeUnit.SECONDS);
  }

  private static CompletableFuture<RoundResult> send(
      EdgeTransport transport, TestModel model, String device, long pass, int round) {
    return transport.exchange(
        new RoundRequest(
            new PassId(device, Requests.CHAIN, model.bundle().fingerprint(), pass),
            round,
            Requests.INSTANCE,
            model.plan(),
            model.tensors(round, 10 * pass + round)));
  }

  private static void assertRound(
      EdgeTransport transport, TestModel model, String device, long pass, int round)
      throws Exception {
    RoundResult result =
        send(transport, model, device, pass, round).get(WAIT_SECONDS, TimeUnit.SECONDS);
    Map<Integer, int[]> expected = model.expected(round, model.tensors(round, 10 * pass + round));
    result
        .layers()
        .forEach(layer -> assertThat(layer.residues()).isEqualTo(expected.get(layer.index())));
  }

  @FunctionalInterface
  private interface Call {
    void run() throws Exception;
  }

  /** Why the edge refuses; null when it does not. */
  private static EdgeErrorCode refusal(Call call) {
    try {
      call.run();
      return null;
    } catch (ExecutionException e) {
      return ((EdgeRefusedException) e.getCause()).code();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /** Waits until what was written to a control topic has taken effect. */
  private static void awaitRefusal(EdgeErrorCode code, Call call) throws InterruptedException {
    RunningEdge.await(() -> refusal(call) == code);
  }

  @Test
  void enrolledDeviceIsServed_revocationTakesEffectInTheRunningJob() throws Exception {
    try (EdgeTransport transport = kafka.transport("gw");
        EdgeTransport other = kafka.transport("other")) {
      assertThat(refusal(() -> claim(transport, model, "meter")))
          .isEqualTo(EdgeErrorCode.UNKNOWN_DEVICE);
      kafka.send(Topics.DEVICES, List.of(new byte[] {1, 2, 3})); // the job passes over it
      enrol("meter", "gw", 0, model);
      awaitRefusal(null, () -> claim(transport, model, "meter"));
      for (int round = 0; round < 3; round++) {
        assertRound(transport, model, "meter", 0, round);
      }
      assertThat(refusal(() -> claim(other, model, "meter")))
          .isEqualTo(EdgeErrorCode.NOT_AUTHORISED);
      device("meter", "gw", 0, DeviceStatus.REVOKED, model);
      long start = System.nanoTime();
      awaitRefusal(
          EdgeErrorCode.NOT_AUTHORISED, () -> assertRound(transport, model, "meter", 1, 0));
      System.out.printf(
          "revocation took effect within %d ms%n", (System.nanoTime() - start) / 1_000_000);
      assertThat(kafka.awaitRejections(1, r -> r.getMessage().contains("revoked"))).isNotEmpty();
      assertNeverRestarted();
    }
  }

  @Test
  void modelsArePublishedIntoTheRunningJob_andWithdrawn() throws Exception {
    TestModel second = TestModel.write(folder.resolve("second"), 99);
    enrol("both", "gw", 0, model, second);
    try (EdgeTransport transport = kafka.transport("gw")) {
      awaitRefusal(null, () -> claim(transport, model, "both"));
      assertThat(refusal(() -> claim(transport, second, "both")))
          .isEqualTo(EdgeErrorCode.UNKNOWN_MODEL);
      publish(second, ModelStatus.AVAILABLE);
      awaitRefusal(null, () -> claim(transport, second, "both"));
      for (int round = 0; round < 3; round++) {
        assertRound(transport, second, "both", 0, round);
        assertRound(transport, model, "both", 0, round);
      }
      publish(second, ModelStatus.WITHDRAWN);
      awaitRefusal(EdgeErrorCode.UNKNOWN_MODEL, () -> assertRound(transport, second, "both", 1, 0));
      assertRound(transport, model, "both", 1, 0);
      assertNeverRestarted();
    }
  }

  /** A model that only the scalar kernel computes exactly; its devices hear why. */
  @Test
  void modelThatWouldBeTooSlow_isRefused_andOthersAreServed() throws Exception {
    TestModel slow = TestModel.writeScalarOnly(folder.resolve("slow"));
    enrol("patient", "gw", 0, model, slow);
    publish(slow, ModelStatus.AVAILABLE);
    try (EdgeTransport transport = kafka.transport("gw")) {
      awaitRefusal(EdgeErrorCode.MODEL_REFUSED, () -> claim(transport, slow, "patient"));
      assertThat(kafka.awaitRejections(1, r -> r.getMessage().contains("--allow-scalar")))
          .isNotEmpty();
      awaitRefusal(null, () -> claim(transport, model, "patient"));
      assertRound(transport, model, "patient", 0, 0);
      assertNeverRestarted();
    } finally {
      publish(slow, ModelStatus.WITHDRAWN);
    }
  }

  @Test
  void deviceFarOverItsQuota_isRefused_itsNeighboursAreAllAnswered() throws Exception {
    enrol("noisy", "gw", 10, model);
    enrol("victim", "gw", 0, model);
    enrol("far", "other", 0, model);
    TransportConfig impatient =
        TransportConfig.builder(kafka.bootstrapServers(), "gw")
            .patience(Duration.ofSeconds(2))
            .build();
    AtomicBoolean stop = new AtomicBoolean();
    try (EdgeTransport transport = kafka.transport("gw");
        EdgeTransport far = kafka.transport("other");
        EdgeTransport flood = KafkaEdgeTransport.open(impatient)) {
      awaitRefusal(null, () -> claim(flood, model, "noisy"));
      awaitRefusal(null, () -> claim(transport, model, "victim"));
      awaitRefusal(null, () -> claim(far, model, "far"));
      Thread attacker = new Thread(() -> flood(flood, stop), "attacker");
      attacker.start();
      try {
        for (int pass = 0; pass < 10; pass++) {
          for (int round = 0; round < 3; round++) {
            assertRound(transport, model, "victim", pass, round);
            assertRound(far, model, "far", pass, round);
          }
        }
        assertThat(kafka.awaitRejections(5, r -> r.getCode().equals("QUOTA_EXCEEDED")))
            .hasSizeGreaterThanOrEqualTo(5)
            .allSatisfy(r -> assertThat(r.getDevice()).isEqualTo("noisy"));
      } finally {
        stop.set(true);
        attacker.join(TimeUnit.SECONDS.toMillis(WAIT_SECONDS));
      }
      assertNeverRestarted();
    }
  }

  /** A hundred rounds a second, ten times the quota. */
  private static void flood(EdgeTransport transport, AtomicBoolean stop) {
    for (long pass = 0; pass < 900 && !stop.get(); pass++) {
      var unused = send(transport, model, "noisy", pass, 0);
      try {
        Thread.sleep(10);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  @Test
  void controlSurvivesABrokerOutage() throws Exception {
    enrol("steady", "gw", 0, model);
    try (EdgeTransport transport = kafka.transport("gw")) {
      awaitRefusal(null, () -> claim(transport, model, "steady"));
      kafka.broker().kill();
      Thread.sleep(1_000);
      kafka.broker().restart();
      assertRound(transport, model, "steady", 0, 0);
      device("steady", "gw", 0, DeviceStatus.REVOKED, model);
      awaitRefusal(
          EdgeErrorCode.NOT_AUTHORISED, () -> assertRound(transport, model, "steady", 0, 1));
    }
  }
}
