/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.text.BuildVersion;

/** A command that does little loads little. */
class ShortCommandsTest {
  @TempDir private Path folder;

  @Test
  void everyCommand_isThereByItsName_andAlone() {
    Set<String> all = Main.commandLine().getSubcommands().keySet();
    assertThat(all).contains("demo", "owner", "gateway", "edge", "bench", "campaign");
    for (String name : all) {
      Set<String> made = Main.commandLine(name, "--help").getSubcommands().keySet();
      if (name.equals("bench") || name.equals("campaign")) {
        assertThat(made).isEqualTo(all); // those of other modules are known by their classes alone
      } else {
        assertThat(made).containsExactly(name);
      }
    }
  }

  @Test
  void commandsOfOtherModules_areUnderTheirParent() {
    assertThat(Main.commandLine("device").getSubcommands().get("device").getSubcommands())
        .containsKeys("provision", "init", "retire", "profile");
  }

  @Test
  void helpAndWrongNames_knowAllCommands() {
    assertThat(CommandRun.of("--help").out()).contains("  owner ", "  bench ", "  campaign ");
    assertThat(CommandRun.of("onwer").err()).contains("'onwer'", "See 'lepcnn --help'");
    assertThat(CommandRun.of("owner", "--version").out().strip())
        .isEqualTo("lepcnn " + BuildVersion.get());
  }

  @Test
  void owner_needsNoLogNoBrokerNoClusterAndNoRuntime() throws Exception {
    Path loaded = folder.resolve("loaded");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Xlog:class+load:file=" + loaded,
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "owner",
                "create",
                "-o",
                folder.resolve("owner.lep").toString())
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(folder.resolve("err").toFile())
            .start();
    try {
      assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    assertThat(process.exitValue()).as(Files.readString(folder.resolve("err"))).isZero();
    List<String> lines = Files.readAllLines(loaded);
    assertThat(lines).anyMatch(line -> line.contains(" org.lepcnn.device.owner."));
    assertThat(lines)
        .noneMatch(
            line ->
                line.matches(
                    ".* (org\\.apache\\.logging|org\\.apache\\.kafka|org\\.apache\\.flink"
                        + "|ai\\.onnxruntime|org\\.lepcnn\\.(kafka\\.|gateway\\.(?!command)|onnx\\.)).*"));
  }
}
