/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lepcnn.deployments.LocalLayout;
import org.lepcnn.process.RunningJvm;

/** The demo as a user runs it: by the launcher, as a process. */
class DemoIT {
  private static final Duration LIMIT = Duration.ofSeconds(900);

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"", "--secured"})
  void demo_answersExactlyAndStopsEverythingItStarted(String option) throws Exception {
    Process demo =
        start(("demo --passes 8 --out " + folder.resolve("out") + " " + option).strip().split(" "));
    List<ProcessHandle> children = awaitBrokerAndEdge(demo);
    assertThat(demo.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).as(log()).isTrue();
    assertThat(demo.exitValue()).as(log()).isZero();
    assertThat(log()).doesNotContain("<U+");
    assertThat(log())
        .contains("Every answer equals the plain integer network bit for bit")
        .contains("none with code that handles secrets")
        .contains("00.png");
    assertThat(Files.readString(folder.resolve("out").resolve("report.html")))
        .contains("what the edge saw")
        .contains("data:image/png;base64,");
    assertThat(folder.resolve("out").resolve("work")).doesNotExist();
    await(
        () -> children.stream().noneMatch(child -> RunningJvm.isAlive(child.pid())),
        "the demo's children to end");
  }

  @Test
  void killedDemo_leavesNoChild() throws Exception {
    Process demo = start("demo", "--passes", "2000", "--out", folder.resolve("out").toString());
    List<ProcessHandle> children = awaitBrokerAndEdge(demo);
    demo.destroyForcibly().waitFor();
    await(
        () -> children.stream().noneMatch(child -> RunningJvm.isAlive(child.pid())),
        "the killed demo's children to end");
  }

  @Test
  void interruptedDemo_leavesNoChildAndNoHalfWrittenFile() throws Exception {
    assumeFalse(
        interruptsAreIgnored(),
        "this build ignores SIGINT, as background jobs do, and so its children");
    Process demo = start("demo", "--passes", "2000", "--out", folder.resolve("out").toString());
    List<ProcessHandle> children = awaitBrokerAndEdge(demo);
    new ProcessBuilder("kill", "-INT", Long.toString(demo.pid())).start().waitFor();
    assertThat(demo.waitFor(300, TimeUnit.SECONDS)).isTrue();
    assertThat(demo.exitValue()).isEqualTo(130);
    await(
        () -> children.stream().noneMatch(child -> RunningJvm.isAlive(child.pid())),
        "the interrupted demo's children to end");
    try (Stream<Path> left = Files.walk(folder.resolve("out"))) {
      assertThat(left.filter(Files::isRegularFile).map(path -> path.getFileName().toString()))
          .allMatch(name -> name.endsWith(".log"));
    }
  }

  @Test
  void portInUse_isAClearError() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Process demo =
          start(
              "demo",
              "--port",
              Integer.toString(taken.getLocalPort()),
              "--out",
              folder.resolve("out").toString());
      assertThat(demo.waitFor(300, TimeUnit.SECONDS)).isTrue();
      assertThat(demo.exitValue()).isEqualTo(3);
      assertThat(log()).contains("port " + taken.getLocalPort() + " to be free");
    }
  }

  /** Whether SIGINT is ignored here; what is ignored stays so in child processes. */
  private static boolean interruptsAreIgnored() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return false;
    }
    String ignored = "SigIgn:";
    int interrupt = 1 << (2 - 1); // SIGINT is 2, and the mask starts at 1
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith(ignored))
        .map(line -> line.substring(ignored.length()).strip())
        .anyMatch(mask -> (Long.parseUnsignedLong(mask, 16) & interrupt) != 0);
  }

  private Process start(String... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(List.of(LocalLayout.find().home().resolve("lepcnn").toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(logFile().toFile());
    builder.environment().put("LEPCNN_NO_BUILD", "1");
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    return builder.start();
  }

  /**
   * Waits for the broker's and the edge's process; the launcher's short-lived helpers do not count.
   */
  private static List<ProcessHandle> awaitBrokerAndEdge(Process demo) {
    List<ProcessHandle> children = new ArrayList<>();
    await(
        () -> {
          children.clear();
          demo.descendants().filter(DemoIT::isBrokerOrEdge).forEach(children::add);
          return children.size() >= 2 || !demo.isAlive();
        },
        "broker and edge to run");
    assertThat(children).hasSize(2);
    return children;
  }

  private static boolean isBrokerOrEdge(ProcessHandle process) {
    List<String> arguments = List.of(process.info().arguments().orElse(new String[0]));
    return arguments.contains("kafka.Kafka") || arguments.contains("org.lepcnn.edge.EdgeMain");
  }

  private static void await(BooleanSupplier condition, String what) {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("waiting for %s", what).isLessThan(deadline);
      try {
        Thread.sleep(50);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private Path logFile() {
    return folder.resolve("demo.log");
  }

  private String log() {
    try {
      return Files.readString(logFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
