/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.deployments;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.process.ProcessSpec;

/**
 * Where a built checkout of this repository, or an unpacked release, keeps what local processes are
 * started from. A release holds the class paths of its programs as lists of jars in {@code lib}.
 *
 * @param home the root folder
 */
public record LocalLayout(Path home) {
  /** Names the root folder; without it the folder is searched from this class upwards. */
  public static final String HOME_PROPERTY = "lepcnn.home";

  /** The same as an environment variable. */
  public static final String HOME_VARIABLE = "LEPCNN_HOME";

  private static final Path RELEASED = Path.of("lib", "cli.jars");
  private static final Path SCRIPT = Path.of("deployments", "local", "cluster");

  public LocalLayout {
    Objects.requireNonNull(home, "home");
  }

  /**
   * Finds the repository or the release: the property {@value #HOME_PROPERTY}, the variable {@value
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
    LocalLayout layout = new LocalLayout(home);
    if (!layout.isRelease() && !Files.exists(home.resolve(SCRIPT))) {
      throw EnvironmentException.about(HOME_VARIABLE)
          .expected("the root folder of the repository or of a release")
          .found(home + ", which has neither " + SCRIPT + " nor " + RELEASED);
    }
    return layout;
  }

  private boolean isRelease() {
    return Files.exists(home.resolve(RELEASED));
  }

  /** The script that starts and stops a cluster; in the repository alone. */
  public Path clusterScript() {
    Path script = home.resolve(SCRIPT);
    if (isRelease()) {
      throw EnvironmentException.about("Looking for the scripts of a local Flink cluster")
          .expected("a checkout of the repository")
          .found("a release at " + home, "Run the command in a checkout.");
    }
    return script;
  }

  /** The settings that scripts and this package share. */
  public Path conf() {
    return isRelease() ? home.resolve("conf") : home.resolve(Path.of("deployments/local/conf"));
  }

  /** The class path of the broker; built. */
  public List<String> brokerClassPath() {
    return isRelease()
        ? listed("broker")
        : List.of(jars(home.resolve("deployments/kafka-dist/target/libs")).resolve("*").toString());
  }

  /** The folder of the jars of Flink's processes; built, in the repository alone. */
  public Path flinkLib() {
    return jars(home.resolve(Path.of("deployments", "flink-dist", "target", "lib")));
  }

  /** The class path of {@code lepcnn edge}; built. */
  public List<String> edgeClassPath() {
    return isRelease()
        ? listed("edge")
        : List.of(jars(home.resolve("edge-job/target/edge-libs")).resolve("*").toString());
  }

  /** The edge job's jar, built or not. */
  public Path edgeJobJar() {
    return home.resolve(
        isRelease() ? "lib/lepcnn-edge-job.jar" : "edge-job/target/lepcnn-edge-job.jar");
  }

  /** The model and the pictures of the demonstration. */
  public Path example() {
    return home.resolve(Path.of("examples", "meter-digits"));
  }

  /**
   * Where oneDNN's native libraries are extracted once, for the property {@code
   * org.bytedeco.javacpp.cachedir}.
   */
  public Path javacppLibraries() {
    return natives().resolve("javacpp");
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
    return (isRelease() ? natives() : natives().resolve("ai/onnxruntime/native")).resolve(platform);
  }

  private Path natives() {
    return home.resolve(isRelease() ? "lib/native" : "deployments/flink-dist/target/natives");
  }

  /** The jars of a program of a release, in the order of its class path. */
  private List<String> listed(String program) {
    Path lib = home.resolve("lib");
    Path list = lib.resolve(program + ".jars");
    try {
      return Files.readAllLines(list).stream().map(jar -> lib.resolve(jar).toString()).toList();
    } catch (IOException e) {
      throw EnvironmentException.about("Reading the class path " + list)
          .expected("an unpacked release")
          .found(e);
    }
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
