/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.lepcnn.onnx.OnnxModels.dims;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.EnvironmentException;

/** Whom a trial blames. */
class ImportTrialTest {
  private static final String NATIVE_PATH = "onnxruntime.native.path";

  @TempDir private Path folder;
  private String nativePath;

  @BeforeEach
  void keepNativePath() {
    nativePath = System.getProperty(NATIVE_PATH);
  }

  @AfterEach
  void restoreNativePath() {
    if (nativePath == null) {
      System.clearProperty(NATIVE_PATH);
    } else {
      System.setProperty(NATIVE_PATH, nativePath);
    }
  }

  /** Of such a file Linux maps pages that are not there; whoever touches them gets SIGBUS. */
  @Test
  void libraryThatCrashesWhenItIsLoaded_isTheMachinesFaultAndNotTheModels() throws IOException {
    OnnxModels model = new OnnxModels(1).input("x", 1, 2, 6, 6);
    model.conv("x", "y", dims(12, 2, 3, 3));
    Path onnx = model.output("y").write(folder);
    System.setProperty(NATIVE_PATH, halfOfTheLibrary().toString());

    assertThatThrownBy(() -> ImportTrial.run(onnx, ImportOptions.defaults()))
        .isInstanceOf(EnvironmentException.class)
        .hasMessageContaining("expected that Java and ONNX Runtime start there")
        .hasMessageContaining("before it read the model")
        .hasMessageNotContaining("damaged");
  }

  @Test
  void whatTheTrialComputes_isHandedOver_andGivesTheSameBundle() {
    ImportOptions options = ImportOptions.defaults();
    Path onnx = foldable(1).write(folder);

    TriedModel tried = ImportTrial.run(onnx, options);
    PreparedImport prepared = ModelImporter.prepare(onnx, options, tried, step -> {});

    assertThat(tried.isEvaluated()).isTrue();
    assertThat(prepared.bundle(options.precision()).fingerprint())
        .isEqualTo(ModelImporter.importModel(onnx, options).fingerprint());
  }

  @Test
  void modelThatChangesAfterItsTrial_isRefused() {
    ImportOptions options = ImportOptions.defaults();
    TriedModel tried = ImportTrial.run(foldable(1).write(folder), options);
    Path changed = foldable(2).write(folder);

    assertThatThrownBy(() -> ModelImporter.prepare(changed, options, tried, step -> {}))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("has changed since it was tried");
  }

  @Test
  void refusedModel_handsNothingOver() {
    ImportOptions options = ImportOptions.defaults();
    Path onnx = new OnnxModels(1).input("x", 1).output("nothing").write(folder);

    assertThat(ImportTrial.run(onnx, options).isEvaluated()).isFalse();
  }

  @Test
  void recordOfAnythingElse_isRefused() {
    Path onnx = foldable(1).write(folder);
    for (byte[] record : new byte[][] {{}, {1}, {0}, new byte[100], {5, 1, 2, 3, 4, 5}}) {
      assertThatThrownBy(
              () ->
                  ModelImporter.prepare(
                      onnx, ImportOptions.defaults(), new TriedModel(onnx, record), step -> {}))
          .isInstanceOf(BadInputException.class);
    }
  }

  /** A convolution whose weights come from a constant node, and a Reshape by a fixed shape. */
  private static OnnxModels foldable(long seed) {
    OnnxModels model = new OnnxModels(seed).opset(13).input("x", 1, 2, 6, 6);
    model.node("Neg", "w", model.weights(0, 12, 2, 3, 3));
    model.node("Conv", "c", "x w");
    model.node("Shape", "s", "c");
    model.node("Reshape", "y", "c s");
    return model.output("y");
  }

  private Path halfOfTheLibrary() throws IOException {
    assumeThat(System.getProperty("os.name")).isEqualTo("Linux");
    String arch = System.getProperty("os.arch").equals("aarch64") ? "aarch64" : "x64";
    Path libraries = Files.createDirectory(folder.resolve("libraries"));
    for (String name : List.of("libonnxruntime.so", "libonnxruntime4j_jni.so")) {
      String resource = "/ai/onnxruntime/native/linux-" + arch + "/" + name;
      try (InputStream in = ImportTrialTest.class.getResourceAsStream(resource)) {
        assertThat(in).as(resource).isNotNull();
        byte[] whole = in.readAllBytes();
        int kept = name.contains("jni") ? whole.length : whole.length / 2;
        try (var out = Files.newOutputStream(libraries.resolve(name))) {
          out.write(whole, 0, kept);
        }
      }
    }
    return libraries;
  }
}
