/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx;

import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.io.WholeFile;
import org.lepcnn.onnx.run.RunLimits;
import org.lepcnn.process.ManagedProcess;
import org.lepcnn.process.ProcessSpec;

/**
 * Imports a model in a child process before this one does, because a model that is made for it can
 * crash ONNX Runtime's native code, and with it the process: a ConvTranspose of 0 groups or the
 * quotient of the smallest integer and −1 do, in version 1.29. The child may also be ended, which a
 * native call cannot, when it takes too long or too much memory.
 *
 * <p>The child works in an empty directory of its own: what a model makes ONNX Runtime look for by
 * a relative name is not there. Whatever it leaves is deleted with its {@link TrialFolder}.
 *
 * <p>The child does what needs ONNX Runtime, and hands over what that computed: the import that
 * follows loads the model no more. Evaluating a model is deterministic, and what the child survives
 * this process survives: models that are refused, and those whose constants take more than {@link
 * #MOST_HANDED_OVER}, are evaluated here again.
 */
public final class ImportTrial {
  /** Runs of the model that one import makes at most: of its constants, with zeros, with ones. */
  private static final int RUNS = 3;

  /** Bytes of constants and types that the child hands over at most: they travel in a file. */
  static final long MOST_HANDED_OVER = 256L << 20;

  private static final String CLASS_ARCHIVE = "lepcnn.classArchive";
  private static final Duration STARTING = Duration.ofSeconds(60);
  private static final long POLL_MILLIS = 20;
  private static final String NATIVE_PATH = "onnxruntime.native.path";
  private static final List<String> HANDED_ON =
      List.of(RunLimits.MAX_SECONDS_PROPERTY, RunLimits.MAX_BYTES_PROPERTY, NATIVE_PATH);

  private ImportTrial() {}

  /**
   * Tries to import a model.
   *
   * @return the model, for {@link ModelImporter#prepare(Path, ImportOptions, TriedModel, Consumer)}
   * @throws BadInputException when that ends the child process, does not end, or takes more than
   *     three quarters of the machine's memory
   * @throws EnvironmentException when there is no child process to be had
   */
  public static TriedModel run(Path onnx, ImportOptions options) {
    try (TrialFolder folder = TrialFolder.create()) {
      attempt(onnx, options, folder);
      return new TriedModel(onnx, handedOver(folder));
    } catch (IOException e) {
      throw EnvironmentException.about("Trying the import of " + onnx)
          .expected("a writable temporary folder")
          .found(e);
    }
  }

  private static void attempt(Path onnx, ImportOptions options, TrialFolder folder)
      throws IOException {
    String found;
    try (ManagedProcess child = ManagedProcess.start(child(onnx, options, folder))) {
      folder.usedBy(child);
      found = watch(child);
      if (found != null) {
        child.kill();
      } else {
        int status = child.awaitExit(STARTING);
        found = status == 0 ? null : "it crashed the process, which ended with status " + status;
      }
    }
    String log = found == null ? "" : Files.readString(folder.log());
    if (found != null && !log.contains(ImportTrialMain.STARTED)) {
      throw EnvironmentException.about("Trying the import of " + onnx + " in a separate process")
          .expected("that Java and ONNX Runtime start there")
          .found("that " + found + " before it read the model", "It said: " + log.strip());
    }
    if (found != null) {
      throw BadInputException.about("Importing " + onnx)
          .expected("a model that ONNX Runtime can run")
          .found("in a separate process that " + found, "The model is damaged or hostile.");
    }
  }

  private static byte[] handedOver(TrialFolder folder) throws IOException {
    return Files.exists(folder.record())
        ? WholeFile.read("what the trial has computed", folder.record(), 2 * MOST_HANDED_OVER)
        : null;
  }

  /** Why the child has to be ended; null when it ended by itself. */
  private static String watch(ManagedProcess child) {
    long mostBytes = mostBytes();
    Duration limit = STARTING.plus(RunLimits.maxRun().multipliedBy(RUNS));
    long start = System.nanoTime();
    while (child.isAlive()) {
      if (System.nanoTime() - start > limit.toNanos()) {
        return "it was not done after " + limit.toSeconds() + " s";
      }
      if (RunLimits.residentBytes(Long.toString(child.pid())) > mostBytes) {
        return "it took more than " + mostBytes + " bytes of memory";
      }
      pause();
    }
    return null;
  }

  private static long mostBytes() {
    return ManagementFactory.getOperatingSystemMXBean()
            instanceof com.sun.management.OperatingSystemMXBean system
        ? system.getTotalMemorySize() / 4 * 3
        : Long.MAX_VALUE;
  }

  private static ProcessSpec child(Path onnx, ImportOptions options, TrialFolder folder) {
    List<String> arguments = new ArrayList<>();
    arguments.add(onnx.toAbsolutePath().toString());
    arguments.add(folder.record().toAbsolutePath().toString());
    arguments.addAll(options.inputArguments());
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
        arguments,
        jvm,
        Map.of(),
        folder.log(),
        folder.workingDirectory());
  }

  /** Paths are absolute, since the child works in another directory. */
  private static String handedOn(String name) {
    String value = System.getProperty(name);
    return name.equals(NATIVE_PATH) ? absolute(value) : value;
  }

  private static String absolute(String path) {
    return Path.of(path).toAbsolutePath().toString();
  }

  private static void pause() {
    try {
      Thread.sleep(POLL_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EnvironmentException("Interrupted while trying an import.", e);
    }
  }
}
