/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.bench.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.lepcnn.core.onnxruntime.QuietOnnxRuntime;

/**
 * Where a benchmark ran.
 *
 * @param processor the model's name, as the operating system tells it
 * @param cores that the JVM may use
 * @param kernel the name of the kernel that computed masked layers
 */
public record Machine(
    String processor, int cores, String os, String jvm, String onnxRuntime, String kernel) {
  private static final Path CPU_INFO = Path.of("/proc/cpuinfo");

  /** This machine. */
  public static Machine here(String kernel) {
    return new Machine(
        processorName(),
        Runtime.getRuntime().availableProcessors(),
        property("os.name") + " " + property("os.version") + " " + property("os.arch"),
        property("java.vm.name") + " " + property("java.runtime.version"),
        QuietOnnxRuntime.environment().getVersion(),
        kernel);
  }

  /** One line for people. */
  public String text() {
    return "%s, %d cores; %s; %s; ONNX Runtime %s; kernel %s"
        .formatted(processor, cores, os, jvm, onnxRuntime, kernel);
  }

  /** The marketing name and, since that may be vague, the numbers that identify the model. */
  private static String processorName() {
    try {
      List<String> lines = Files.exists(CPU_INFO) ? Files.readAllLines(CPU_INFO) : List.of();
      String name = field(lines, "model name");
      String family = field(lines, "cpu family");
      String model = field(lines, "model\t");
      return name.isEmpty()
          ? property("os.arch") + " processor"
          : "%s (family %s, model %s)".formatted(name, family, model);
    } catch (IOException e) {
      return property("os.arch") + " processor";
    }
  }

  private static String field(List<String> lines, String key) {
    return lines.stream()
        .filter(line -> line.startsWith(key))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst()
        .orElse("");
  }

  private static String property(String name) {
    return System.getProperty(name, "?");
  }
}
