/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.examples.meter;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainMeterDigitsTest {
  @Test
  void aTrainedModel_isOneThatEvaluateMeasures(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("new").resolve("model.onnx");
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    new TrainMeterDigits(new PrintStream(printed, true, StandardCharsets.UTF_8))
        .run(List.of("--seed", "1", "--steps", "1", "--out", file.toString()));
    assertThat(printed.toString(StandardCharsets.UTF_8)).contains(Files.size(file) + " bytes");
    String table =
        TestCommands.run(
            List.of("evaluate", "--count", "70", "--seed", "2", "--model"), file.toString());
    assertThat(table).contains("SEVEN_SEGMENT").containsPattern("all +\\d+ of +70");
  }
}
