/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.deployments;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarFile;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.process.RunningJvm;

/**
 * What the class path of a running JVM holds. It answers one question: can this process reach the
 * code that handles secrets?
 */
public final class ProcessClassPath {
  private static final String SECRETS = "org/lepcnn/device/";

  private ProcessClassPath() {}

  /**
   * The entries of the class path, wildcards expanded.
   *
   * @throws EnvironmentException when there is no such JVM
   */
  public static List<Path> of(long pid) {
    return RunningJvm.classPath(pid).stream().map(Path::of).toList();
  }

  /** The entries that hold classes of {@code org.lepcnn.device}. */
  public static List<Path> entriesWithSecretCode(List<Path> classPath) {
    return classPath.stream().filter(ProcessClassPath::holdsSecretCode).toList();
  }

  /** Whether a jar or folder holds classes of {@code org.lepcnn.device}. */
  public static boolean holdsSecretCode(Path entry) {
    if (Files.isDirectory(entry)) {
      return Files.exists(entry.resolve(SECRETS));
    }
    if (!Files.isRegularFile(entry)) {
      return false;
    }
    try (JarFile jar = new JarFile(entry.toFile())) {
      return jar.stream()
          .anyMatch(
              file -> file.getName().startsWith(SECRETS) && file.getName().endsWith(".class"));
    } catch (IOException e) {
      throw EnvironmentException.about("Reading " + entry + " of a class path").found(e);
    }
  }
}
