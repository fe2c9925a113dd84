/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.bench.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.error.RefusedException;

/** With a shell script in the place of node. */
@Tag("slow")
class HomomorphicBaselineTest {
  private static final Duration LIMIT = Duration.ofSeconds(300);

  @TempDir Path folder;

  @BeforeEach
  void installPackages() throws IOException {
    Path installed = Files.createDirectories(folder.resolve("node_modules/node-seal"));
    Files.writeString(installed.resolve("package.json"), "{}");
  }

  private HomomorphicResult run(String script) throws IOException {
    Path node = folder.resolve("node");
    Files.writeString(node, "#!/bin/sh\n" + script + "\n");
    Files.setPosixFilePermissions(node, PosixFilePermissions.fromString("rwx------"));
    return new HomomorphicBaseline(node.toString(), folder).run(List.of("--quick"), LIMIT);
  }

  @Test
  void missingNode_saysWhatToInstall() {
    HomomorphicBaseline baseline = new HomomorphicBaseline("no-such-node", folder);
    assertThatThrownBy(() -> baseline.run(List.of(), LIMIT))
        .isInstanceOf(EnvironmentException.class)
        .hasMessageContaining("no-such-node cannot be started")
        .hasMessageContaining("Install Node.js 20")
        .hasMessageContaining("npm ci");
  }

  @Test
  void missingPackages_sayHowToInstallThem() {
    Path empty = folder.resolve("elsewhere");
    HomomorphicBaseline baseline = new HomomorphicBaseline("node", empty);
    assertThatThrownBy(() -> baseline.run(List.of(), LIMIT))
        .isInstanceOf(EnvironmentException.class)
        .hasMessageContaining("Node.js 20 or newer")
        .hasMessageContaining("cd " + empty + " && npm ci");
  }

  @Test
  void outputs_areReturnedAsTheyAre_andTheOptionsArrive() throws IOException {
    HomomorphicResult result = run("pwd; echo \"$1 $2 $3 $5\"; echo {} > \"$4\"");

    assertThat(result.text())
        .isEqualTo(folder.toRealPath() + "\ncryptonets.mjs --watch-stdin --json --quick\n");
    assertThat(result.json()).isEqualTo("{}");
  }

  @Test
  void result_isWrittenWithItsChart() throws IOException {
    String json =
        """
        {"chart": {"title": "Seconds", "logarithmic": true,
         "bars": [{"label": "encrypted", "seconds": 3.1e9}, {"label": "private", "seconds": 0.04}]}}""";

    new HomomorphicResult(json, "a table").write(folder.resolve("out"));

    assertThat(folder.resolve("out/he.json")).hasContent(json);
    assertThat(folder.resolve("out/he.txt")).hasContent("a table");
    BufferedImage chart = ImageIO.read(folder.resolve("out/he.png").toFile());
    assertThat(chart.getWidth()).isGreaterThan(500);
  }

  @Test
  void standardInputStaysOpenWhileTheChildRuns() throws IOException {
    String script =
        """
        exec 3<&0
        (read line <&3; echo ended) & reader=$!
        sleep 0.3
        kill -0 $reader && echo open
        kill $reader""";
    assertThat(run(script).text()).isEqualTo("open\n");
  }

  @Test
  void exitStatuses_becomeTypedErrors() {
    assertThatThrownBy(() -> run("exit 1")).isInstanceOf(RefusedException.class);
    assertThatThrownBy(() -> run("exit 2")).isInstanceOf(BadInputException.class);
    assertThatThrownBy(() -> run("exit 3")).isInstanceOf(EnvironmentException.class);
    assertThatThrownBy(() -> run("exit 4"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("status 4");
  }

  @Test
  void pastTheLimit_theChildIsEnded() throws IOException {
    Path node = folder.resolve("node");
    Files.writeString(node, "#!/bin/sh\necho $$ > pid\nexec sleep 60\n");
    Files.setPosixFilePermissions(node, PosixFilePermissions.fromString("rwx------"));
    HomomorphicBaseline baseline = new HomomorphicBaseline(node.toString(), folder);

    assertThatThrownBy(() -> baseline.run(List.of(), Duration.ofSeconds(2)))
        .isInstanceOf(EnvironmentException.class)
        .hasMessageContaining("had not ended after 2 s");
    long pid = Long.parseLong(Files.readString(folder.resolve("pid")).strip());
    assertThat(ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false)).isFalse();
  }
}
