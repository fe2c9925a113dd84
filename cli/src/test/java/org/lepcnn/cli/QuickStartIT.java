/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.text.DocumentedPages;
import org.lepcnn.core.text.DocumentedPages.Block;
import org.lepcnn.deployments.LocalLayout;

/**
 * The steps of the quick start, from model to answer, as they stand there. Changed are the broker's
 * port, which may be another's here, and that the edge runs beside the other steps, as in a
 * terminal of its own.
 */
class QuickStartIT {
  private static final long LIMIT_MINUTES = 25;
  private static final Path PAGE = Path.of("docs/quick-start.md");

  /** Looks like the repository, and takes what the steps write. */
  private static final String BEGIN =
      """
      set -euo pipefail
      for part in "$HOME_OF_LEPCNN"/*; do ln -s "$part" .; done
      cp examples/meter-digits/meter-digits.onnx model.onnx
      cp examples/meter-digits/pictures/00.png picture.png
      end() {
        [ -z "${EDGE:-}" ] || kill "$EDGE" 2>/dev/null || true
        deployments/local/cluster stop || true
        find . -maxdepth 1 -type l -delete
      }
      trap end EXIT
      """;

  @TempDir private Path folder;

  @Test
  void theSteps_giveAnAnswer() throws Exception {
    List<Block> steps =
        DocumentedPages.blocks().stream()
            .filter(block -> block.document().equals(PAGE))
            .skip(1) // the demonstration has a test of its own
            .toList();
    assertThat(steps).hasSize(3);
    StringBuilder script = new StringBuilder(BEGIN);
    for (Block block : steps) {
      block.text().lines().map(QuickStartIT::step).forEach(script::append);
    }
    Path out = run(script.toString());
    assertThat(out)
        .content()
        .containsPattern("picture\\.png +0 ")
        .contains("all equal the plain integer network bit for bit");
  }

  private static String step(String line) {
    String step = line.replace("localhost:9092", "localhost:$BROKER_PORT");
    if (step.startsWith("deployments/local/cluster start")) {
      return step.replaceFirst("--only broker", "--only broker --free-ports")
          + "\n. \"$LEPCNN_RUN_DIR/cluster.env\"\n";
    }
    if (step.startsWith("./lepcnn edge run")) {
      return step.replaceFirst(" *#.*$", "") + " >edge.log 2>&1 &\nEDGE=$!\n";
    }
    // Status 3: no answer yet, since the edge still starts.
    return step.startsWith("./lepcnn infer")
        ? "until " + step + "; do [ $? = 3 ] && kill -0 \"$EDGE\"; done\n"
        : step + "\n";
  }

  private Path run(String script) throws Exception {
    Path steps = Files.writeString(folder.resolve("steps"), script);
    Path out = folder.resolve("out");
    Path work = Files.createDirectory(folder.resolve("work"));
    ProcessBuilder builder =
        new ProcessBuilder("bash", steps.toString())
            .directory(work.toFile())
            .redirectErrorStream(true)
            .redirectOutput(out.toFile());
    builder.environment().put("HOME_OF_LEPCNN", LocalLayout.find().home().toString());
    builder.environment().put("LEPCNN_NO_BUILD", "1");
    builder.environment().put("LEPCNN_RUN_DIR", work.resolve("run").toString());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    Process process = builder.start();
    try {
      assertThat(process.waitFor(LIMIT_MINUTES, TimeUnit.MINUTES)).as(() -> read(out)).isTrue();
    } finally {
      process.destroy();
    }
    assertThat(process.exitValue()).as(() -> read(out)).isZero();
    return out;
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (java.io.IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
