/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.deployments;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.process.ListeningSockets;
import org.lepcnn.process.RunningJvm;

/** The scripts as a user runs them, and the Java side on the same scripts. */
class LocalClusterIT {
  private static final Duration LIMIT = Duration.ofSeconds(600);

  @TempDir Path folder;

  private final LocalLayout layout = LocalLayout.find();

  @Test
  void killingATaskManager_restartsTheJobOnANewOne() throws Exception {
    Path jar = JobJar.of("CountingJob", layout, folder);
    LocalFlinkCluster.Size size =
        new LocalFlinkCluster.Size(
            1, 2, Map.of("execution.checkpointing.interval", "500 ms"), false);
    List<Long> processes = new ArrayList<>();
    try (LocalFlinkCluster cluster =
        LocalFlinkCluster.start(folder.resolve("a run folder"), size)) {
      FlinkRest rest = cluster.rest();
      long killed = cluster.taskManagerPids().get(1);
      if (RunningJvm.tellsClassPaths()) {
        assertNothingOfOurs(cluster, killed);
      }
      String job = cluster.submit(jar, null, List.of(), List.of("count for ever"));
      rest.awaitRunning(job, LIMIT);
      rest.awaitNextCheckpoint(job, LIMIT);
      assertThat(rest.restarts(job)).isZero();
      assertThat(rest.checkpoints(job).largestBytes()).isBetween(1L, 1L << 20);

      cluster.killTaskManager(1);
      assertThat(RunningJvm.isAlive(killed)).isFalse();
      assertThat(cluster.taskManagerPids()).isEmpty();
      cluster.startTaskManager(1);
      rest.await(() -> rest.restarts(job) > 0 && rest.isRunning(job), LIMIT, "the restart");
      rest.awaitNextCheckpoint(job, LIMIT);

      rest.cancel(job, LIMIT);
      processes.add(cluster.jobManagerPid());
      processes.add(cluster.taskManagerPids().get(1));
      assertThat(processes).allMatch(RunningJvm::isAlive);
    }
    assertThat(processes).noneMatch(RunningJvm::isAlive);
  }

  /** A process at the edge: Flink's jars, and the one class that ends it with its parent. */
  private void assertNothingOfOurs(LocalFlinkCluster cluster, long taskManager) {
    Path lifeLine = cluster.log("taskmanager-1").getParent().resolveSibling("parent-watch");
    assertThat(RunningJvm.classPath(taskManager))
        .allMatch(
            entry ->
                entry.startsWith(layout.flinkLib().toString()) || entry.equals(lifeLine.toString()))
        .noneMatch(entry -> entry.contains("lepcnn-"));
  }

  @Test
  void theScripts_startTwiceShowAndStop() throws Exception {
    Path run = folder.resolve("run");
    try {
      Ran started =
          cluster(run, "start", "--free-ports", "--ha", "--taskmanagers", "2", "--slots", "1");
      assertThat(started.status()).as(started.text()).isZero();
      assertThat(started.text()).contains("broker ", "http://127.0.0.1:", "cluster is up");
      List<Long> pids = pids(run);
      assertThat(pids).hasSize(5);
      assertNobodyElseReaches(pids);

      Ran again = cluster(run, "start", "--taskmanagers", "2");
      assertThat(again.status()).as(again.text()).isZero();
      assertThat(pids(run)).isEqualTo(pids);

      Ran status = cluster(run, "status");
      assertThat(status.status()).as(status.text()).isZero();
      assertThat(status.text())
          .contains(
              "broker", "zookeeper", "jobmanager", "taskmanager-1", "taskmanager-2", "running")
          .contains("No running jobs");
      assertThat(cluster(run, "logs", "broker").text()).contains("Kafka Server started");

      Ran stopped = cluster(run, "stop");
      assertThat(stopped.status()).as(stopped.text()).isZero();
      assertThat(pids).noneMatch(RunningJvm::isAlive);
      assertThat(cluster(run, "status").status()).isEqualTo(3);
      assertThat(cluster(run, "stop").status()).isZero();
      assertThat(cluster(run, "clean").status()).isZero();
      assertThat(run).doesNotExist();
    } finally {
      cluster(run, "stop");
    }
  }

  @Test
  void aSecuredBroker_keepsItsSecretsAndItsKind() throws Exception {
    Path run = folder.resolve("run");
    try {
      Ran started =
          cluster(
              run,
              "start",
              "--only",
              "broker",
              "--free-ports",
              "--secured",
              "scram",
              "--gateway",
              "home");
      assertThat(started.status()).as(started.text()).isZero();
      Path secret = run.resolve("security").resolve("clients").resolve("gateway-home.properties");
      assertThat(started.text()).contains(secret.getParent().toString());
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(secret)))
          .isEqualTo("rw-------");
      String before = Files.readString(secret);
      assertThat(cluster(run, "status").text()).contains("secured: scram");

      assertThat(cluster(run, "broker", "kill").status()).isZero();
      assertThat(cluster(run, "status").status()).isEqualTo(3);
      Ran again = cluster(run, "broker", "start");
      assertThat(again.status()).as(again.text()).isZero();
      assertThat(Files.readString(secret)).isEqualTo(before);
      Ran other = cluster(run, "start", "--only", "broker", "--secured", "mutual-tls");
      assertThat(other.status()).isEqualTo(3);
      assertThat(other.text()).contains("was made with --secured scram");
    } finally {
      cluster(run, "stop");
    }
    assertThat(cluster(run, "clean").status()).isZero();
    assertThat(run).doesNotExist();
  }

  @Test
  void theScripts_sayWhatIsWrong() throws Exception {
    Path run = folder.resolve("run");
    try (LoopbackListener taken = new LoopbackListener()) {
      Ran answer =
          cluster(
              run, "start", "--only", "broker", "--broker-port", Integer.toString(taken.port()));
      assertThat(answer.status()).isEqualTo(3);
      assertThat(answer.text()).contains("port " + taken.port() + " (broker) is in use");
    }
    Ran noDisk = cluster(run, Map.of("LEPCNN_MINIMUM_DISK_MB", "999999999"), "start");
    assertThat(noDisk.status()).isEqualTo(3);
    assertThat(noDisk.text()).contains("of disk left");
    Ran noJava = cluster(run, Map.of("JAVA_HOME", folder.toString()), "start");
    assertThat(noJava.status()).isEqualTo(3);
    assertThat(noJava.text()).contains("set JAVA_HOME to a JDK 17 or newer");
    assertThat(cluster(run, "start", "--slots", "no").status()).isEqualTo(2);
    assertThat(cluster(run, "submit", "--jar", "x.jar").text()).contains("no JobManager runs");
    assertThat(pids(run)).isEmpty();
  }

  private static void assertNobodyElseReaches(List<Long> pids) {
    if (ListeningSockets.areTold()) {
      for (long pid : pids) {
        assertThat(ListeningSockets.of(pid)).isNotEmpty();
        assertThat(ListeningSockets.reachableFromElsewhere(pid))
            .as("listening sockets of process %d", pid)
            .isEmpty();
      }
    }
  }

  private static List<Long> pids(Path run) throws IOException {
    List<Long> pids = new ArrayList<>();
    try (var files = Files.list(run.resolve("pids"))) {
      for (Path file : files.sorted().toList()) {
        pids.add(Long.valueOf(Files.readString(file).strip()));
      }
    }
    return pids;
  }

  private record Ran(int status, String text) {}

  private Ran cluster(Path run, String... arguments) throws Exception {
    return cluster(run, Map.of("JAVA_HOME", System.getProperty("java.home")), arguments);
  }

  private Ran cluster(Path run, Map<String, String> environment, String... arguments)
      throws Exception {
    Path output = Files.createTempFile(folder, "answer", ".txt");
    List<String> command =
        new ArrayList<>(List.of("bash", layout.clusterScript().toString(), "--run"));
    command.add(run.toString());
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(environment);
    Process process = builder.redirectOutput(output.toFile()).start();
    assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
    return new Ran(process.exitValue(), Files.readString(output));
  }
}
