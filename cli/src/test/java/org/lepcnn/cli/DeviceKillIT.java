/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.io.CheckedFile;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.core.process.ManagedProcess;
import org.lepcnn.core.process.ProcessSpec;
import org.lepcnn.deployments.LocalLayout;
import org.lepcnn.device.state.DeviceState;
import org.lepcnn.kafka.codec.AnswerCodec;
import org.lepcnn.kafka.codec.LayerChunkView;
import org.lepcnn.kafka.codec.RequestCodec;
import org.lepcnn.kafka.codec.TensorChunkView;
import org.lepcnn.kafka.topic.Topics;

/**
 * Kills the device's process twenty times while passes are in flight. Whatever the instant, no
 * (chain, pass, tensor) id stands on the topic with two payloads, and the device goes on by itself.
 */
class DeviceKillIT {
  private static final int KILLS = 20;
  private static final int LEAST_UNANSWERED = 16;
  private static final int IN_FLIGHT = 8;
  private static final int TABLE_PASSES = 40 * (KILLS + 4);
  private static final Duration START_LIMIT = Duration.ofSeconds(60);

  @TempDir private Path folder;

  private final SplittableRandom random = new SplittableRandom(20);
  private EdgeFixture edge;
  private ProvisionedDevice device;

  @Test
  void killedDevice_neverSendsTwoPayloadsUnderOneId() throws Exception {
    ModelBundle bundle = Meter.importBundle();
    device = ProvisionedDevice.create(folder, bundle, "meter-1", TABLE_PASSES);
    try (EdgeFixture fixture = new EdgeFixture(folder, bundle)) {
      edge = fixture;
      List<Long> kills = new ArrayList<>();
      Set<Long> pids = new HashSet<>();
      for (int i = 0; i < KILLS; i++) {
        kills.add(killOnce(i, pids));
      }
      assertThat(pids).hasSize(KILLS);
      try (ManagedProcess last = startDevice("last")) {
        assertThat(last.awaitExit(Duration.ofSeconds(90))).as(last.logTail()).isZero();
      }
      int ids = assertOnePayloadPerId();
      assertThat(ids).isGreaterThanOrEqualTo(10 * KILLS);
      assertThat(killsWithARequestUnanswered(kills)).isGreaterThanOrEqualTo(LEAST_UNANSWERED);
      assertThat(DeviceState.describe(device.state()).get(0).nextPass())
          .isLessThanOrEqualTo(TABLE_PASSES);
    }
  }

  /**
   * Starts the device, waits for its first requests, kills it a little later; the time of the kill.
   */
  private long killOnce(int number, Set<Long> pids) throws InterruptedException {
    try (TopicReader requests =
        new TopicReader(edge.bootstrapServers(), Topics.requests(EdgeFixture.GATEWAY))) {
      requests.readToEnd();
      try (ManagedProcess process = startDevice("kill-" + number)) {
        pids.add(process.pid());
        awaitTensor(requests, process);
        Thread.sleep(random.nextInt(150));
        assertThat(process.isAlive()).as("the device still runs: %s", process.logTail()).isTrue();
        long now = System.currentTimeMillis();
        process.kill();
        return now;
      }
    }
  }

  private static void awaitTensor(TopicReader requests, ManagedProcess process) {
    RequestCodec codec = RequestCodec.current();
    long deadline = System.nanoTime() + START_LIMIT.toNanos();
    while (System.nanoTime() < deadline) {
      for (ConsumerRecord<byte[], byte[]> record : requests.poll(Duration.ofMillis(50))) {
        if (codec.decode(record.value()) instanceof TensorChunkView) {
          return;
        }
      }
      assertThat(process.isAlive()).as("the device runs: %s", process.logTail()).isTrue();
    }
    throw new AssertionError("No request within " + START_LIMIT + ": " + process.logTail());
  }

  private ManagedProcess startDevice(String name) {
    LocalLayout layout = LocalLayout.find();
    Path target = layout.home().resolve("cli").resolve("target");
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "infer",
                "--state",
                device.state().toString(),
                "--tables",
                device.tables().toString(),
                "--gateway",
                EdgeFixture.GATEWAY,
                "--bootstrap-server",
                edge.bootstrapServers(),
                "--in-flight",
                Integer.toString(IN_FLIGHT)));
    Meter.pictures().forEach(picture -> arguments.add(picture.toString()));
    List<String> classPath =
        List.of(
            target.resolve("lepcnn-cli.jar").toString(),
            target.resolve("libs").resolve("*").toString());
    List<String> jvm =
        new ArrayList<>(List.of("-Xmx512m", "-XX:TieredStopAtLevel=1", "-Djava.awt.headless=true"));
    if (Files.isDirectory(layout.nativeLibraries())) {
      jvm.add("-Donnxruntime.native.path=" + layout.nativeLibraries());
    }
    return ManagedProcess.start(
        new ProcessSpec(
                name, classPath, "org.lepcnn.cli.Main", arguments, folder.resolve(name + ".log"))
            .withJvmArguments(jvm));
  }

  /** The number of distinct ids. */
  private int assertOnePayloadPerId() {
    RequestCodec codec = RequestCodec.current();
    Map<String, String> payloads = new HashMap<>();
    try (TopicReader reader =
        new TopicReader(edge.bootstrapServers(), Topics.requests(EdgeFixture.GATEWAY))) {
      for (ConsumerRecord<byte[], byte[]> record : reader.readToEnd()) {
        if (codec.decode(record.value()) instanceof TensorChunkView chunk) {
          String id =
              chunk.chain() + "/" + chunk.pass() + "/" + chunk.tensor() + "/" + chunk.chunk();
          String payload =
              java.util.HexFormat.of()
                  .formatHex(CheckedFile.sha256().digest(chunk.payload().toBytes()));
          assertThat(payloads.putIfAbsent(id, payload)).as(id).isIn(null, payload);
        }
      }
    }
    return payloads.size();
  }

  /** Kills at whose instant a request stood on the topic and its result did not. */
  private long killsWithARequestUnanswered(List<Long> kills) {
    Map<String, Long> asked = new HashMap<>();
    Map<String, Long> answered = new HashMap<>();
    RequestCodec requests = RequestCodec.current();
    AnswerCodec answers = AnswerCodec.current();
    try (TopicReader reader =
        new TopicReader(edge.bootstrapServers(), Topics.requests(EdgeFixture.GATEWAY))) {
      for (ConsumerRecord<byte[], byte[]> record : reader.readToEnd()) {
        if (requests.decode(record.value()) instanceof TensorChunkView chunk) {
          asked.merge(chunk.pass() + "/" + chunk.round(), record.timestamp(), Math::min);
        }
      }
    }
    try (TopicReader reader =
        new TopicReader(edge.bootstrapServers(), Topics.results(EdgeFixture.GATEWAY))) {
      for (ConsumerRecord<byte[], byte[]> record : reader.readToEnd()) {
        if (answers.decode(record.value()) instanceof LayerChunkView chunk) {
          answered.merge(
              chunk.passId().pass() + "/" + chunk.round(), record.timestamp(), Math::max);
        }
      }
    }
    return kills.stream()
        .filter(
            kill ->
                asked.entrySet().stream()
                    .anyMatch(
                        request ->
                            request.getValue() <= kill
                                && answered.getOrDefault(request.getKey(), Long.MAX_VALUE) > kill))
        .count();
  }

  @Test
  void stateFolder_isLockedAgainstASecondProcess() throws IOException {
    ModelBundle bundle = Meter.importBundle();
    ProvisionedDevice locked = ProvisionedDevice.create(folder, bundle, "meter-2", 1);
    try (DeviceState first = DeviceState.open(locked.state())) {
      LocalLayout layout = LocalLayout.find();
      Path target = layout.home().resolve("cli").resolve("target");
      List<String> arguments =
          List.of(
              "infer",
              "--state",
              locked.state().toString(),
              "--tables",
              locked.tables().toString(),
              "--gateway",
              "g",
              "--bootstrap-server",
              "127.0.0.1:9",
              Meter.pictures().get(0).toString());
      List<String> classPath =
          List.of(
              target.resolve("lepcnn-cli.jar").toString(),
              target.resolve("libs").resolve("*").toString());
      try (ManagedProcess second =
          ManagedProcess.start(
              new ProcessSpec(
                  "second",
                  classPath,
                  "org.lepcnn.cli.Main",
                  arguments,
                  folder.resolve("second.log")))) {
        assertThat(second.awaitExit(Duration.ofSeconds(60))).isEqualTo(3);
        assertThat(Files.readString(second.log())).contains(locked.state().toString());
      }
      assertThat(first.device()).isEqualTo("meter-2");
    }
  }
}
