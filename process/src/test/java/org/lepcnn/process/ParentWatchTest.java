/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class ParentWatchTest {
  private static final Duration LIMIT = Duration.ofSeconds(300);
  private static final long POLL_MILLIS = 50;

  @TempDir Path folder;

  @Test
  void endOfStandardInput_endsTheProcess() throws Exception {
    Process process = startRaw("wait");
    process.getOutputStream().write("ignored".getBytes(StandardCharsets.UTF_8));
    process.getOutputStream().flush();
    assertThat(process.waitFor(200, TimeUnit.MILLISECONDS)).isFalse();
    process.getOutputStream().close();
    assertThat(process.waitFor(300, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(ParentWatch.ORPHANED);
  }

  @Test
  void endOfStandardInput_endsAProcessWhoseShutdownHookHangs() throws Exception {
    Process process = startRaw("hang-on-exit");
    process.getOutputStream().close();
    assertThat(process.waitFor(300, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(ParentWatch.ORPHANED);
  }

  @Test
  void sigkillOfTheParent_endsTheChild() throws Exception {
    Path log = folder.resolve("parent.log");
    ProcessSpec spec =
        ManagedProcessTest.child(log, "parent", folder.resolve("child.log").toString());
    try (ManagedProcess parent = ManagedProcess.start(spec)) {
      parent.awaitLine(" is the grandchild", LIMIT);
      long grandchild = grandchildIn(log);
      assertThat(RunningJvm.isAlive(grandchild)).isTrue();
      parent.kill();
      for (long waited = 0; RunningJvm.isAlive(grandchild) && waited < LIMIT.toMillis(); ) {
        waited += POLL_MILLIS;
        Thread.sleep(POLL_MILLIS);
      }
      assertThat(RunningJvm.isAlive(grandchild)).isFalse();
    }
  }

  @Test
  void withoutAMainClass_itSaysHowItIsUsed() throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            ProcessSpec.locationOf(ParentWatch.class),
            ParentWatch.class.getName());
    Path log = folder.resolve("usage.log");
    Process process = builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
    assertThat(process.waitFor(300, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(2);
    assertThat(Files.readString(log)).contains("usage: ParentWatch");
  }

  private Process startRaw(String what) throws IOException, InterruptedException {
    Path log = folder.resolve("raw.log");
    ProcessSpec spec = ManagedProcessTest.child(log, what);
    Process process =
        new ProcessBuilder(spec.command())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    LogTail lines = new LogTail(log, 0);
    while (!lines.nextContains("ready")) {
      assertThat(process.waitFor(20, TimeUnit.MILLISECONDS)).isFalse();
    }
    return process;
  }

  private static long grandchildIn(Path log) throws IOException {
    String line =
        Files.readAllLines(log).stream()
            .filter(text -> text.endsWith(" is the grandchild"))
            .findFirst()
            .orElseThrow();
    return Long.parseLong(line.substring(0, line.indexOf(' ')));
  }
}
