/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.onnxruntime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.process.ManagedProcess;
import org.lepcnn.core.process.ProcessSpec;

public class QuietOnnxRuntimeTest {
  @TempDir private Path folder;

  @Test
  void testsThemselves_runWithoutTelemetry() {
    assertThat(QuietOnnxRuntime.isQuiet(System.getenv(QuietOnnxRuntime.SWITCH))).isTrue();
  }

  @Test
  void switch_isReadAsTheLibraryReadsIt() {
    assertThat(QuietOnnxRuntime.isQuiet(null)).isFalse();
    assertThat(QuietOnnxRuntime.isQuiet("")).isFalse();
    assertThat(QuietOnnxRuntime.isQuiet("0")).isFalse();
    assertThat(QuietOnnxRuntime.isQuiet("1")).isTrue();
    assertThat(QuietOnnxRuntime.isQuiet(" True ")).isTrue();
  }

  @Test
  void longCommandLine_isRefusedWithTheRemedyInsteadOfACrash() {
    QuietOnnxRuntime.refuseLongCommandLine(QuietOnnxRuntime.LONGEST_COMMAND_LINE);
    assertThatThrownBy(
            () ->
                QuietOnnxRuntime.refuseLongCommandLine(QuietOnnxRuntime.LONGEST_COMMAND_LINE + 1L))
        .isInstanceOf(EnvironmentException.class)
        .hasMessageContaining(QuietOnnxRuntime.SWITCH);
  }

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

  @Test
  void folderOfTheLibrary_isTheOneThatIsMapped() {
    String own = "7f00-7f01 r-xp 00000000 08:01 12   /tmp/a b/onnxruntime-java17/libonnxruntime.so";
    String other = "7f00-7f01 r-xp 00000000 08:01 13   /opt/natives/libonnxruntime.so";
    assertThat(UnpackedLibrary.folder(Stream.of(other, own)))
        .contains(Path.of("/tmp/a b/onnxruntime-java17"));
    assertThat(UnpackedLibrary.folder(Stream.of(other, "7f00-7f01 rw-p 00000000 00:00 0")))
        .isEmpty();
  }

  /** Starts ONNX Runtime and ends. */
  public static final class Start {
    private Start() {}

    public static void main(String[] args) {
      QuietOnnxRuntime.environment();
    }
  }
}
