/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.core.text.BuildVersion;
import org.lepcnn.gateway.Meter;
import org.lepcnn.gateway.ProvisionedDevice;

/** How commands fail and what they say of files, whatever they are given. */
@Tag("slow")
class VoiceTest {
  @TempDir private Path folder;

  @Test
  void wrongArguments_areNamedInOneLine_printableAndBounded() {
    String hostile = "\u001b]0;owned\u0007\r\n" + "x".repeat(70_000);
    for (Object[] arguments :
        new Object[][] {
          {hostile}, {"demo", "--passes", hostile}, {"inspect", "a", hostile}, {"--" + hostile}
        }) {
      CommandRun ran = CommandRun.of(arguments);
      assertThat(ran.status()).isEqualTo(2);
      assertThat(ran.err()).startsWith("lepcnn: ").hasSizeLessThan(1_200);
      assertThat(ran.err().strip()).hasLineCount(1).doesNotContain("\u001b", "\u0007", "\r");
      assertThat(ran.err()).contains("--help'.");
    }
  }

  @Test
  void missingCommandOrOption_saysWhereHelpIs() {
    assertThat(CommandRun.of().err())
        .isEqualTo("lepcnn: A command is missing. See 'lepcnn --help'.\n");
    CommandRun ran = CommandRun.of("topics", "create");
    assertThat(ran.status()).isEqualTo(2);
    assertThat(ran.err()).contains("--gateway").contains("See 'lepcnn topics create --help'.");
  }

  @Test
  void version_isThatOfTheBuild() {
    assertThat(CommandRun.of("--version").out().strip()).isEqualTo("lepcnn " + BuildVersion.get());
  }

  @Test
  void portOutOfRange_isBadUsage() {
    CommandRun ran = CommandRun.of("demo", "--port", "70000", "--out", folder);
    assertThat(ran.status()).isEqualTo(2);
    assertThat(ran.err()).contains("--port of 1 to 65535; found 70000").doesNotContain("\tat ");
  }

  @Test
  void folderInsteadOfAnInput_isBadInput() {
    ProvisionedDevice device = ProvisionedDevice.create(folder, Meter.importBundle(), "meter-1", 1);
    CommandRun ran =
        CommandRun.of(
            "infer",
            folder,
            "--state",
            device.state(),
            "--tables",
            device.tables(),
            "--gateway",
            "home",
            "--bootstrap-server",
            "localhost:1");
    assertThat(ran.status()).isEqualTo(2);
    assertThat(ran.err()).contains("found a folder").doesNotContain("\tat ");
  }

  @Test
  void inspect_showsTheFormatVersionOfEveryKind() throws IOException {
    ProvisionedDevice device = ProvisionedDevice.create(folder, Meter.importBundle(), "meter-1", 1);
    Path half = Files.createDirectory(folder.resolve("half"));
    for (String part : new String[] {ModelBundle.EDGE_FILE, ModelBundle.MANIFEST_FILE}) {
      Files.copy(device.bundleFolder().resolve(part), half.resolve(part));
    }
    String id = device.bundle().fingerprint().toString();
    for (Path path : new Path[] {device.bundleFolder(), half, half.resolve("edge.lep")}) {
      assertThat(CommandRun.of("inspect", path).out())
          .contains("format versions manifest.lep ")
          .contains("edge.lep ")
          .contains("fingerprint " + id);
    }
    assertThat(CommandRun.of("inspect", half).out()).startsWith("Edge half of a model bundle");
    assertThat(CommandRun.of("inspect", half, "--json").out()).contains("\"kind\":\"edgeHalf\"");
    Path owner = folder.resolve("meter-1.owner");
    assertThat(CommandRun.of("inspect", owner).out()).contains("Owner file, format version 4");
    assertThat(CommandRun.of("inspect", device.state()).out()).contains("format version 3");
    assertThat(CommandRun.of("inspect", device.tables()).out()).contains("format version ");
    Path grant = folder.resolve("second.grant");
    CommandRun.of(
        "device",
        "provision",
        "meter-1",
        "--owner",
        owner,
        "--bundle",
        device.bundleFolder(),
        "-o",
        grant);
    assertThat(CommandRun.of("inspect", grant).out()).contains("Grant, format version 3");
  }
}
