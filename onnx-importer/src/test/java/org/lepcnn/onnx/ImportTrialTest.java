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
