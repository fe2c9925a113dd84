/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.stage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.process.ManagedProcess;
import org.lepcnn.process.ProcessSpec;

/**
 * Operators that fail on a private value, in a process of their own: neither what that process
 * writes nor the error that the application gets holds the value.
 */
class PrivateValuesInFailuresTest {
  @TempDir private Path folder;

  @Test
  void operatorThatFailsOnData_tellsNobodyTheValue() throws Exception {
    Path log = folder.resolve("failures.log");
    ProcessSpec spec =
        new ProcessSpec(
            "failures",
            List.of(System.getProperty("java.class.path").split(File.pathSeparator)),
            FailingOperatorsMain.class.getName(),
            List.of(),
            List.of("-Xmx256m"),
            Map.of(),
            log);
    try (ManagedProcess child = ManagedProcess.start(spec)) {
      assertThat(child.awaitExit(Duration.ofMinutes(5))).as(child.logTail()).isZero();
    }
    String written = Files.readString(log);
    assertThat(written).contains(FailingOperatorsMain.DONE);
    assertThat(written.lines().filter(line -> line.startsWith("failed ")).count())
        .as(written)
        .isGreaterThanOrEqualTo(FailingOperatorsMain.FEWEST_FAILURES);
    for (String operator : List.of("Div", "Mod", "If", "Loop")) {
      assertThat(written).contains("failed " + operator + System.lineSeparator());
    }
    assertThat(written).contains("failed " + FailingOperatorsMain.VENDORS);
    for (long value : FailingOperatorsMain.PRIVATE) {
      assertThat(written).doesNotContain(Long.toString(Math.abs(value)));
    }
  }
}
