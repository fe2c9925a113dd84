/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.onnxruntime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.error.BadInputException;

class OnnxSessionsTest {
  private final OrtEnvironment environment = QuietOnnxRuntime.environment();
  private Path inWorkingDirectory;

  @BeforeEach
  void makeFile() throws Exception {
    inWorkingDirectory = Files.createTempFile(Path.of("target"), "outside", ".bin");
    Files.write(inWorkingDirectory, new byte[] {0, 0, (byte) 0x80, 0x3f});
  }

  @AfterEach
  void deleteFile() throws Exception {
    Files.delete(inWorkingDirectory);
  }

  @Test
  void modelThatNamesAFile_isRefusedBeforeOnnxRuntimeSeesIt(@TempDir Path folder) throws Exception {
    byte[] model = naming(inWorkingDirectory);
    assertThatThrownBy(() -> OnnxSessions.open("Testing", model, options -> {}))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("outside the model");
    Path file = Files.write(folder.resolve("model.onnx"), model);
    assertThatThrownBy(() -> OnnxSessions.open(file, options -> {}))
        .isInstanceOf(BadInputException.class);
  }

  /** The second line of defence, by itself: without it the file is read. */
  @Test
  void optionsOfASession_leadReferencesNowhere() throws Exception {
    byte[] model = naming(inWorkingDirectory);
    try (OrtSession.SessionOptions plain = new OrtSession.SessionOptions()) {
      plain.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.NO_OPT);
      assertThat(firstOutput(model, plain)).containsExactly(1);
    }
    for (Path path : new Path[] {inWorkingDirectory, inWorkingDirectory.toAbsolutePath()}) {
      assertThatThrownBy(() -> createWithOurOptions(naming(path))).isInstanceOf(OrtException.class);
    }
  }

  @Test
  void wholeModel_runs(@TempDir Path folder) throws Exception {
    byte[] model = RawOnnx.model(RawOnnx.tensor(1).bytes(9, new byte[] {0, 0, 0, 0x40})).toBytes();
    Path file = Files.write(folder.resolve("model.onnx"), model);
    try (OrtSession bytes = OnnxSessions.open("Testing", model, options -> {});
        OrtSession mapped = OnnxSessions.open(file, options -> {});
        OrtSession.Result one = bytes.run(Map.of());
        OrtSession.Result two = mapped.run(Map.of())) {
      assertThat((float[]) one.get(0).getValue()).containsExactly(2);
      assertThat((float[]) two.get(0).getValue()).containsExactly(2);
    }
  }

  private void createWithOurOptions(byte[] model) throws OrtException {
    try (OrtSession.SessionOptions options =
        OnnxSessions.options(
            ours -> ours.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.NO_OPT))) {
      firstOutput(model, options);
    }
  }

  private float[] firstOutput(byte[] model, OrtSession.SessionOptions options) throws OrtException {
    try (OrtSession open = environment.createSession(model, options);
        OrtSession.Result result = open.run(Map.of())) {
      return (float[]) result.get(0).getValue();
    }
  }

  private static byte[] naming(Path file) {
    return RawOnnx.model(RawOnnx.external(file.toString(), 1)).toBytes();
  }
}
