/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.process;

import java.io.File;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.error.Mismatch;
import org.lepcnn.core.text.Printable;

/**
 * Looks at running JVMs of this user by their process ids; inside by the JDK's {@code jcmd}, and by
 * their command lines where the runtime has no such tool and the system shows them in {@code
 * /proc}.
 */
public final class RunningJvm {
  private static final long LIMIT_SECONDS = 30;
  private static final String ALL_JARS = File.separator + "*";

  private RunningJvm() {}

  /**
   * Whether a process of this user runs. One that has ended but is not yet collected by its parent,
   * which an adopted process can remain for long, does not.
   */
  public static boolean isAlive(long pid) {
    return ProcessHandle.of(pid)
        .filter(ProcessHandle::isAlive)
        .flatMap(process -> process.info().command())
        .isPresent();
  }

  /**
   * The class path of a running JVM, entry by entry, wildcards expanded.
   *
   * @throws EnvironmentException when there is no such JVM, or neither {@code jcmd} nor {@code
   *     /proc}
   */
  public static List<String> classPath(long pid) {
    if (!Files.isExecutable(jcmd()) && Files.exists(commandLine(pid))) {
      return startedWith(pid);
    }
    Properties properties = systemProperties(pid);
    String classPath = properties.getProperty("java.class.path");
    if (classPath == null) {
      throw failure(pid, "its answer holds no java.class.path", null);
    }
    return List.of(classPath.split(File.pathSeparator));
  }

  /** Whether class paths can be asked for here: a runtime without tools has no {@code jcmd}. */
  public static boolean tellsClassPaths() {
    return Files.isExecutable(jcmd()) || Files.exists(commandLine(ProcessHandle.current().pid()));
  }

  private static Path commandLine(long pid) {
    return Path.of("/proc", Long.toString(pid), "cmdline");
  }

  /** The class path of the command line, with the jars of the folders that it names. */
  static List<String> startedWith(long pid) {
    try {
      List<String> words =
          List.of(Files.readString(commandLine(pid), Charset.defaultCharset()).split("\0"));
      int option = Math.max(words.indexOf("-cp"), words.indexOf("-classpath"));
      if (option < 0 || option + 1 == words.size()) {
        throw unreadable(pid).found("none");
      }
      List<String> entries = new ArrayList<>();
      for (String entry : words.get(option + 1).split(File.pathSeparator)) {
        if (entry.endsWith(ALL_JARS)) {
          entries.addAll(jarsOf(Path.of(entry.substring(0, entry.length() - ALL_JARS.length()))));
        } else {
          entries.add(entry);
        }
      }
      return entries;
    } catch (IOException e) {
      throw unreadable(pid).because(e).found(Printable.reason(e));
    }
  }

  private static Mismatch<EnvironmentException> unreadable(long pid) {
    return EnvironmentException.about("Reading the command line of the JVM " + pid)
        .expected("a class path");
  }

  private static List<String> jarsOf(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(Path::toString).filter(name -> name.endsWith(".jar")).toList();
    }
  }

  private static Path jcmd() {
    return Path.of(System.getProperty("java.home"), "bin", "jcmd");
  }

  private static Properties systemProperties(long pid) {
    try {
      Path output = Files.createTempFile("lepcnn-jcmd", ".txt");
      try {
        ask(pid, output);
        Properties properties = new Properties();
        properties.load(new StringReader(Files.readString(output, StandardCharsets.UTF_8)));
        return properties;
      } finally {
        Files.delete(output);
      }
    } catch (IOException e) {
      throw failure(pid, Printable.reason(e), e);
    }
  }

  private static void ask(long pid, Path output) throws IOException {
    Process process =
        new ProcessBuilder(jcmd().toString(), Long.toString(pid), "VM.system_properties")
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
        throw failure(pid, "no answer after " + LIMIT_SECONDS + " s", null);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failure(pid, "this thread was interrupted", e);
    } finally {
      process.destroyForcibly();
    }
    if (process.exitValue() != 0) {
      throw failure(pid, "jcmd ended with status " + process.exitValue(), null);
    }
  }

  private static EnvironmentException failure(long pid, String found, Throwable cause) {
    return EnvironmentException.about("Reading the properties of the JVM " + pid + " by jcmd")
        .because(cause)
        .found(found);
  }
}
