/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.text.BuildVersion;
import picocli.CommandLine;

class GatewayMainTest {
  @TempDir private Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void helpAndVersion_areItsOwn() {
    assertThat(run("--help")).isZero();
    assertThat(out.toString()).contains("Usage: lepcnn gateway ", "--config=FILE");
    assertThat(run("--version")).isZero();
    assertThat(out.toString()).contains("lepcnn " + BuildVersion.get());
  }

  @Test
  void wrongUsage_isOneLineWithWhereHelpIs() {
    assertThat(run()).isEqualTo(2);
    assertThat(err.toString()).hasLineCount(1).contains("--config", "lepcnn gateway --help");
  }

  @Test
  void missingConfiguration_isNamed() {
    String file = folder.resolve("gateway.properties").toString();
    assertThat(run("--config", file)).isEqualTo(2);
    assertThat(err.toString()).hasLineCount(1).contains(file);
  }

  private int run(String... arguments) {
    CommandLine line = GatewayMain.commandLine();
    line.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    return line.execute(arguments);
  }
}
