/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.lepcnn.onnx.OnnxModels.dims;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.process.ManagedProcess;
import org.lepcnn.process.ProcessSpec;

/** A trial in a process with a temporary directory of its own, which is empty afterwards. */
@Tag("slow")
class TrialFolderTest {
  private static final Duration LONG = Duration.ofMinutes(2);

  @TempDir Path folder;
  private Path temporary;

  @BeforeEach
  void makeTemporary() throws IOException {
    temporary = Files.createDirectory(folder.resolve("tmp"));
  }

  @Test
  void trialThatEnds_leavesNothing() throws Exception {
    OnnxModels model = new OnnxModels(1).input("x", 1, 2, 6, 6);
    model.conv("x", "y", dims(12, 2, 3, 3));
    try (ManagedProcess process = start(model.output("y").write(folder))) {
      assertThat(process.awaitExit(LONG)).as(process.logTail()).isZero();
    }
    assertThat(left()).isEmpty();
  }

  @Test
  void trialThatIsInterrupted_leavesNothing() throws Exception {
    Path model = ModelCorpus.endlessLoop().write(folder);
    try (ManagedProcess process = start(model)) {
      process.await(this::childHasStarted, LONG, "to start its child");
    }
    assertThat(left()).isEmpty();
  }

  private ManagedProcess start(Path model) {
    return ManagedProcess.start(
        new ProcessSpec(
            "one-trial",
            List.of(System.getProperty("java.class.path").split(File.pathSeparator)),
            OneTrialMain.class.getName(),
            List.of(model.toString()),
            List.of("-Xmx256m", "-Djava.io.tmpdir=" + temporary),
            Map.of(),
            folder.resolve("trial.log")));
  }

  private boolean childHasStarted() {
    try {
      for (Path path : left()) {
        if (path.endsWith("steps") && Files.size(path) > 0) {
          return true;
        }
      }
      return false;
    } catch (IOException e) {
      return false;
    }
  }

  private List<Path> left() throws IOException {
    try (Stream<Path> paths = Files.walk(temporary)) {
      return paths.filter(path -> !path.equals(temporary)).toList();
    }
  }
}
