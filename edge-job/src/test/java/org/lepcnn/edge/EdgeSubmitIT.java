/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.edge;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.core.execution.CheckpointingMode;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.test.junit5.InjectMiniCluster;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.flink.util.FileUtils;
import org.apache.kafka.common.acl.AclOperation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.flink.testkit.EdgeCluster;
import org.lepcnn.kafka.topic.Topics;

/** The commands that reach a Flink cluster through its REST address. */
class EdgeSubmitIT {
  @RegisterExtension private static final MiniClusterExtension FLINK = LocalFlink.with(platform());

  /**
   * What the cluster's administrator wants. The job's jar holds what is on this process's class
   * path, too.
   */
  private static Configuration platform() {
    Configuration configuration = LoopbackAddresses.in(new Configuration());
    configuration.set(CoreOptions.CLASSLOADER_RESOLVE_ORDER, "parent-first");
    configuration.set(CoreOptions.DEFAULT_PARALLELISM, 2);
    configuration.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(700));
    configuration.set(
        CheckpointingOptions.CHECKPOINTING_CONSISTENCY_MODE, CheckpointingMode.AT_LEAST_ONCE);
    configuration.set(CheckpointingOptions.TOLERABLE_FAILURE_NUMBER, 1);
    return configuration;
  }

  @TempDir private Path folder;
  private URI rest;

  private record Ran(int status, String out, String err) {}

  private Ran run(String command, String... more) {
    List<String> arguments = new ArrayList<>(List.of(command, "--json"));
    arguments.addAll(List.of("--jobmanager", rest.getHost() + ":" + rest.getPort()));
    arguments.addAll(List.of(more));
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int status =
        EdgeMain.commandLine()
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err))
            .execute(arguments.toArray(new String[0]));
    return new Ran(status, out.toString(), err.toString());
  }

  private Ran submit(EdgeCluster kafka, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of("--bootstrap-server", kafka.bootstrapServers(), "--kernel", "scalar"));
    arguments.addAll(List.of("--model-cache", folder.resolve("models").toString()));
    arguments.addAll(List.of(more));
    if (!arguments.contains("--jar")) {
      arguments.addAll(List.of("--jar", "target/lepcnn-edge-job.jar"));
    }
    return run("submit", arguments.toArray(new String[0]));
  }

  @Test
  void job_isSubmitted_listed_stoppedWithASavepoint_andGoesOnFromIt(
      @InjectMiniCluster MiniCluster cluster) throws Exception {
    rest = cluster.getRestAddress().get();
    try (EdgeCluster kafka = new EdgeCluster()) {
      kafka.createGateway("gw");
      assertThat(run("status")).isEqualTo(new Ran(0, "{\"jobs\":[]}\n", ""));
      assertThat(run("stop").status()).as("nothing to stop").isEqualTo(2);
      assertThat(submit(kafka, "--jar", "absent.jar").status()).isEqualTo(2);
      Ran hopeless = submit(kafka, "--client-config", withoutSemicolon().toString());
      assertThat(hopeless.status()).as("a job that would restart for ever").isEqualTo(2);
      assertThat(hopeless.err()).contains("not terminated by semi-colon");
      assertThat(run("status").out()).contains("[]");
      Ran submitted = submit(kafka);
      assertThat(submitted.status()).isZero();
      assertThat(submitted.out()).contains("\"state\":\"RUNNING\"");
      assertThat(submit(kafka).status()).as("one edge job at a time").isEqualTo(1);
      assertThat(run("status").out()).contains("RUNNING");
      Ran stopped = run("stop", "--savepoint", folder.resolve("savepoints").toUri().toString());
      assertThat(stopped.status()).isZero();
      String savepoint = stopped.out().replaceAll("(?s).*\"savepoint\":\"([^\"]+)\".*", "$1");
      assertThat(submit(kafka, "--from-savepoint", savepoint).status()).isZero();
      assertThat(run("stop").out()).contains("CANCELED");
      assertThat(run("status").out()).contains("[]");
    }
  }

  @Test
  void jobWithoutItsRights_isNotSubmitted_andOneThatLosesThemSaysWhy(
      @InjectMiniCluster MiniCluster cluster) throws Exception {
    rest = cluster.getRestAddress().get();
    try (EdgeCluster kafka = EdgeCluster.withAccessRules()) {
      kafka.createGateway("gw");
      assertThat(submit(kafka).status()).isZero();
      assertThat(run("status").out()).doesNotContain("failure");
      kafka.allowOnly(Topics.requests("gw"), AclOperation.DESCRIBE);
      assertThat(statusUntil("TopicAuthorizationException")).contains(Topics.requests("gw"));
      assertThat(run("stop").status()).isZero();

      kafka.allowOnly(Topics.results("gw"), AclOperation.DESCRIBE);
      Ran refused = submit(kafka);
      assertThat(refused.status()).isEqualTo(3);
      assertThat(refused.err())
          .contains("may not read " + Topics.requests("gw"))
          .contains("write " + Topics.results("gw"))
          .contains("--acls");
      assertThat(run("status").out()).contains("[]");
    }
  }

  @Test
  void topicThatLosesRecords_isNoPlaceForAJob(@InjectMiniCluster MiniCluster cluster)
      throws Exception {
    rest = cluster.getRestAddress().get();
    try (EdgeCluster kafka = new EdgeCluster()) {
      kafka.createGateway("gw");
      kafka.createTopic(Topics.requests("short"), Map.of("retention.ms", "1000"));
      Ran refused = submit(kafka);
      assertThat(refused.status()).isEqualTo(3);
      assertThat(refused.err())
          .contains("lepcnn.requests.short: retention.ms: expected at least 300000; found 1000.")
          .contains("lepcnn.requests.short: message.timestamp.type: expected LogAppendTime")
          .contains("kafka-configs.sh --alter")
          .doesNotContain("requests.gw");
      assertThat(run("status").out()).contains("[]");
    }
  }

  @Test
  void settingsOfTheCluster_hold_andCheckpointsThatFailShow(@InjectMiniCluster MiniCluster cluster)
      throws Exception {
    rest = cluster.getRestAddress().get();
    Path checkpoints = folder.resolve("checkpoints");
    try (EdgeCluster kafka = new EdgeCluster()) {
      kafka.createGateway("gw");
      Ran submitted =
          submit(kafka, "-D", "execution.checkpointing.dir=" + checkpoints.toUri().toString());
      assertThat(submitted.status()).as(submitted.err()).isZero();
      String job = jobOf(submitted);
      assertThat(parallelism(job)).containsOnly("2");
      assertThat(get("/jobs/" + job + "/checkpoints/config"))
          .contains("\"mode\":\"at_least_once\"")
          .contains("\"interval\":700,")
          .contains("\"tolerable_failed_checkpoints\":1,")
          .contains("\"unaligned_checkpoints\":false");
      statusUntil("\"completed\":1");

      FileUtils.deleteDirectory(checkpoints.toFile());
      Files.writeString(checkpoints, "in the way");
      assertThat(statusUntil("\"lastFailure\"")).doesNotContain("\"failed\":0");
      assertThat(statusUntil("\"failure\"")).contains("tolerable failure threshold");
      assertThat(run("stop").status()).isZero();
    }
  }

  @Test
  void optionsOfTheCommand_winOverTheCluster(@InjectMiniCluster MiniCluster cluster)
      throws Exception {
    rest = cluster.getRestAddress().get();
    try (EdgeCluster kafka = new EdgeCluster()) {
      kafka.createGateway("gw");
      List<String> options = new ArrayList<>(List.of("--parallelism", "1"));
      options.addAll(List.of("--checkpoint-interval", "5000"));
      options.addAll(List.of("-D", "execution.checkpointing.tolerable-failed-checkpoints=4"));
      Ran submitted = submit(kafka, options.toArray(new String[0]));
      assertThat(submitted.status()).as(submitted.err()).isZero();
      String job = jobOf(submitted);
      assertThat(parallelism(job)).containsOnly("1");
      assertThat(get("/jobs/" + job + "/checkpoints/config"))
          .contains("\"mode\":\"at_least_once\"")
          .contains("\"interval\":5000,")
          .contains("\"tolerable_failed_checkpoints\":4,");
      assertThat(run("stop").status()).isZero();
    }
  }

  private Path withoutSemicolon() throws IOException {
    return Files.writeString(
        folder.resolve("client.properties"),
        """
        security.protocol=SASL_PLAINTEXT
        sasl.mechanism=PLAIN
        sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required
        """);
  }

  private static String jobOf(Ran submitted) {
    return submitted.out().replaceAll("(?s).*\"job\":\"([0-9a-f]+)\".*", "$1");
  }

  /** The parallelism of every vertex. */
  private List<String> parallelism(String job) throws Exception {
    return Pattern.compile("\"parallelism\":([0-9]+)")
        .matcher(get("/jobs/" + job))
        .results()
        .map(found -> found.group(1))
        .toList();
  }

  private String get(String path) throws Exception {
    HttpRequest request = HttpRequest.newBuilder(rest.resolve(path)).build();
    return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body();
  }

  private String statusUntil(String wanted) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(300);
    String out = run("status").out();
    while (!out.contains(wanted)) {
      assertThat(System.nanoTime()).as(out).isLessThan(deadline);
      Thread.sleep(300);
      out = run("status").out();
    }
    return out;
  }

  @Test
  void clusterThatIsNotThere_isTheEnvironmentsFault() {
    rest = URI.create("http://127.0.0.1:1");
    Ran ran = run("status");
    assertThat(ran.status()).isEqualTo(3);
    assertThat(ran.err())
        .startsWith("lepcnn: Asking the JobManager at 127.0.0.1:1: ")
        .contains("found Connection refused. Is the cluster running")
        .doesNotContain("Exception");
  }
}
