/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.deployments;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.process.ProcessSpec;

/**
 * Where a built checkout of this repository keeps what local processes are started from.
 *
 * @param home the root folder of the repository
 */
public record LocalLayout(Path home) {
  /** Names the root folder; without it the folder is searched from this class upwards. */
  public static final String HOME_PROPERTY = "lepcnn.home";

  /** The same as an environment variable. */
  public static final String HOME_VARIABLE = "LEPCNN_HOME";

  private static final Path SCRIPT = Path.of("deployments", "local", "cluster");

  public LocalLayout {
    Objects.requireNonNull(home, "home");
  }

  /**
   * Finds the repository: the property {@value #HOME_PROPERTY}, the variable {@value
   * #HOME_VARIABLE}, else the folder above this class that holds the scripts.
   *
   * @throws EnvironmentException when there is none
   */
  public static LocalLayout find() {
    String named = System.getProperty(HOME_PROPERTY, System.getenv(HOME_VARIABLE));
    if (named != null) {
      return checked(Path.of(named).toAbsolutePath());
    }
    Path start = Path.of(ProcessSpec.locationOf(LocalLayout.class)).toAbsolutePath();
    for (Path folder = start; folder != null; folder = folder.getParent()) {
      if (Files.exists(folder.resolve(SCRIPT))) {
        return new LocalLayout(folder);
      }
    }
    throw EnvironmentException.about("Looking for the lepcnn repository")
        .expected("it above " + start)
        .found("none", "Set " + HOME_VARIABLE + " to its root folder.");
  }

  private static LocalLayout checked(Path home) {
    if (!Files.exists(home.resolve(SCRIPT))) {
      throw EnvironmentException.about(HOME_VARIABLE)
          .expected("the root folder of the repository")
          .found(home + ", which has no " + SCRIPT);
    }
    return new LocalLayout(home);
  }

  /** The script that starts and stops a cluster. */
  public Path clusterScript() {
    return home.resolve(SCRIPT);
  }

  /** The settings that scripts and this package share. */
  public Path conf() {
    return home.resolve(Path.of("deployments", "local", "conf"));
  }

  /** The folder of the broker's jars; built. */
  public Path kafkaLibs() {
    return jars(home.resolve(Path.of("deployments", "kafka-dist", "target", "libs")));
  }

  /** The folder of the jars of Flink's processes; built. */
  public Path flinkLib() {
    return jars(home.resolve(Path.of("deployments", "flink-dist", "target", "lib")));
  }

  /** The folder of the jars of {@code lepcnn edge}; built. */
  public Path edgeLibs() {
    return jars(home.resolve(Path.of("edge-job", "target", "edge-libs")));
  }

  /** The edge job's jar, built or not. */
  public Path edgeJobJar() {
    return home.resolve(Path.of("edge-job", "target", "lepcnn-edge-job.jar"));
  }

  /**
   * Where oneDNN's native libraries are extracted once, for the property {@code
   * org.bytedeco.javacpp.cachedir}.
   */
  public Path javacppLibraries() {
    return home.resolve(Path.of("deployments", "flink-dist", "target", "natives", "javacpp"));
  }

  /**
   * ONNX Runtime's native libraries for this platform, for the property {@code
   * onnxruntime.native.path}; the folder is absent on a platform without them.
   */
  public Path nativeLibraries() {
    String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    String arch = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
    String platform =
        (os.contains("mac") ? "osx" : "linux") + (arch.equals("aarch64") ? "-aarch64" : "-x64");
    return home.resolve(
            Path.of(
                "deployments", "flink-dist", "target", "natives", "ai", "onnxruntime", "native"))
        .resolve(platform);
  }

  private static Path jars(Path folder) {
    try (Stream<Path> files = Files.exists(folder) ? Files.list(folder) : Stream.empty()) {
      if (files.anyMatch(file -> file.toString().endsWith(".jar"))) {
        return folder;
      }
    } catch (IOException e) {
      throw EnvironmentException.about("Reading " + folder).found(e);
    }
    throw EnvironmentException.about("Looking for what was built")
        .expected("jars in " + folder)
        .found("none", "Build the repository: ./mvnw -q -DskipTests package");
  }
}
