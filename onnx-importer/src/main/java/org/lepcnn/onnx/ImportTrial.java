/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx;

import java.io.File;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.error.LepcnnException;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.onnx.run.RunLimits;
import org.lepcnn.process.ManagedProcess;
import org.lepcnn.process.ProcessSpec;

/**
 * Imports a model in a child process, because a model that is made for it can crash ONNX Runtime's
 * native code, and with it the process: a ConvTranspose of 0 groups or the quotient of the smallest
 * integer and −1 do, in version 1.29. The child may also be ended, which a native call cannot, when
 * it takes too long or too much memory.
 *
 * <p>The child does all of the work, and hands over a bundle or a refusal: this process never loads
 * the model.
 *
 * <p>The child works in an empty directory of its own: what a model makes ONNX Runtime look for by
 * a relative name is not there. Whatever it leaves is deleted with its {@link TrialFolder}.
 */
public final class ImportTrial {
  /** Runs of the model that one step of the work makes at most: with zeros, with ones. */
  private static final int RUNS = 2;

  /** What an import may take by default: that of a large model takes some minutes. */
  public static final Duration TIME_LIMIT = Duration.ofMinutes(30);

  private static final String CLASS_ARCHIVE = "lepcnn.classArchive";
  private static final Duration GRACE = Duration.ofSeconds(60);
  private static final Duration POLL = Duration.ofMillis(50);
  private static final String NATIVE_PATH = "onnxruntime.native.path";
  private static final String KERNELS_PATH = "org.bytedeco.javacpp.cachedir";
  private static final List<String> HANDED_ON =
      List.of(
          RunLimits.MAX_SECONDS_PROPERTY, RunLimits.MAX_BYTES_PROPERTY, NATIVE_PATH, KERNELS_PATH);

  private final Path onnx;
  private final TrialFolder folder;
  private final Duration grace;
  private final Duration timeLimit;
  private final Consumer<String> steps;

  private ImportTrial(
      Path onnx, TrialFolder folder, Duration grace, Duration timeLimit, Consumer<String> steps) {
    this.onnx = onnx;
    this.folder = folder;
    this.grace = grace;
    this.timeLimit = timeLimit;
    this.steps = steps;
  }

  /** The plain import. */
  static final class Import implements TrialWork {
    @Override
    public Done run(
        Path onnx, ImportOptions options, List<String> arguments, Consumer<String> steps) {
      PreparedImport prepared = ModelImporter.prepare(onnx, options, steps);
      return new Done(prepared.bundle(options.precision(), steps), new byte[0]);
    }
  }

  /**
   * Imports a model as {@link ModelImporter#importModel} does, in a child process.
   *
   * @throws BadInputException as there; and when the model ends the child, does not end there, or
   *     takes more than three quarters of the machine's memory
   * @throws EnvironmentException when there is no child process to be had
   */
  public static ModelBundle importModel(Path onnx, ImportOptions options) {
    return run(onnx, options, Import.class, List.of(), TIME_LIMIT, step -> {}).bundle();
  }

  /**
   * Does some work with a model in a child process.
   *
   * @param work from this process's class path
   * @param arguments of the work
   * @param timeLimit what all of it may take
   * @param steps is told what the child does when it begins
   * @throws LepcnnException the child's refusal
   * @throws BadInputException when the model ends the child, does not end there or in the time for
   *     all of it, or takes more than three quarters of the machine's memory
   * @throws EnvironmentException when there is no child process to be had
   */
  public static TrialWork.Done run(
      Path onnx,
      ImportOptions options,
      Class<? extends TrialWork> work,
      List<String> arguments,
      Duration timeLimit,
      Consumer<String> steps) {
    return run(new TrialRequest(onnx, options, work.getName(), arguments), GRACE, timeLimit, steps);
  }

  /**
   * As above.
   *
   * @param grace what a step may take beyond the runs of the model
   */
  static TrialWork.Done run(
      TrialRequest request, Duration grace, Duration timeLimit, Consumer<String> steps) {
    try (TrialFolder folder = TrialFolder.create()) {
      folder.ask(request);
      new ImportTrial(request.onnx(), folder, grace, timeLimit, steps).attempt();
      return folder.handedOver();
    }
  }

  private void attempt() {
    String found;
    try (ManagedProcess child = ManagedProcess.start(child())) {
      folder.usedBy(child);
      found = watch(child);
      if (found != null) {
        child.kill();
      } else {
        int status = child.awaitExit(GRACE);
        found = status == 0 ? null : "it crashed the process, which ended with status " + status;
      }
      if (found != null && folder.step().isEmpty()) {
        throw EnvironmentException.about("Trying the import of " + onnx + " in a separate process")
            .expected("that Java and ONNX Runtime start there")
            .found("that " + found + " before it read the model", "It said: " + child.logTail());
      }
    }
    if (found != null) {
      throw BadInputException.about("Importing " + onnx)
          .expected("a model that ONNX Runtime can run")
          .found(
              "in a separate process that " + found + " (" + folder.step() + ")",
              "The model is damaged or hostile.");
    }
  }

  /**
   * Why the child has to be ended; null when it ended by itself.
   *
   * @throws BadInputException at the end of the time for all of it
   */
  private String watch(ManagedProcess child) {
    long mostBytes = mostBytes();
    Duration limit = grace.plus(RunLimits.maxRun().multipliedBy(RUNS));
    long first = System.nanoTime();
    long begun = first;
    while (!child.endsWithin(POLL)) {
      if (folder.hasNextStep()) {
        steps.accept(folder.step());
        begun = System.nanoTime();
      }
      if (System.nanoTime() - first > timeLimit.toNanos()) {
        throw outOfTime();
      }
      if (System.nanoTime() - begun > limit.toNanos()) {
        return "it was not done after " + limit.toSeconds() + " s";
      }
      if (RunLimits.residentBytes(Long.toString(child.pid())) > mostBytes) {
        return "it took more than " + mostBytes + " bytes of memory";
      }
    }
    folder.hasNextStep();
    return null;
  }

  private BadInputException outOfTime() {
    return BadInputException.about("Importing " + onnx)
        .expected("an import of at most " + timeLimit.toMillis() / 1e3 + " s")
        .found(
            "that it was still " + (folder.step().isEmpty() ? "starting" : folder.step()),
            "Give it more with --time-limit, or less to do with --precision fast.");
  }

  private static long mostBytes() {
    return ManagementFactory.getOperatingSystemMXBean()
            instanceof com.sun.management.OperatingSystemMXBean system
        ? system.getTotalMemorySize() / 4 * 3
        : Long.MAX_VALUE;
  }

  private ProcessSpec child() {
    List<String> jvm = new ArrayList<>();
    jvm.add("-Xmx" + Runtime.getRuntime().maxMemory());
    jvm.add("-XX:+SuppressFatalErrorMessage");
    jvm.add("-XX:TieredStopAtLevel=1");
    jvm.add("-XX:+UseSerialGC");
    if (System.getProperty(CLASS_ARCHIVE) != null) {
      jvm.add("-XX:SharedArchiveFile=" + absolute(System.getProperty(CLASS_ARCHIVE)));
    }
    jvm.add("-Djava.io.tmpdir=" + folder.temporaryDirectory().toAbsolutePath());
    for (String name : HANDED_ON) {
      if (System.getProperty(name) != null) {
        jvm.add("-D" + name + "=" + handedOn(name));
      }
    }
    return new ProcessSpec(
        "import-trial",
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
            .map(ImportTrial::absolute)
            .toList(),
        ImportTrialMain.class.getName(),
        List.of(folder.root().toString()),
        jvm,
        Map.of(),
        folder.log(),
        folder.workingDirectory());
  }

  /** Paths are absolute, since the child works in another directory. */
  private static String handedOn(String name) {
    String value = System.getProperty(name);
    return name.equals(NATIVE_PATH) || name.equals(KERNELS_PATH) ? absolute(value) : value;
  }

  private static String absolute(String path) {
    return Path.of(path).toAbsolutePath().toString();
  }
}
