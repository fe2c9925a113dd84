/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.edge;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Test;

/**
 * What is handed to a platform team: the job jar names itself and the licences of what it holds.
 */
class JobJarIT {
  private static final Path JAR = Path.of("target", "lepcnn-edge-job.jar");

  @Test
  void manifest_namesTheVersionAndTheMainClass() throws IOException {
    try (JarFile jar = new JarFile(JAR.toFile())) {
      Attributes manifest = jar.getManifest().getMainAttributes();
      assertThat(manifest.getValue("Implementation-Version")).matches("\\d+\\.\\d+\\.\\d+.*");
      assertThat(manifest.getValue(Attributes.Name.MAIN_CLASS)).isEqualTo(EdgeJob.class.getName());
    }
  }

  @Test
  void everythingBundled_isListedWithItsLicense() throws IOException {
    try (JarFile jar = new JarFile(JAR.toFile())) {
      String listed = text(jar, "META-INF/THIRD-PARTY");
      List<String> bundled =
          jar.stream().filter(JobJarIT::isPomProperties).map(entry -> name(jar, entry)).toList();
      assertThat(bundled).hasSizeGreaterThan(5);
      assertThat(bundled)
          .filteredOn(name -> !name.startsWith("org.lepcnn:"))
          .allSatisfy(name -> assertThat(listed).contains(name));
      assertThat(listed).doesNotContain("onnxruntime").doesNotContain("bytedeco");
    }
  }

  @Test
  void licensesAndNotices_areInside() throws IOException {
    try (JarFile jar = new JarFile(JAR.toFile())) {
      assertThat(text(jar, "META-INF/LICENSE")).contains("Apache License", "Version 2.0");
      assertThat(text(jar, "META-INF/NOTICE"))
          .contains("lepcnn", "Apache Avro", "Jackson JSON processor");
      assertThat(text(jar, "META-INF/licenses/zstd")).contains("zstd-jni", "Redistribution");
    }
  }

  private static boolean isPomProperties(JarEntry entry) {
    return entry.getName().startsWith("META-INF/maven/")
        && entry.getName().endsWith("/pom.properties");
  }

  private static String name(JarFile jar, JarEntry entry) {
    Properties properties = new Properties();
    try (InputStream in = jar.getInputStream(entry)) {
      properties.load(in);
    } catch (IOException e) {
      throw new IllegalStateException(entry.getName(), e);
    }
    return properties.getProperty("groupId") + ":" + properties.getProperty("artifactId");
  }

  private static String text(JarFile jar, String name) throws IOException {
    JarEntry entry = jar.getJarEntry(name);
    assertThat(entry).as(name).isNotNull();
    try (InputStream in = jar.getInputStream(entry)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
