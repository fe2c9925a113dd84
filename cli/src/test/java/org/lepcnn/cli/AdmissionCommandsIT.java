/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.deployments.LocalBroker;
import org.lepcnn.deployments.LocalEdge;
import org.lepcnn.deployments.LocalLayout;
import org.lepcnn.device.state.DeviceState;
import org.lepcnn.gateway.Meter;
import org.lepcnn.gateway.ProvisionedDevice;
import org.lepcnn.json.Json;
import org.lepcnn.kafka.client.ClientSettings;
import org.lepcnn.kafka.topic.TopicAdmin;

/** The commands that say who is let in, against a real broker and a real edge. */
class AdmissionCommandsIT {
  @TempDir private static Path folder;
  private static final Duration LIMIT = Duration.ofSeconds(300);

  private static LocalBroker broker;
  private static ModelBundle bundle;
  private static ProvisionedDevice device;

  @BeforeAll
  static void start() {
    broker = LocalBroker.start(folder.resolve("broker"));
    bundle = Meter.importBundle();
    device = ProvisionedDevice.create(folder.resolve("device"), bundle, "meter-1", 4);
  }

  @AfterAll
  static void stop() {
    broker.close();
  }

  private record Ran(int status, String out) {
    Json json() {
      return Json.parse(out);
    }
  }

  private static Ran run(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--bootstrap-server", broker.bootstrapServers()));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream before = System.out;
    System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    try {
      int status = Main.execute(all.toArray(new String[0]));
      return new Ran(status, bytes.toString(StandardCharsets.UTF_8));
    } finally {
      System.setOut(before);
    }
  }

  private static Ran infer() {
    return run(
        "infer",
        Meter.pictures().get(0).toString(),
        "--state",
        device.state().toString(),
        "--tables",
        device.tables().toString(),
        "--gateway",
        "home",
        "--patience",
        "30",
        "--json");
  }

  @Test
  void modelsAndDevices_areAdministered_whileTheEdgeRuns() throws Exception {
    String folderOfBundle = edgeHalf().toString();
    assertThat(run("models", "publish", folderOfBundle).status()).as("no topics yet").isEqualTo(3);
    Ran created = run("topics", "create", "--gateway", "home", "--json");
    assertThat(created.status()).isZero();
    assertThat(created.json().at("edge").asText()).isEqualTo("NOT_ASKED");
    try (LocalEdge edge =
        LocalEdge.start(
            LocalLayout.find(), folder.resolve("edge"), broker.bootstrapServers(), edgeOptions())) {
      assertThat(edge.isAlive()).isTrue();
      assertThat(infer().status()).as("not enrolled").isEqualTo(1);
      publishAndEnrol(folderOfBundle);
      Ran answered = infer();
      assertThat(answered.status()).isZero();
      assertThat(answered.json().at("answers").items()).hasSize(1);
      assertThat(run("devices", "revoke", "meter-1").status()).isZero();
      assertThat(infer().status()).as("revoked").isEqualTo(1);
      enrolAgain();
      assertThat(run("devices", "list").out()).contains("meter-1  REVOKED  gateway garden");
      withdraw();
      awaitCheckpoint();
      Ran second = run("topics", "create", "--gateway", "garden", "--json");
      assertThat(second.json().at("edge").asText()).isEqualTo("YES");
    }
    Ran third = run("topics", "create", "--gateway", "cellar", "--wait", "3", "--json");
    assertThat(third.status()).isZero();
    assertThat(third.json().at("edge").asText()).isEqualTo("NO");
    requireErrorForATopicThatLosesRecords();
  }

  private static void requireErrorForATopicThatLosesRecords() throws Exception {
    ClientSettings client = ClientSettings.of(broker.bootstrapServers(), Map.of());
    try (Admin admin = Admin.create(client.admin(LIMIT))) {
      NewTopic lossy = new NewTopic("lepcnn.results.lossy", 4, (short) 1);
      lossy.configs(Map.of("retention.ms", "1000"));
      admin.createTopics(List.of(lossy)).all().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    }
    Ran ran = run("topics", "create", "--gateway", "lossy", "--wait", "0");
    assertThat(ran.status()).isEqualTo(3);
    assertThat(ran.out())
        .contains("created  lepcnn.requests.lossy")
        .contains("LOSES RECORDS: retention.ms: expected at least 300000; found 1000.");
    Ran again = run("topics", "create", "--gateway", "lossy", "--wait", "0", "--json");
    assertThat(again.json().at("topics").items().get(1).at("losses").items()).hasSize(2);
  }

  private static List<String> edgeOptions() {
    String cache = folder.resolve("models").toString();
    return List.of("--model-cache", cache, "--checkpoint-interval", "500");
  }

  /** The first one commits offsets, by which others know that a job has run. */
  private static void awaitCheckpoint() throws InterruptedException {
    ClientSettings client = ClientSettings.of(broker.bootstrapServers(), Map.of());
    try (TopicAdmin admin = TopicAdmin.connect(client, LIMIT)) {
      long deadline = System.nanoTime() + LIMIT.toNanos();
      while (!admin.hasOffsets("lepcnn-edge")) {
        assertThat(System.nanoTime() - deadline).as("no checkpoint yet").isNegative();
        Thread.sleep(100);
      }
    }
  }

  private static void publishAndEnrol(String folderOfBundle) {
    String id = bundle.fingerprint().toString();
    assertThat(run("devices", "enrol", "meter-1", "--gateway", "home", "--model", "12").status())
        .as("no such model")
        .isEqualTo(2);
    Ran published = run("models", "publish", folderOfBundle, "--name", "digits", "--json");
    assertThat(published.json().at("model").asText()).isEqualTo(id);
    Ran enrolled =
        run(
            "devices",
            "enrol",
            "meter-1",
            "--gateway",
            "home",
            "--model",
            id.substring(0, 6),
            "--requests-per-second",
            "50",
            "--json");
    assertThat(enrolled.status()).isZero();
    assertThat(enrolled.json().at("models").items().get(0).asText()).isEqualTo(id);
    assertThat(enrolled.json().at("requestsPerSecond").asLong()).isEqualTo(50);
    assertThat(run("models", "list").out()).contains(id, "AVAILABLE", "digits");
    assertThat(run("models", "publish", folderOfBundle, "--uri", "ftp://x/y").status())
        .isEqualTo(2);
    assertThat(run("devices", "revoke", "nobody").status()).isEqualTo(2);
  }

  /** An enrolment replaces the one before, says how, and lifts no revocation unasked. */
  private static void enrolAgain() {
    String id = bundle.fingerprint().toString();
    String other = "00".repeat(32);
    String chain = DeviceState.describe(device.state()).get(0).chain().toString();
    String[] enrol = {"devices", "enrol", "meter-1", "--gateway", "garden", "--model", other};
    assertThat(run(enrol).status()).as("revoked").isEqualTo(1);
    assertThat(run("devices", "list").out()).contains("meter-1  REVOKED  gateway home");
    List<String> lifted = new ArrayList<>(List.of(enrol));
    lifted.addAll(List.of("--lift-revocation", "--chain", chain));
    Ran changed = run(lifted.toArray(new String[0]));
    assertThat(changed.status()).isZero();
    assertThat(changed.out())
        .contains("of 1 chains")
        .contains("changed  status: REVOKED -> ENROLLED")
        .contains("changed  gateway: home -> garden")
        .contains("changed  models: [" + id.substring(0, 8))
        .contains("changed  chains: [] -> [" + chain + "]")
        .contains("changed  requests/s: 50 -> 0");
    List<String> same = new ArrayList<>(List.of(enrol));
    same.addAll(List.of("--chain", chain, "--json"));
    Json unchanged = run(same.toArray(new String[0])).json();
    assertThat(unchanged.at("chains").items().get(0).asText()).isEqualTo(chain);
    assertThat(unchanged.at("changes").items()).isEmpty();
    assertThat(run("devices", "enrol", "meter-1", "--gateway", "g", "--model", id, "--chain", "xy"))
        .as("no chain")
        .matches(ran -> ran.status() == 2);
    assertThat(run("devices", "revoke", "meter-1").status()).isZero();
  }

  private static void withdraw() {
    String id = bundle.fingerprint().toString();
    assertThat(run("models", "withdraw", id.substring(0, 8), "--json").status()).isZero();
    Ran list = run("models", "list", "--json");
    Json model = list.json().at("models").items().get(0);
    assertThat(model.at("status").asText()).isEqualTo("WITHDRAWN");
  }

  /** A bundle as the edge's side has it, without the device half. */
  private static Path edgeHalf() throws IOException {
    Path half = Files.createDirectories(folder.resolve("edge-half"));
    for (String file : List.of(ModelBundle.EDGE_FILE, ModelBundle.MANIFEST_FILE)) {
      Files.copy(device.bundleFolder().resolve(file), half.resolve(file));
    }
    return half;
  }
}
