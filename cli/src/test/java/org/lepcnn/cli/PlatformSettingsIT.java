/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.deployments.FlinkRest;
import org.lepcnn.deployments.FlinkRest.RunSettings;
import org.lepcnn.deployments.LocalEdge;
import org.lepcnn.deployments.LocalFlinkCluster;
import org.lepcnn.deployments.LocalLayout;
import org.lepcnn.process.FreePorts;
import org.lepcnn.process.ManagedProcess;
import org.lepcnn.process.ProcessSpec;

/**
 * The edge job runs as the platform says: on a session cluster by Flink's own client, and in
 * application mode. There is no broker, and slots for the first job only: what a job runs with is
 * settled before it runs.
 */
class PlatformSettingsIT {
  private static final Duration LIMIT = Duration.ofSeconds(600);
  private static final String MAIN_CLASS = "org.lepcnn.edge.EdgeJob";
  private static final String RUNS = "RUNNING";
  private static final List<String> JOB =
      List.of("--bootstrap-server", "127.0.0.1:1", "--kernel", "scalar");

  /** As of a platform team that knows nothing of this job. */
  private static final Map<String, String> PLATFORM =
      Map.of(
          "execution.checkpointing.interval", "7 s",
          "execution.checkpointing.mode", "AT_LEAST_ONCE",
          "execution.checkpointing.tolerable-failed-checkpoints", "3",
          "execution.checkpointing.unaligned.enabled", "true",
          "restart-strategy.type", "fixed-delay",
          "restart-strategy.fixed-delay.attempts", "77",
          "restart-strategy.fixed-delay.delay", "3 s");

  @TempDir private static Path folder;

  private static LocalLayout layout;
  private static LocalFlinkCluster cluster;

  @BeforeAll
  static void start() {
    layout = LocalLayout.find();
    cluster =
        LocalFlinkCluster.start(
            folder.resolve("flink"), new LocalFlinkCluster.Size(1, 2, PLATFORM, false));
  }

  @AfterAll
  static void stop() {
    if (cluster != null) {
      cluster.close();
    }
  }

  @Test
  void settingsOfASessionCluster_hold() {
    assertRunsAsThePlatformSays(cluster.rest(), submit(List.of()), 2);
  }

  @Test
  void optionsOfFlinksClient_hold() {
    List<String> options = new ArrayList<>(List.of("--parallelism", "3"));
    options.addAll(List.of("--conf", "execution.checkpointing.interval=11 s"));
    options.addAll(List.of("--conf", "execution.checkpointing.mode=EXACTLY_ONCE"));
    options.addAll(List.of("--conf", "restart-strategy.type=none"));
    assertThat(cluster.rest().settings(submit(options)))
        .isEqualTo(
            new RunSettings(
                Set.of(3L),
                Duration.ofSeconds(11),
                "exactly_once",
                3,
                false,
                "Restart deactivated."));
  }

  @Test
  void optionsOfTheJob_winOverBoth() {
    String job =
        submit(
            List.of("--parallelism", "3"), "--parallelism", "1", "--checkpoint-interval", "12000");
    RunSettings settings = cluster.rest().settings(job);
    assertThat(settings.parallelism()).containsExactly(1L);
    assertThat(settings.checkpointInterval()).isEqualTo(Duration.ofSeconds(12));
    assertThat(settings.tolerableFailures()).isEqualTo(3);
  }

  @Test
  void settingsOfAnApplicationCluster_hold() throws IOException {
    int port = FreePorts.find();
    FlinkRest rest = new FlinkRest(URI.create("http://127.0.0.1:" + port));
    try (ManagedProcess jobManager = ManagedProcess.start(applicationCluster(port))) {
      rest.await(
          () -> {
            assertThat(jobManager.isAlive()).as(jobManager.logTail()).isTrue();
            return rest.isUp() && rest.jobIds().stream().map(rest::jobState).anyMatch(RUNS::equals);
          },
          LIMIT,
          "the application's job");
      assertRunsAsThePlatformSays(rest, rest.jobIds().get(0), 4);
    }
  }

  private static void assertRunsAsThePlatformSays(FlinkRest rest, String job, long parallelism) {
    assertThat(rest.settings(job))
        .isEqualTo(
            new RunSettings(
                Set.of(parallelism),
                Duration.ofSeconds(7),
                "at_least_once",
                3,
                false,
                "Restart with fixed delay (PT3S). #77 restart attempts."));
  }

  private static String submit(List<String> options, String... jobOptions) {
    List<String> arguments = new ArrayList<>(JOB);
    arguments.addAll(List.of(jobOptions));
    return cluster.submit(layout.edgeJobJar(), null, options, arguments);
  }

  /** A JobManager of its own, as a container of an application starts it. */
  private static ProcessSpec applicationCluster(int port) throws IOException {
    Path conf = Files.createDirectory(folder.resolve("application"));
    List<String> lines = new ArrayList<>();
    lines.add("jobmanager.rpc.address: 127.0.0.1");
    lines.add("jobmanager.rpc.port: " + FreePorts.find());
    lines.add("jobmanager.bind-host: 127.0.0.1");
    lines.add("jobmanager.memory.process.size: 1024m");
    lines.add("rest.address: 127.0.0.1");
    lines.add("rest.bind-address: 127.0.0.1");
    lines.add("rest.bind-port: " + port);
    lines.add("parallelism.default: 2");
    PLATFORM.forEach((key, value) -> lines.add(key + ": " + value));
    Files.write(conf.resolve("config.yaml"), lines);
    List<String> arguments = new ArrayList<>(List.of("--configDir", conf.toString()));
    arguments.addAll(List.of("--job-classname", MAIN_CLASS, "-Dparallelism.default=4"));
    arguments.addAll(JOB);
    return new ProcessSpec(
            "application",
            List.of(layout.flinkLib().resolve("*").toString(), layout.edgeJobJar().toString()),
            "org.apache.flink.container.entrypoint.StandaloneApplicationClusterEntryPoint",
            arguments,
            folder.resolve("application.log"))
        .withJvmArguments(LocalEdge.jvmArguments(layout))
        .withEnvironment(Map.of("OMP_NUM_THREADS", "1"));
  }
}
