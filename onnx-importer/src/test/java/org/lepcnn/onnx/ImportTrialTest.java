/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.lepcnn.onnx.OnnxModels.dims;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.onnxruntime.OnnxSessions;
import org.lepcnn.core.onnxruntime.QuietOnnxRuntime;
import org.lepcnn.onnx.plan.OffloadPolicy;
import org.lepcnn.onnx.plan.Precision;
import org.lepcnn.onnx.run.RunLimits;

/** What a trial hands over, and whom it blames. */
@Tag("slow")
class ImportTrialTest {
  private static final String NATIVE_PATH = "onnxruntime.native.path";

  @TempDir private Path folder;
  private final List<String> told = new ArrayList<>();
  private String nativePath;

  @BeforeEach
  void keepNativePath() {
    nativePath = System.getProperty(NATIVE_PATH);
  }

  @AfterEach
  void restoreLimit() {
    System.clearProperty(RunLimits.MAX_SECONDS_PROPERTY);
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

    assertThatThrownBy(() -> ImportTrial.importModel(onnx, ImportOptions.defaults()))
        .isInstanceOf(EnvironmentException.class)
        .hasMessageContaining("expected that Java and ONNX Runtime start there")
        .hasMessageContaining("before it read the model")
        .hasMessageNotContaining("damaged");
  }

  @Test
  void trial_givesTheBundleThatTheOptionsSay() {
    Path onnx = foldable().write(folder);
    ImportOptions all = ImportOptions.defaults().withOffload(OffloadPolicy.all());
    for (ImportOptions options :
        List.of(
            ImportOptions.defaults(),
            all.withPrecision(Precision.EIGHT_BITS),
            all.withPrecision(Precision.highFor(Set.of("c"))),
            all.withMinRoundWork(1L << 40))) {
      assertThat(ImportTrial.importModel(onnx, options).fingerprint())
          .isEqualTo(ModelImporter.importModel(onnx, options).fingerprint());
    }
  }

  @Test
  void refusedModel_isRefusedInTheSameWords() {
    Path onnx = new OnnxModels(1).input("x", 1).output("nothing").write(folder);
    BadInputException here =
        catchThrowableOfType(
            BadInputException.class,
            () -> ModelImporter.importModel(onnx, ImportOptions.defaults()));

    assertThatThrownBy(() -> ImportTrial.importModel(onnx, ImportOptions.defaults()))
        .isInstanceOf(BadInputException.class)
        .hasMessage(here.getMessage());
  }

  @Test
  void workThatHangsInOnnxRuntime_isEnded_andTheStepIsNamed() {
    Path onnx = ModelCorpus.endlessLoop().write(folder);
    System.setProperty(RunLimits.MAX_SECONDS_PROPERTY, "1");

    assertThatThrownBy(() -> run(onnx, Hanging.class, Duration.ofMillis(1)))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("in a separate process that it was not done after 2 s (running on)")
        .hasMessageContaining("damaged or hostile");
    assertThat(told).endsWith("running on");
  }

  /** Each step is done in its time, and there is always another. */
  @Test
  void workThatGoesOnAndOn_isEndedInTheTimeForAllOfIt_andTheStepIsNamed() {
    Path onnx = foldable().write(folder);
    assertThatThrownBy(
            () ->
                ImportTrial.run(
                    onnx,
                    ImportOptions.defaults(),
                    Restless.class,
                    List.of(),
                    Duration.ofSeconds(2),
                    told::add))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("expected an import of at most 2.0 s")
        .hasMessageContaining("still going on")
        .hasMessageContaining("--time-limit")
        .hasMessageNotContaining("damaged");
    assertThat(told).contains("going on");
  }

  @Test
  void workThatEndsTheProcess_isTheModelsFault() {
    assertThatThrownBy(() -> run(foldable().write(folder), Ending.class, Duration.ofSeconds(60)))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("it crashed the process, which ended with status 136");
  }

  @Test
  void workThatTakesAllMemory_isToldSo() {
    assertThatThrownBy(() -> run(foldable().write(folder), Greedy.class, Duration.ofSeconds(60)))
        .isInstanceOf(EnvironmentException.class)
        .hasMessageContaining("expected enough memory")
        .hasMessageContaining("-Xmx");
  }

  @Test
  void faultOfTheWork_isNotTheModels() {
    assertThatThrownBy(() -> run(foldable().write(folder), Faulty.class, Duration.ofSeconds(60)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("a fault of ours")
        .hasMessageContaining("ImportTrialTest$Faulty.run");
  }

  private TrialWork.Done run(Path onnx, Class<? extends TrialWork> work, Duration grace) {
    List<String> arguments = List.of("an argument");
    return ImportTrial.run(
        new TrialRequest(onnx, ImportOptions.defaults(), work.getName(), arguments),
        grace,
        ImportTrial.TIME_LIMIT,
        told::add);
  }

  /** Runs a model without the importer's limits. */
  static final class Hanging implements TrialWork {
    @Override
    public Done run(
        Path onnx, ImportOptions options, List<String> arguments, Consumer<String> steps) {
      assertThat(arguments).containsExactly("an argument");
      steps.accept("running on");
      try (OrtSession session =
          OnnxSessions.open("a loop", ModelImporter.original(onnx), ignored -> {})) {
        session.run(
            Map.of("x", OnnxTensor.createTensor(QuietOnnxRuntime.environment(), new float[1])));
      } catch (OrtException e) {
        throw new IllegalStateException(e);
      }
      throw new IllegalStateException("it has ended");
    }
  }

  static final class Restless implements TrialWork {
    @Override
    public Done run(
        Path onnx, ImportOptions options, List<String> arguments, Consumer<String> steps) {
      while (true) {
        steps.accept("going on");
        LockSupport.parkNanos(1_000_000);
      }
    }
  }

  /** Ends as after an arithmetic fault of the processor. */
  static final class Ending implements TrialWork {
    @Override
    public Done run(
        Path onnx, ImportOptions options, List<String> arguments, Consumer<String> steps) {
      Runtime.getRuntime().halt(136);
      throw new IllegalStateException("unreachable");
    }
  }

  static final class Greedy implements TrialWork {
    @Override
    public Done run(
        Path onnx, ImportOptions options, List<String> arguments, Consumer<String> steps) {
      List<long[]> all = new ArrayList<>();
      while (all.size() < 1 << 10) {
        all.add(new long[Integer.MAX_VALUE - 8]); // more than any heap at once
      }
      throw new IllegalStateException("found room for " + all);
    }
  }

  static final class Faulty implements TrialWork {
    @Override
    public Done run(
        Path onnx, ImportOptions options, List<String> arguments, Consumer<String> steps) {
      throw new IllegalArgumentException("a fault of ours");
    }
  }

  /** A convolution whose weights come from a constant node, and a Reshape by a fixed shape. */
  private static OnnxModels foldable() {
    OnnxModels model = new OnnxModels(1).opset(13).input("x", 1, 2, 6, 6);
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
