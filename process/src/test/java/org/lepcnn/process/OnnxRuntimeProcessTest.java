/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.onnxruntime.QuietOnnxRuntime;

/** ONNX Runtime in processes of its own. */
@Tag("slow")
public class OnnxRuntimeProcessTest {
  @TempDir private Path folder;

  @Test
  void childWithALongCommandLine_startsOnnxRuntime() {
    ProcessSpec spec =
        new ProcessSpec(
            "long",
            List.of(System.getProperty("java.class.path").split(java.io.File.pathSeparator)),
            Start.class.getName(),
            List.of("x".repeat(6000)),
            List.of("-Xmx128m"),
            Map.of(QuietOnnxRuntime.SWITCH, "1"),
            folder.resolve("long.log"));
    try (ManagedProcess child = ManagedProcess.start(spec)) {
      assertThat(child.awaitExit(Duration.ofSeconds(600))).as(child.logTail()).isZero();
    }
  }

  @Test
  void processWithoutTheNativeLibrary_isToldWhichPlatformIsMissing() throws Exception {
    ProcessSpec spec =
        new ProcessSpec(
            "missing",
            List.of(System.getProperty("java.class.path").split(java.io.File.pathSeparator)),
            StartTwice.class.getName(),
            List.of(),
            List.of("-Xmx128m", "-Dos.arch=riscv64"),
            Map.of(QuietOnnxRuntime.SWITCH, "1"),
            folder.resolve("missing.log"));
    try (ManagedProcess child = ManagedProcess.start(spec)) {
      assertThat(child.awaitExit(Duration.ofSeconds(600))).as(child.logTail()).isZero();
    }
  }

  /** Ends well when both starts fail with the same typed error. */
  public static final class StartTwice {
    public static void main(String[] args) {
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(QuietOnnxRuntime::environment)
            .isInstanceOf(EnvironmentException.class)
            .hasMessageContaining("native library for " + System.getProperty("os.name"))
            .hasMessageContaining("riscv64; found: ");
      }
    }
  }

  @Test
  void processThatUnpacksTheLibrary_leavesNothingInTheTemporaryDirectory() throws Exception {
    assumeTrue(Files.isReadable(Path.of("/proc/self/maps")), "only Linux tells the folder");
    Path temporary = Files.createDirectory(folder.resolve("tmp"));
    ProcessSpec spec =
        new ProcessSpec(
            "tidy",
            List.of(System.getProperty("java.class.path").split(java.io.File.pathSeparator)),
            Start.class.getName(),
            List.of(),
            List.of("-Xmx128m", "-Djava.io.tmpdir=" + temporary),
            Map.of(QuietOnnxRuntime.SWITCH, "1"),
            folder.resolve("tidy.log"));
    try (ManagedProcess child = ManagedProcess.start(spec)) {
      assertThat(child.awaitExit(Duration.ofSeconds(600))).as(child.logTail()).isZero();
    }
    assertThat(temporary).isEmptyDirectory();
  }

  /** Starts ONNX Runtime and ends. */
  public static final class Start {
    private Start() {}

    public static void main(String[] args) {
      QuietOnnxRuntime.environment();
    }
  }
}
