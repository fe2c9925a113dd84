/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.kernel.onednn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.bytedeco.dnnl.global.dnnl;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lepcnn.core.error.EnvironmentException;

/** oneDNN reads its limit on instruction sets once per process: hence child JVMs. */
@Tag("slow")
class InstructionSetTest {
  private static final long LIMIT_SECONDS = 600;

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"SSE41", "AVX2", "AVX512_CORE"})
  void instructionSetThatSaturates_makesOneDnnStepAside(String limit) throws Exception {
    assumeTrue(OneDnn.namesInstructionSets(), "oneDNN limits instruction sets on x86 alone");
    assertThat(choose(limit)).contains("exact with onnxruntime");
  }

  @Test
  void instructionSetWithDotProducts_isServedByOneDnn() throws Exception {
    assumeTrue(oneDnnServes(), "this processor has no VNNI or AMX, or oneDNN is not there");
    assertThat(choose("DEFAULT")).contains("exact with onednn");
  }

  @Test
  void onlySetsWithDotProducts_areExact() {
    assumeTrue(isLoadable(), "oneDNN has no library for this platform in the class path");
    for (int exact :
        new int[] {
          dnnl.dnnl_cpu_isa_avx2_vnni,
          dnnl.dnnl_cpu_isa_avx512_core_vnni,
          dnnl.dnnl_cpu_isa_avx512_core_amx
        }) {
      assertThat(OneDnn.hasExactInt8(exact)).isTrue();
    }
    for (int saturating :
        new int[] {
          dnnl.dnnl_cpu_isa_default,
          dnnl.dnnl_cpu_isa_sse41,
          dnnl.dnnl_cpu_isa_avx,
          dnnl.dnnl_cpu_isa_avx2,
          dnnl.dnnl_cpu_isa_avx512_core
        }) {
      assertThat(OneDnn.hasExactInt8(saturating)).isFalse();
    }
  }

  private static boolean isLoadable() {
    try {
      OneDnn.engine();
      return true;
    } catch (LinkageError e) {
      return false;
    }
  }

  private static boolean oneDnnServes() {
    try {
      OneDnnKernels.create();
      return true;
    } catch (EnvironmentException e) {
      return false;
    }
  }

  private String choose(String limit) throws IOException, InterruptedException {
    Path output = folder.resolve("output");
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx512m",
            "-cp",
            System.getProperty("java.class.path"),
            InstructionSetMain.class.getName());
    builder.environment().put("ONEDNN_MAX_CPU_ISA", limit);
    Process process = builder.redirectErrorStream(true).redirectOutput(output.toFile()).start();
    boolean ended = process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS);
    if (!ended) {
      process.destroyForcibly().waitFor();
    }
    String text = Files.readString(output, StandardCharsets.UTF_8);
    assertThat(ended).as("ended in time; it said: %s", text).isTrue();
    assertThat(process.exitValue()).as(text).isZero();
    return text;
  }
}
