/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.error.LepcnnException;

@Tag("slow")
class ManagedProcessTest {
  private static final Duration LIMIT = Duration.ofSeconds(300);

  @TempDir Path folder;

  static ProcessSpec child(Path log, String... arguments) {
    return new ProcessSpec(
            "child",
            List.of(
                ProcessSpec.locationOf(LepcnnException.class),
                ProcessSpec.locationOf(ChildMain.class)),
            ChildMain.class.getName(),
            List.of(arguments),
            log)
        .withJvmArguments(List.of("-Xmx64m", "-XX:TieredStopAtLevel=1"));
  }

  private ProcessSpec child(String... arguments) {
    return child(folder.resolve("child.log"), arguments);
  }

  @Test
  void close_endsTheChild() {
    ManagedProcess process = ManagedProcess.start(child("wait"));
    try (process) {
      process.awaitLine("ready", LIMIT);
      assertThat(process.isAlive()).isTrue();
      assertThat(ProcessHandle.of(process.pid())).isPresent();
    }
    assertThat(process.isAlive()).isFalse();
  }

  @Test
  void kill_endsAChildThatHangsInItsShutdownHook() {
    try (ManagedProcess process = ManagedProcess.start(child("hang-on-exit"))) {
      process.awaitLine("ready", LIMIT);
      process.kill();
      assertThat(process.isAlive()).isFalse();
    }
  }

  @Test
  void environmentsFurtherArguments_followTheSpecsOwn() {
    List<String> command =
        child()
            .withEnvironment(Map.of(ProcessSpec.FURTHER_ARGUMENTS, " -Dfirst=1  -Xss1m "))
            .command();
    assertThat(command)
        .containsSubsequence("-Xmx64m", "-XX:TieredStopAtLevel=1", "-Dfirst=1", "-Xss1m", "-cp");
    assertThat(child().withEnvironment(Map.of(ProcessSpec.FURTHER_ARGUMENTS, " ")).command())
        .doesNotContain("");
  }

  @Test
  void argumentsWithBlanksAndTheEnvironment_arriveUnchanged() throws IOException {
    ProcessSpec spec =
        child("wait", "a b", "*")
            .withEnvironment(Map.of("JAVA_TOOL_OPTIONS", "-Dlepcnn.process.test=1"));
    try (ManagedProcess process = ManagedProcess.start(spec)) {
      process.awaitLine("ready", LIMIT);
    }
    assertThat(Files.readString(spec.log()))
        .contains("arguments [wait, a b, *]")
        .contains("-Dlepcnn.process.test=1");
  }

  @Test
  void anEarlyEnd_isReportedWithTheEndOfTheLog() {
    try (ManagedProcess process = ManagedProcess.start(child("fail"))) {
      assertThatThrownBy(() -> process.awaitLine("never logged", LIMIT))
          .isInstanceOf(EnvironmentException.class)
          .hasMessageContaining("child to log \"never logged\"")
          .hasMessageContaining("ended with status 1")
          .hasMessageContaining("broken on purpose")
          .hasMessageContaining("child.log");
    }
  }

  @Test
  void theLogOfAnEarlierChild_isNeitherMatchedNorQuoted() throws IOException {
    ProcessSpec spec = child("fail");
    Files.writeString(spec.log(), "ready\nold lines\n");
    try (ManagedProcess process = ManagedProcess.start(spec)) {
      assertThatThrownBy(() -> process.awaitLine("ready", LIMIT))
          .hasMessageContaining("broken on purpose")
          .message()
          .doesNotContain("old lines");
    }
  }

  @Test
  void aWait_isBounded() {
    try (ManagedProcess process = ManagedProcess.start(child("wait"))) {
      process.awaitLine("ready", LIMIT);
      assertThatThrownBy(() -> process.await(() -> false, Duration.ofMillis(100), "to write"))
          .isInstanceOf(EnvironmentException.class)
          .hasMessageContaining("to write")
          .hasMessageContaining("it had not after");
      assertThatThrownBy(() -> process.awaitExit(Duration.ofMillis(100)))
          .isInstanceOf(EnvironmentException.class)
          .hasMessageContaining("to end");
    }
  }

  @Test
  void aLogThatCannotBeWritten_isAnEnvironmentError() {
    ProcessSpec spec = child(folder.resolve("no such folder").resolve("log"), "wait");
    assertThatThrownBy(() -> ManagedProcess.start(spec))
        .isInstanceOf(EnvironmentException.class)
        .hasMessageContaining("Cannot start the process child");
  }

  @Test
  void anyProgram_endsWithItsStandardInput() {
    Path log = folder.resolve("cat.log");
    try (ManagedProcess process =
        ManagedProcess.startCommand("cat", List.of("cat"), Map.of(), log)) {
      assertThat(process.isAlive()).isTrue();
    }
    assertThat(log).exists();
  }

  @Test
  void theClassPathOfARunningJvm_isThatOfItsCommandLine() {
    assumeTrue(RunningJvm.tellsClassPaths(), "this Java runtime has no jcmd");
    ProcessSpec spec = child("wait");
    try (ManagedProcess process = ManagedProcess.start(spec)) {
      process.awaitLine("ready", LIMIT);
      List<String> withParentWatch = new ArrayList<>(spec.classPath());
      withParentWatch.add(ProcessSpec.locationOf(ParentWatch.class));
      assertThat(RunningJvm.classPath(process.pid())).isEqualTo(withParentWatch);
      if (Files.exists(Path.of("/proc/self/cmdline"))) {
        assertThat(RunningJvm.startedWith(process.pid())).isEqualTo(withParentWatch);
      }
    }
    assertThatThrownBy(() -> RunningJvm.classPath(0x7fff_fff0L))
        .isInstanceOf(EnvironmentException.class)
        .hasMessageContaining("jcmd");
  }

  @Test
  void freePorts_areDistinct() {
    assertThat(FreePorts.find(20)).hasSize(20).doesNotHaveDuplicates().allMatch(p -> p > 0);
  }
}
