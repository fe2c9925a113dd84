/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.edge;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.CompressionType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.port.EdgeTransport;
import org.lepcnn.core.port.PassClaim;
import org.lepcnn.core.port.PassId;
import org.lepcnn.core.port.RoundRequest;
import org.lepcnn.core.port.RoundResult;
import org.lepcnn.flink.testkit.EdgeCluster;
import org.lepcnn.flink.testkit.Requests;
import org.lepcnn.flink.testkit.TestModel;
import org.lepcnn.kafka.testkit.PackedRecord;
import org.lepcnn.kafka.topic.Topics;
import org.lepcnn.kafka.wire.Rejection;

/**
 * Small compressed records that are large when unpacked, from gateways that may do nothing but
 * write their own topics: a broker of 512 MB and an edge of 768 MB, each in a process of its own,
 * go on, and so do another gateway's passes.
 */
class PackedRequestsIT {
  private static final long WAIT_SECONDS = 60;
  private static final int[] SIZES = {50_000_000, 700_000_000};

  @TempDir private Path folder;

  private Process launch(EdgeCluster kafka, TestModel model) throws IOException {
    Path classPath = folder.resolve("class-path");
    String quoted = System.getProperty("java.class.path").replace("\\", "\\\\");
    Files.writeString(classPath, "-cp \"" + quoted + "\"\n");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx768m");
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(arg -> arg.startsWith("--add-opens") || arg.startsWith("--add-exports"))
        .forEach(command::add);
    command.addAll(List.of("@" + classPath, EdgeMain.class.getName(), "run"));
    command.addAll(List.of("--bootstrap-server", kafka.bootstrapServers()));
    command.addAll(List.of("--admission", "open", "--model-dir", model.source().folder()));
    command.addAll(List.of("--checkpoint-interval", "500", "--discovery-interval", "500"));
    command.addAll(List.of("--kernel", "scalar", "--exit-with-parent"));
    return new ProcessBuilder(command).redirectError(folder.resolve("edge.err").toFile()).start();
  }

  private static void passes(EdgeTransport transport, TestModel model, String device)
      throws Exception {
    var fingerprint = model.bundle().fingerprint();
    transport
        .claim(new PassClaim(device, Requests.CHAIN, fingerprint, 0, 9, Requests.INSTANCE))
        .get(WAIT_SECONDS, TimeUnit.SECONDS);
    for (int round = 0; round < model.plan().rounds(); round++) {
      RoundResult result =
          transport
              .exchange(
                  new RoundRequest(
                      new PassId(device, Requests.CHAIN, fingerprint, 0),
                      round,
                      Requests.INSTANCE,
                      model.plan(),
                      model.tensors(round, round)))
              .get(WAIT_SECONDS, TimeUnit.SECONDS);
      assertThat(result.layers())
          .hasSize(model.expected(round, model.tensors(round, round)).size());
    }
  }

  /** A gateway's topics, the one for requests as an older version or a careless hand made it. */
  private static String gateway(EdgeCluster kafka, String gateway, String compression)
      throws Exception {
    String requests = Topics.requests(gateway);
    kafka.createTopic(requests, stampedByTheBroker("compression.type", compression));
    kafka.createTopic(Topics.results(gateway), stampedByTheBroker("compression.type", "producer"));
    kafka.allowOnly(requests, AclOperation.WRITE); // the gateway; and the edge:
    kafka.allowOnly(requests, AclOperation.READ);
    return requests;
  }

  @Test
  void brokerEdgeAndOtherGateways_goOn_andEveryRecordIsAccountedFor() throws Exception {
    TestModel model = TestModel.write(folder.resolve("bundle"));
    try (EdgeCluster kafka = EdgeCluster.withAccessRules()) {
      kafka.createGateway("good");
      String without = gateway(kafka, "without", "producer");
      String with = gateway(kafka, "with", "uncompressed");
      // one is there before the edge is: what a restart after a failure would read
      attack(kafka, without, 700_000_000, Errors.NONE);
      Process edge = launch(kafka, model);
      try (BufferedReader out = reader(edge);
          EdgeTransport good = kafka.transport("good")) {
        assertThat(out.readLine()).as(() -> log()).startsWith("edge ready");
        passes(good, model, "d0");
        for (int size : SIZES) {
          attack(kafka, without, size, Errors.NONE);
          attack(kafka, with, size, Errors.MESSAGE_TOO_LARGE, Errors.UNKNOWN_SERVER_ERROR);
          passes(good, model, "d" + size);
        }
        List<Rejection> told = kafka.awaitRejections(3, r -> r.getCode().equals("COMPRESSED"));
        assertThat(told).extracting(Rejection::getTopic).containsOnly(without);
        assertThat(told).extracting(Rejection::getOffset).containsExactlyInAnyOrder(0L, 1L, 2L);
        assertThat(told).extracting(Rejection::getMessage).allMatch(m -> m.contains("zstd"));
        assertThat(edge.isAlive()).as(() -> log()).isTrue();
        assertThat(ProcessHandle.of(kafka.broker().pid()).orElseThrow().isAlive()).isTrue();
        assertThat(log()).doesNotContain("OutOfMemoryError");
      } finally {
        edge.destroyForcibly().waitFor();
      }
      kafka.createTopic(Topics.results("zipped"), stampedByTheBroker("compression.type", "zstd"));
      assertThat(startAgain(kafka, model)).as("a topic compresses the answers").isEqualTo(3);
    }
  }

  private static Map<String, String> stampedByTheBroker(String key, String value) {
    return Map.of("message.timestamp.type", "LogAppendTime", key, value);
  }

  /** In this process: it ends before the job starts. */
  private static int startAgain(EdgeCluster kafka, TestModel model) {
    return EdgeMain.execute(
        "run",
        "--bootstrap-server",
        kafka.bootstrapServers(),
        "--admission",
        "open",
        "--model-dir",
        model.source().folder());
  }

  private static void attack(EdgeCluster kafka, String topic, int bytes, Errors... expected)
      throws IOException {
    PackedRecord packed = PackedRecord.zeros(CompressionType.ZSTD, bytes);
    assertThat(packed.wireBytes()).isLessThan(30_000);
    assertThat(packed.send(kafka.bootstrapServers(), topic, 0)).isIn((Object[]) expected);
  }

  private static BufferedReader reader(Process edge) {
    return new BufferedReader(new InputStreamReader(edge.getInputStream(), StandardCharsets.UTF_8));
  }

  private String log() {
    try {
      return Files.readString(folder.resolve("edge.err"));
    } catch (IOException e) {
      return "no log: " + e;
    }
  }
}
