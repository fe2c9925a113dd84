/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.onnxruntime;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.lepcnn.core.error.EnvironmentException;
import org.slf4j.LoggerFactory;

/**
 * ONNX Runtime's environment, without telemetry, and silent but for what is fatal: its errors quote
 * elements of tensors.
 *
 * <p>ONNX Runtime 1.29 for Linux reports its use to its vendor over HTTPS unless the environment
 * variable {@value #SWITCH} is set when the library starts. A system that promises privacy must
 * not: every launcher of this project sets the variable. Where somebody else starts the JVM,
 * telemetry is switched off as soon as the environment exists, and a warning says what to set.
 *
 * <p>The same code copies the process's command line into a buffer of 4 KiB and crashes the JVM
 * when it is longer; without the variable such a process is refused instead.
 */
public final class QuietOnnxRuntime {
  /** The environment variable that keeps telemetry from starting. */
  public static final String SWITCH = "ORT_DISABLE_TELEMETRY";

  /** Command lines are refused from this length on, some bytes below the one that crashes. */
  static final int LONGEST_COMMAND_LINE = 3500;

  private static final Set<String> ON = Set.of("1", "true", "yes", "on");

  private static @Nullable OrtEnvironment environment;

  /** Why the library cannot be used in this process; a second try would hide the cause. */
  private static @Nullable EnvironmentException missing;

  private QuietOnnxRuntime() {}

  /**
   * The process's environment; the first call makes it.
   *
   * @throws EnvironmentException when making it would crash the process, or when there is no native
   *     library for this platform
   */
  public static synchronized OrtEnvironment environment() {
    if (environment == null) {
      boolean quiet = isQuiet(System.getenv(SWITCH));
      if (!quiet) {
        refuseLongCommandLine(commandLineBytes());
      }
      OrtEnvironment created = create();
      if (!quiet) {
        silence(created);
      }
      UnpackedLibrary.deleteAtExit();
      environment = created;
    }
    return environment;
  }

  @SuppressWarnings("StaticAssignmentOfThrowable") // the library is looked for once
  private static OrtEnvironment create() {
    if (missing == null) {
      try {
        return OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL, "lepcnn");
      } catch (LinkageError e) {
        missing =
            EnvironmentException.about("Starting ONNX Runtime")
                .expected(
                    "its native library for %s on %s"
                        .formatted(System.getProperty("os.name"), System.getProperty("os.arch")))
                .found(
                    rootOf(e),
                    "It exists for Linux on x86-64 and 64-bit Arm and for macOS on Arm. Run lepcnn"
                        + " on one of these; where -Donnxruntime.native.path is set, it must name a"
                        + " folder with this platform's libraries.");
      }
    }
    throw missing;
  }

  private static Throwable rootOf(Throwable error) {
    Throwable root = error;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root;
  }

  /** Whether the variable's value keeps telemetry from starting. */
  static boolean isQuiet(@Nullable String value) {
    return value != null && ON.contains(value.strip().toLowerCase(Locale.ROOT));
  }

  static void refuseLongCommandLine(long bytes) {
    if (bytes > LONGEST_COMMAND_LINE) {
      throw new EnvironmentException(
          "Starting ONNX Runtime: with a command line of "
              + bytes
              + " bytes its telemetry would crash this process. Set "
              + SWITCH
              + "=1 in the process's environment, or shorten the command line with a java @argument"
              + " file.");
    }
  }

  private static void silence(OrtEnvironment created) {
    try {
      created.setTelemetry(false);
    } catch (OrtException e) {
      throw new EnvironmentException(
          ("Starting ONNX Runtime: its telemetry could not be switched off "
                  + "(%s). Set %s=1 in the process's environment.")
              .formatted(e.getMessage(), SWITCH),
          e);
    }
    // only here: most processes never log, and starting the log takes longer than starting ONNX
    // Runtime
    LoggerFactory.getLogger(QuietOnnxRuntime.class)
        .warn(
            "ONNX Runtime was started with telemetry, which is off now; set {}=1 in this process's"
                + " environment",
            SWITCH);
  }

  private static long commandLineBytes() {
    try {
      Path file = Path.of("/proc/self/cmdline");
      return Files.exists(file) ? Files.readAllBytes(file).length : 0;
    } catch (IOException e) {
      return 0;
    }
  }
}
