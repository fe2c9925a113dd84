/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.vector;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What is decided once a JVM needs a JVM for each case. */
class VectorUnitTest {
  private static final List<String> MODULE = List.of("--add-modules", "jdk.incubator.vector");

  /** Prints what a JVM decided. */
  public static final class Print {
    public static void main(String[] args) {
      System.out.println(VectorUnit.present() + ", " + VectorUnit.description());
    }
  }

  @Test
  void aJvmWithoutTheModule_usesPlainLoops_andNeverLoadsTheOthers() throws Exception {
    assertThat(decisionOf(List.of()))
        .startsWith("false, plain loops (for vectors start java with --add-modules");
  }

  @Test
  void aJvmWithTheModule_decidesAsThisOneDoes() throws Exception {
    assertThat(ModuleLayer.boot().findModule(MODULE.get(1)))
        .as("the tests of this module run with it")
        .isPresent();
    assertThat(decisionOf(MODULE))
        .isEqualTo(VectorUnit.present() + ", " + VectorUnit.description());
  }

  @Test
  void aPropertyTurnsVectorsOff() throws Exception {
    List<String> options = new ArrayList<>(MODULE);
    options.add("-D" + VectorUnit.PROPERTY + "=false");
    assertThat(decisionOf(options))
        .startsWith("false, plain loops (switched off by -Dlepcnn.vectors)");
  }

  @Test
  void narrowVectors_areLeftToPlainLoops() throws Exception {
    List<String> options = new ArrayList<>(MODULE);
    options.add("-XX:MaxVectorSize=16");
    assertThat(decisionOf(options))
        .startsWith("false, plain loops (the processor's vectors have 128 bits; 256 are needed)");
  }

  @Test
  void armBeforeTheJdkThatCompilesWideVectors_runsPlainLoops() {
    assertThat(VectorUnit.obstacle("aarch64", 17)).contains("before 25", "this one is 17");
    assertThat(VectorUnit.obstacle("aarch64", 25)).isNull();
    assertThat(VectorUnit.obstacle("amd64", 17)).isNull();
  }

  private static String decisionOf(List<String> options) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Print.class.getName()));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    try {
      String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor(300, TimeUnit.SECONDS)).isTrue();
      return out.strip();
    } finally {
      process.destroyForcibly();
    }
  }
}
