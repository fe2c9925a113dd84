/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.bench.command;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.error.RefusedException;
import org.lepcnn.core.text.Printable;
import org.lepcnn.deployments.LocalLayout;

/**
 * The benchmark under homomorphic encryption, a Node.js program in {@code benchmarks/he}, as a
 * child process.
 *
 * <p>Its progress goes to this process's standard error. The child ends when this process does: it
 * watches its standard input, which is held open.
 */
final class HomomorphicBaseline {
  private static final Path FOLDER = Path.of("benchmarks", "he");
  private static final Path PACKAGE = Path.of("node_modules", "node-seal", "package.json");
  private static final String SCRIPT = "cryptonets.mjs";
  private static final long GRACE_SECONDS = 10;

  private final String node;
  private final Path folder;

  /**
   * A baseline of a given place.
   *
   * @param node the program, a path or a name that is on the PATH
   * @param folder holds the script and its {@code node_modules}
   */
  HomomorphicBaseline(String node, Path folder) {
    this.node = node;
    this.folder = folder.toAbsolutePath();
  }

  /** The baseline of this checkout, run by the {@code node} of the PATH. */
  static HomomorphicBaseline find() {
    return new HomomorphicBaseline("node", LocalLayout.find().home().resolve(FOLDER));
  }

  /**
   * Runs the benchmark to its end.
   *
   * @param options of the script, such as {@code --quick}; not {@code --json}
   * @param limit after which the child is ended
   * @throws EnvironmentException when node or its packages are missing, or the limit passes
   * @throws BadInputException when the script refuses the options
   * @throws RefusedException when an encrypted result differs from the plain network
   */
  HomomorphicResult run(List<String> options, Duration limit) {
    requirePackages();
    Path json = temporaryFile(".json");
    Path report = temporaryFile(".txt");
    try {
      int status = await(start(options, json, report), limit);
      requireDone(status);
      return new HomomorphicResult(Files.readString(json).strip(), Files.readString(report));
    } catch (IOException e) {
      throw EnvironmentException.about("Reading the benchmark's result from " + json).found(e);
    } finally {
      delete(json);
      delete(report);
    }
  }

  private void requirePackages() {
    if (!Files.exists(folder.resolve(PACKAGE))) {
      throw new EnvironmentException(
          "The benchmark under homomorphic encryption needs Node.js 20 or newer and its packages, but %s is missing. With node and npm on the PATH, once: cd %s && npm ci"
              .formatted(folder.resolve(PACKAGE), folder));
    }
  }

  private static Path temporaryFile(String suffix) {
    try {
      return Files.createTempFile("lepcnn-he-", suffix);
    } catch (IOException e) {
      throw EnvironmentException.about("Making a temporary file for the benchmark's result")
          .found(e);
    }
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      // A small file without secrets stays in the temporary folder; the result counts.
    }
  }

  private Process start(List<String> options, Path json, Path report) {
    List<String> command =
        new ArrayList<>(List.of(node, SCRIPT, "--watch-stdin", "--json", json.toString()));
    command.addAll(options);
    try {
      return new ProcessBuilder(command)
          .directory(folder.toFile())
          .redirectOutput(report.toFile())
          .redirectError(Redirect.INHERIT)
          .start();
    } catch (IOException e) {
      throw new EnvironmentException(
          "The benchmark under homomorphic encryption runs on Node.js, but %s cannot be started: %s. Install Node.js 20 or newer so that `node` is on the PATH, then: cd %s && npm ci"
              .formatted(node, Printable.reason(e), folder),
          e);
    }
  }

  private static int await(Process process, Duration limit) {
    try {
      if (process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        return process.exitValue();
      }
      throw new EnvironmentException(
          "The benchmark under homomorphic encryption had not ended after %d s: give it more time or run it with --quick"
              .formatted(limit.toSeconds()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EnvironmentException("Interrupted while the benchmark ran", e);
    } finally {
      end(process);
    }
  }

  /** Does nothing when the child has ended. */
  private static void end(Process process) {
    process.destroy();
    try {
      if (!process.waitFor(GRACE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  /** The script uses the exit statuses of this command. */
  private static void requireDone(int status) {
    String what = "The benchmark under homomorphic encryption ended with status " + status;
    switch (status) {
      case 0 -> {}
      case 1 ->
          throw new RefusedException(
              what + ": encrypted results differ from the plain network (its report says which)");
      case 2 -> throw new BadInputException(what + ": it refused its options (message above)");
      case 3 -> throw new EnvironmentException(what + ": something is missing (message above)");
      default -> throw new IllegalStateException(what);
    }
  }
}
