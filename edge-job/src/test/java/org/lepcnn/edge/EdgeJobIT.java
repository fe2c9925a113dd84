/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.edge;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.test.junit5.InjectMiniCluster;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.port.EdgeErrorCode;
import org.lepcnn.core.port.EdgeRefusedException;
import org.lepcnn.core.port.EdgeTransport;
import org.lepcnn.core.port.InstanceId;
import org.lepcnn.core.port.PassClaim;
import org.lepcnn.core.port.PassId;
import org.lepcnn.core.port.RoundRequest;
import org.lepcnn.core.port.RoundResult;
import org.lepcnn.flink.testkit.EdgeCluster;
import org.lepcnn.flink.testkit.Requests;
import org.lepcnn.flink.testkit.TestModel;
import org.lepcnn.kafka.topic.Topics;

/** The whole job on a Flink mini cluster, over a broker in its own process. */
class EdgeJobIT {
  private static final long WAIT_SECONDS = 300;

  @RegisterExtension
  private static final MiniClusterExtension FLINK =
      LocalFlink.with(LoopbackAddresses.in(new Configuration()));

  @TempDir private static Path folder;
  private static EdgeCluster kafka;
  private static TestModel model;

  private MiniCluster flink;
  private RunningEdge job;

  @BeforeAll
  static void startKafka() {
    model = TestModel.write(folder.resolve("bundle")).load();
    kafka = new EdgeCluster();
    kafka.createGateway("gw");
  }

  @AfterAll
  static void stopKafka() {
    model.close();
    kafka.close();
  }

  @BeforeEach
  void startJob(@InjectMiniCluster MiniCluster cluster) throws Exception {
    flink = cluster;
    job = start("--parallelism", "2");
  }

  @AfterEach
  void cancelJob() throws Exception {
    job.close();
  }

  private RunningEdge start(String... more) throws Exception {
    return start(new Configuration(), more);
  }

  private RunningEdge start(Configuration configuration, String... more) throws Exception {
    List<String> options =
        new ArrayList<>(List.of("--admission", "open", "--model-dir", model.source().folder()));
    options.addAll(List.of(more));
    return RunningEdge.start(flink, kafka.bootstrapServers(), configuration, options);
  }

  private void assertNeverRestarted() {
    job.assertNeverRestarted();
  }

  private static PassId pass(String device, long pass) {
    return new PassId(device, Requests.CHAIN, model.bundle().fingerprint(), pass);
  }

  private static void claim(EdgeTransport transport, String device, InstanceId instance, long first)
      throws Exception {
    PassClaim claim =
        new PassClaim(
            device, Requests.CHAIN, model.bundle().fingerprint(), first, first + 9, instance);
    transport.claim(claim).get(WAIT_SECONDS, TimeUnit.SECONDS);
  }

  private static CompletableFuture<RoundResult> send(
      EdgeTransport transport, String device, long pass, int round, long seed) {
    return transport.exchange(
        new RoundRequest(
            pass(device, pass),
            round,
            Requests.INSTANCE,
            model.plan(),
            model.tensors(round, seed)));
  }

  private static void assertRound(
      EdgeTransport transport, String device, long pass, int round, long seed) throws Exception {
    RoundResult result =
        send(transport, device, pass, round, seed).get(WAIT_SECONDS, TimeUnit.SECONDS);
    Map<Integer, int[]> expected = model.expected(round, model.tensors(round, seed));
    assertThat(result.layers()).hasSize(expected.size());
    result
        .layers()
        .forEach(layer -> assertThat(layer.residues()).isEqualTo(expected.get(layer.index())));
  }

  private static void assertPass(EdgeTransport transport, String device, long pass)
      throws Exception {
    for (int round = 0; round < model.plan().rounds(); round++) {
      assertRound(transport, device, pass, round, 100 * pass + round);
    }
  }

  private static EdgeErrorCode refusal(ThrowingCall call) {
    ExecutionException failure = Assertions.assertThrows(ExecutionException.class, call::run);
    return ((EdgeRefusedException) failure.getCause()).code();
  }

  @FunctionalInterface
  private interface ThrowingCall {
    void run() throws Exception;
  }

  @Test
  void passes_equalTheReference_andGuardHolds() throws Exception {
    try (EdgeTransport transport = kafka.transport("gw")) {
      for (String device : List.of("a1", "a2", "a3")) {
        claim(transport, device, Requests.INSTANCE, 0);
      }
      List<CompletableFuture<RoundResult>> inFlight = new ArrayList<>();
      for (int pass = 0; pass < 8; pass++) {
        inFlight.add(send(transport, "a3", pass, 0, pass));
      }
      assertPass(transport, "a1", 0);
      assertPass(transport, "a2", 0);
      for (CompletableFuture<RoundResult> round : inFlight) {
        assertThat(round.get(WAIT_SECONDS, TimeUnit.SECONDS).layers()).hasSize(3);
      }
      assertThat(refusal(() -> claim(transport, "a1", Requests.OTHER_INSTANCE, 5)))
          .isEqualTo(EdgeErrorCode.CLAIMED_BY_ANOTHER_INSTANCE);
      assertThat(refusal(() -> assertRound(transport, "a1", 0, 2, 12345)))
          .isEqualTo(EdgeErrorCode.MASK_REUSE_SUSPECTED);
      assertThat(refusal(() -> assertRound(transport, "a1", 50, 0, 1)))
          .isEqualTo(EdgeErrorCode.NOT_CLAIMED);
      assertRound(transport, "a1", 0, 2, 2);
      assertThat(kafka.awaitRejections(1, r -> r.getCode().equals("MASK_REUSE_SUSPECTED")))
          .extracting(r -> r.getDevice())
          .containsExactly("a1");
      assertNeverRestarted();
    }
  }

  @Test
  void poisonRecords_goToRejected_andTheJobGoesOn() throws Exception {
    kafka.send(
        Topics.requests("gw"),
        List.of(
            new byte[0],
            new byte[] {1, 2, 3},
            new byte[] {(byte) 0xc3, 1, 0, 0, 0, 0, 0, 0, 0, 0}));
    kafka.send(Topics.requests("gw"), Collections.singletonList(null));
    assertThat(kafka.awaitRejections(4, r -> r.getCode().equals("MALFORMED"))).hasSize(4);
    try (EdgeTransport transport = kafka.transport("gw")) {
      claim(transport, "b1", Requests.INSTANCE, 0);
      assertPass(transport, "b1", 0);
    }
    assertNeverRestarted();
  }

  @Test
  void missingResultsTopic_isRejected_andOtherDevicesGoOn() throws Exception {
    String topic = Topics.requests("homeless");
    kafka.createTopic(topic, Map.of());
    kafka.sendRecords(
        topic,
        List.of(Requests.claimRecord("c1", model.bundle().fingerprint(), Requests.INSTANCE, 0, 9)));
    kafka.sendRecords(
        topic,
        Requests.records(
            "c1", model.bundle().fingerprint(), Requests.INSTANCE, 0, 0, model.tensors(0, 1)));
    assertThat(kafka.awaitRejections(2, r -> r.getTopic().equals(topic)))
        .hasSize(2)
        .extracting(r -> r.getCode())
        .containsOnly("NOT_READY");
    assertThat(kafka.awaitRejections(2, r -> r.getTopic().equals(topic)))
        .allSatisfy(r -> assertThat(r.getMessage()).contains("results topic"));
    try (EdgeTransport transport = kafka.transport("gw")) {
      claim(transport, "c2", Requests.INSTANCE, 0);
      assertPass(transport, "c2", 0);
    }
    assertNeverRestarted();
  }

  @Test
  void resultsTopicForSmallRecordsOnly_refusesLargeRounds_andOtherDevicesGoOn() throws Exception {
    kafka.createTopic(Topics.requests("narrow"), Map.of());
    kafka.createTopic(Topics.results("narrow"), Map.of("max.message.bytes", "2000"));
    try (EdgeTransport narrow = kafka.transport("narrow");
        EdgeTransport transport = kafka.transport("gw")) {
      claim(narrow, "n1", Requests.INSTANCE, 0);
      assertRound(narrow, "n1", 0, 0, 1);
      assertThat(refusal(() -> assertRound(narrow, "n1", 0, 2, 2)))
          .isEqualTo(EdgeErrorCode.TOO_LARGE);
      assertRound(narrow, "n1", 0, 1, 3);
      claim(transport, "n2", Requests.INSTANCE, 0);
      assertPass(transport, "n2", 0);
    }
    assertNeverRestarted();
  }

  @Test
  void claims_surviveASavepointAndRescaling() throws Exception {
    try (EdgeTransport transport = kafka.transport("gw")) {
      claim(transport, "s1", Requests.INSTANCE, 0);
      assertRound(transport, "s1", 0, 0, 1);
      String savepoint = job.stopWithSavepoint(folder.resolve("savepoints").toUri().toString());
      Configuration restore = new Configuration();
      restore.set(StateRecoveryOptions.SAVEPOINT_PATH, savepoint);
      job = start(restore, "--parallelism", "1");
      assertRound(transport, "s1", 0, 1, 5);
      assertThat(refusal(() -> claim(transport, "s1", Requests.OTHER_INSTANCE, 3)))
          .isEqualTo(EdgeErrorCode.CLAIMED_BY_ANOTHER_INSTANCE);
      assertThat(refusal(() -> assertRound(transport, "s1", 0, 1, 6)))
          .isEqualTo(EdgeErrorCode.MASK_REUSE_SUSPECTED);
    }
  }

  @Test
  void exactlyOnceSink_answersToo() throws Exception {
    job.close();
    job = start("--delivery", "exactly-once", "--group", "exact", "--start", "latest");
    try (EdgeTransport transport = kafka.transport("gw")) {
      claim(transport, "e1", Requests.INSTANCE, 0);
      assertRound(transport, "e1", 0, 0, 1);
    }
    assertNeverRestarted();
  }
}
