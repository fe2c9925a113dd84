/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.deployments;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.process.ManagedProcess;
import org.lepcnn.process.ProcessSpec;

/**
 * The edge job in a JVM of its own, on an in-process Flink cluster: what {@code lepcnn edge run}
 * starts, with open admission or with enrolled devices. Its class path holds core,
 * kafka-connectors, flink-operators and their libraries, and nothing that handles secrets; {@link
 * #start} refuses to go on otherwise.
 */
public final class LocalEdge implements AutoCloseable {
  private static final Duration START_LIMIT = Duration.ofSeconds(300);
  private static final String READY = "parallelism=";

  private final ManagedProcess process;
  private final List<Path> classPath;

  private LocalEdge(ManagedProcess process, List<Path> classPath) {
    this.process = process;
    this.classPath = classPath;
  }

  /**
   * Starts the job with one subtask per operator; see {@link #start(LocalLayout, Path, String,
   * Path, int)}.
   */
  public static LocalEdge start(
      LocalLayout layout, Path folder, String bootstrapServers, Path modelFolder) {
    return start(layout, folder, bootstrapServers, modelFolder, 1);
  }

  /**
   * Starts the job and waits until it serves.
   *
   * @param folder for logs; made if absent
   * @param bootstrapServers of the broker
   * @param modelFolder a bundle with its edge half
   * @param parallelism subtasks per operator
   * @throws EnvironmentException when it does not start, or when its class path reaches secrets
   */
  public static LocalEdge start(
      LocalLayout layout, Path folder, String bootstrapServers, Path modelFolder, int parallelism) {
    return start(
        layout,
        folder,
        bootstrapServers,
        List.of(
            "--admission",
            "open",
            "--model-dir",
            modelFolder.toAbsolutePath().toString(),
            "--parallelism",
            Integer.toString(parallelism)));
  }

  /**
   * Starts the job with enrolled devices and published models, and waits until it serves those that
   * are published already.
   *
   * @param folder for logs; made if absent
   * @param bootstrapServers of the broker
   * @param modelCache where fetched models are kept; made if absent
   */
  public static LocalEdge startEnrolled(
      LocalLayout layout, Path folder, String bootstrapServers, Path modelCache) {
    String cache = modelCache.toAbsolutePath().toString();
    return start(layout, folder, bootstrapServers, List.of("--model-cache", cache));
  }

  /**
   * Starts the job with these options of {@code lepcnn edge run} besides the broker's address, such
   * as {@code --client-config} and its file, and waits until it serves.
   */
  public static LocalEdge start(
      LocalLayout layout, Path folder, String bootstrapServers, List<String> options) {
    try {
      Files.createDirectories(folder);
      ManagedProcess process =
          ManagedProcess.start(spec(layout, folder, bootstrapServers, options));
      try {
        process.awaitLine(READY, START_LIMIT);
        return new LocalEdge(process, requireNoSecrets(process.pid()));
      } catch (RuntimeException e) {
        process.close();
        throw e;
      }
    } catch (IOException e) {
      throw EnvironmentException.about("Starting the edge")
          .expected("to write to " + folder)
          .found(e);
    }
  }

  /** The operating system's id of the edge's process. */
  public long pid() {
    return process.pid();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** What the running process can load, as the operating system tells it. */
  public List<Path> classPath() {
    return classPath;
  }

  /** SIGKILL, and waits until the process is gone. */
  public void kill() {
    process.kill();
  }

  @Override
  public void close() {
    process.close();
  }

  private static List<Path> requireNoSecrets(long pid) {
    if (pid == ProcessHandle.current().pid()) {
      throw EnvironmentException.about("Starting the edge")
          .expected("a process of its own")
          .found("that it shares this one");
    }
    List<Path> classPath = ProcessClassPath.of(pid);
    List<Path> secret = ProcessClassPath.entriesWithSecretCode(classPath);
    if (!secret.isEmpty()) {
      throw EnvironmentException.about("Starting the edge")
          .expected("a class path without the device's code")
          .found(secret);
    }
    return classPath;
  }

  /**
   * The JVM arguments of a process that runs Flink and kernels: heap, collector, Flink's access to
   * the JDK, logging, and where native libraries lie.
   */
  public static List<String> jvmArguments(LocalLayout layout) throws IOException {
    List<String> jvm = new ArrayList<>(List.of("-Xmx1g", "-XX:+UseParallelGC"));
    Files.readAllLines(layout.conf().resolve("flink-jvm.args")).stream()
        .map(String::strip)
        .filter(line -> line.startsWith("-"))
        .forEach(jvm::add);
    jvm.add("-Dlog4j2.configurationFile=" + layout.conf().resolve("log4j2.properties").toUri());
    if (Files.isDirectory(layout.nativeLibraries())) {
      jvm.add("-Donnxruntime.native.path=" + layout.nativeLibraries());
    }
    jvm.add("-Dorg.bytedeco.javacpp.cachedir=" + layout.javacppLibraries());
    return jvm;
  }

  private static ProcessSpec spec(
      LocalLayout layout, Path folder, String bootstrapServers, List<String> options)
      throws IOException {
    List<String> arguments =
        new ArrayList<>(List.of("run", "--bootstrap-server", bootstrapServers));
    arguments.addAll(options);
    return new ProcessSpec(
            "edge",
            layout.edgeClassPath(),
            "org.lepcnn.edge.EdgeMain",
            arguments,
            folder.resolve("edge.log"))
        .withJvmArguments(jvmArguments(layout))
        .withEnvironment(Map.of("OMP_NUM_THREADS", "1"));
  }
}
