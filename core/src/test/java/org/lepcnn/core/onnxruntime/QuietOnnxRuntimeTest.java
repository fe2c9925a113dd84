/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.onnxruntime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.error.EnvironmentException;

class QuietOnnxRuntimeTest {
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
  void folderOfTheLibrary_isTheOneThatIsMapped() {
    String own = "7f00-7f01 r-xp 00000000 08:01 12   /tmp/a b/onnxruntime-java17/libonnxruntime.so";
    String other = "7f00-7f01 r-xp 00000000 08:01 13   /opt/natives/libonnxruntime.so";
    assertThat(UnpackedLibrary.folder(Stream.of(other, own)))
        .contains(Path.of("/tmp/a b/onnxruntime-java17"));
    assertThat(UnpackedLibrary.folder(Stream.of(other, "7f00-7f01 rw-p 00000000 00:00 0")))
        .isEmpty();
  }
}
