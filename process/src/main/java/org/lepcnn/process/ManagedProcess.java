/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.onnxruntime.QuietOnnxRuntime;
import org.lepcnn.core.text.Printable;

/**
 * A child process that ends when this process ends: a JVM under {@link ParentWatch}, or a program
 * that heeds the end of its standard input.
 *
 * <p>Every wait is bounded and ends at once when the child ends; the {@link EnvironmentException}
 * then quotes the end of the child's log. {@link #close()} is bounded too: {@value #GRACE_SECONDS}
 * s for an orderly end, then the child is killed.
 *
 * <p>Instances may be used by several threads.
 */
public final class ManagedProcess implements AutoCloseable {
  /** What the child gets for an orderly end, in seconds. */
  public static final long GRACE_SECONDS = 10;

  private static final long POLL_MILLIS = 50;
  private static final int TAIL_LINES = 20;
  private static final int TAIL_CHARACTERS = 300;

  private final String name;
  private final Path log;
  private final Process process;

  /** Where this child's own lines begin in a log that is appended to. */
  private final long logStart;

  private ManagedProcess(String name, Path log, Process process, long logStart) {
    this.name = name;
    this.log = log;
    this.process = process;
    this.logStart = logStart;
  }

  /**
   * Starts a JVM under {@link ParentWatch} and returns at once.
   *
   * @throws EnvironmentException when the operating system cannot start it or the log cannot be
   *     written
   */
  public static ManagedProcess start(ProcessSpec spec) {
    return start(spec.name(), spec.command(), spec.environment(), spec.log(), spec.directory());
  }

  /**
   * Starts any other program, which must end by itself when its standard input ends.
   *
   * @param environment added to this process's environment
   * @param log where standard output and standard error are appended; its folder must exist
   * @throws EnvironmentException when the operating system cannot start it or the log cannot be
   *     written
   */
  public static ManagedProcess startCommand(
      String name, List<String> command, Map<String, String> environment, Path log) {
    return start(name, command, environment, log, null);
  }

  private static ManagedProcess start(
      String name,
      List<String> command,
      Map<String, String> environment,
      Path log,
      Path directory) {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    if (directory != null) {
      builder.directory(directory.toFile());
    }
    builder.environment().putIfAbsent(QuietOnnxRuntime.SWITCH, "1");
    builder.environment().putAll(environment);
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    try {
      long logStart = Files.exists(log) ? Files.size(log) : 0;
      return new ManagedProcess(name, log, builder.start(), logStart);
    } catch (IOException e) {
      throw new EnvironmentException(
          "Cannot start the process %s (log %s): %s".formatted(name, log, Printable.reason(e)), e);
    }
  }

  /** The operating system's process id. */
  public long pid() {
    return process.pid();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** Where the child's standard output and standard error go. */
  public Path log() {
    return log;
  }

  /** Waits until the child has logged a line that contains this text. */
  public void awaitLine(String text, Duration limit) {
    LogTail lines = new LogTail(log, logStart);
    await(() -> lines.nextContains(text), limit, "to log \"" + text + "\"");
  }

  /**
   * Waits until a condition holds.
   *
   * @param condition asked every {@value #POLL_MILLIS} ms by the calling thread
   * @param what completes the sentence "Waited for the process ... " in the message
   * @throws EnvironmentException when the child ends first, the limit passes or the thread is
   *     interrupted
   */
  public void await(BooleanSupplier condition, Duration limit, String what) {
    long deadline = System.nanoTime() + limit.toNanos();
    while (!condition.getAsBoolean()) {
      if (!process.isAlive()) {
        if (condition.getAsBoolean()) {
          return;
        }
        throw failure("it ended with status " + process.exitValue(), what, null);
      }
      if (System.nanoTime() - deadline > 0) {
        throw failure("it had not after %.0f s".formatted(limit.toMillis() / 1000.0), what, null);
      }
      pause(what);
    }
  }

  /**
   * Waits until the child ends by itself.
   *
   * @return its exit status
   */
  public int awaitExit(Duration limit) {
    if (!endsWithin(limit)) {
      throw failure("it had not after %.0f s".formatted(limit.toMillis() / 1000.0), "to end", null);
    }
    return process.exitValue();
  }

  /** Whether the child ends by itself within a time; waits no longer than that. */
  public boolean endsWithin(Duration time) {
    try {
      return process.waitFor(time.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      throw interrupted("to end", e);
    }
  }

  /** The last lines of this child's log, in one, for messages. */
  public String logTail() {
    return String.join(" | ", tail());
  }

  /** SIGKILL, at once, and waits until the child is gone. */
  public void kill() {
    process.toHandle().destroyForcibly();
    awaitExit(Duration.ofSeconds(GRACE_SECONDS));
    closeLifeLine();
  }

  /** Ends the child: in order within the grace, then by force. Does nothing when it has ended. */
  @Override
  public void close() {
    // By the handle: Process.destroy() would close the life line too, and ParentWatch allows less.
    process.toHandle().destroy();
    try {
      if (!process.waitFor(GRACE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor(GRACE_SECONDS, TimeUnit.SECONDS);
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    closeLifeLine();
  }

  @Override
  public String toString() {
    return "%s (process %d, log %s)".formatted(name, process.pid(), log);
  }

  private void closeLifeLine() {
    try {
      process.getOutputStream().close();
    } catch (IOException e) {
      // The child is gone and with it the reader of the pipe: there is nothing left to release.
    }
  }

  private void pause(String what) {
    try {
      if (process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      throw interrupted(what, e);
    }
  }

  private EnvironmentException interrupted(String what, InterruptedException cause) {
    Thread.currentThread().interrupt();
    return failure("this thread was interrupted", what, cause);
  }

  private EnvironmentException failure(String found, String what, Throwable cause) {
    String tail = logTail();
    return new EnvironmentException(
        "Waited for the process %s %s, but %s. Its log %s ends with: %s"
            .formatted(name, what, found, log, tail.isEmpty() ? "(nothing)" : tail),
        cause);
  }

  private List<String> tail() {
    return new LogTail(log, logStart)
        .last(TAIL_LINES).stream().map(line -> Printable.line(line, TAIL_CHARACTERS)).toList();
  }
}
