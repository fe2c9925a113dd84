/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.lepcnn.cli.CheckCommandTest.product;

import ai.onnx.proto.OnnxMl.TensorProto;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lepcnn.core.onnxruntime.QuietOnnxRuntime;
import org.lepcnn.onnx.OnnxModels;

/**
 * ONNX Runtime writes its warnings past Java, in colour where it sees a terminal. None reaches the
 * user, of models that provoke some: with an unused weight, and with a shape that is not the real
 * one.
 */
@Tag("slow")
class SilentRuntimeTest {
  private static final String WARNING = "onnxruntime:";
  private static final Path SCRIPT = Path.of("/usr/bin/script");

  @TempDir private Path folder;

  @Test
  void theModel_provokesWarnings() throws Exception {
    assertThat(run(false, LoudRuntimeMain.class, model())).contains(WARNING, "unused");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void commands_areSilent(boolean terminal) throws Exception {
    boolean linux = System.getProperty("os.name").equals("Linux"); // elsewhere script is another
    Assumptions.assumeTrue(
        !terminal || (linux && Files.isExecutable(SCRIPT)), "no " + SCRIPT + " here");
    String bundle = folder.resolve("bundle").toString();
    assertThat(run(terminal, Main.class, "import", model(), "-o", bundle))
        .contains("Wrote ")
        .doesNotContain(WARNING, "\u001b");
    assertThat(run(terminal, Main.class, "check", model(), "--per-layer"))
        .contains("4 inputs: all equal") // these go through the stages as those of infer do
        .doesNotContain(WARNING, "\u001b");
    String owner = folder.resolve("owner.lep").toString();
    assertThat(CommandRun.of("owner", "create", "-o", owner).status()).isZero();
    Path grant = folder.resolve("grant.lep");
    CommandRun provisioned =
        CommandRun.of(
            "device", "provision", "d", "--owner", owner, "--bundle", bundle, "-o", grant);
    assertThat(provisioned.status()).as(provisioned.err()).isZero();
    String tables = folder.resolve("tables").toString();
    assertThat(
            run(
                terminal,
                Main.class,
                "precompute",
                "--owner",
                owner,
                "--bundle",
                bundle,
                "--device",
                "d",
                "--passes",
                "2",
                "-o",
                tables,
                "--kernel",
                "onnxruntime"))
        .contains("2 passes")
        .doesNotContain(WARNING, "\u001b");
  }

  private String model() {
    OnnxModels model = product();
    model
        .graph()
        .addInitializer(model.graph().getInitializer(0).toBuilder().setName("unused"))
        .addOutput(OnnxModels.value("p", TensorProto.DataType.FLOAT, 1, 63));
    return model.write(folder).toString();
  }

  /** All that a process writes, to a terminal or to a file. */
  private String run(boolean terminal, Class<?> main, String... arguments) throws Exception {
    List<String> java =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
    java.addAll(List.of(arguments));
    Path out = folder.resolve("out");
    List<String> command =
        terminal ? List.of(SCRIPT.toString(), "-qec", quoted(java), "/dev/null") : java;
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(out.toFile());
    builder.environment().put(QuietOnnxRuntime.SWITCH, "1");
    Process process = builder.start();
    try {
      assertThat(process.waitFor(10, TimeUnit.MINUTES)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    String text = Files.readString(out, StandardCharsets.UTF_8);
    assertThat(process.exitValue()).as(text).isZero();
    return text;
  }

  private static String quoted(List<String> words) {
    return "'" + String.join("' '", words) + "'";
  }
}
