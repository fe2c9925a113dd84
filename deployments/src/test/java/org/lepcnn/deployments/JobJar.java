/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.deployments;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

/** Compiles a job of the test resources against the cluster's own jars. */
final class JobJar {
  private JobJar() {}

  static Path of(String mainClass, LocalLayout layout, Path folder) throws IOException {
    Path source = folder.resolve(mainClass + ".java");
    try (InputStream text = JobJar.class.getResourceAsStream("/jobs/" + mainClass + ".java")) {
      Files.copy(text, source);
    }
    Path classes = Files.createDirectory(folder.resolve("classes"));
    String classPath;
    try (Stream<Path> jars = Files.list(layout.flinkLib())) {
      classPath = String.join(":", jars.map(Path::toString).toList());
    }
    List<String> arguments =
        List.of("-proc:none", "-cp", classPath, "-d", classes.toString(), source.toString());
    int status =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, arguments.toArray(String[]::new));
    assertThat(status).as("javac %s", source).isZero();
    return pack(mainClass, classes, folder.resolve(mainClass + ".jar"));
  }

  private static Path pack(String mainClass, Path classes, Path jar) throws IOException {
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, mainClass);
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream out = new JarOutputStream(file, manifest);
        Stream<Path> entries = Files.list(classes)) {
      entries.forEach(entry -> add(out, entry));
    }
    return jar;
  }

  private static void add(JarOutputStream out, Path file) {
    try {
      out.putNextEntry(new JarEntry(file.getFileName().toString()));
      Files.copy(file, out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
