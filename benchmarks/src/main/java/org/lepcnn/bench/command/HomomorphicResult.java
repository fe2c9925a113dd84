/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.bench.command;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.lepcnn.bench.report.BarChart;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.json.Json;

/**
 * What the benchmark under homomorphic encryption found.
 *
 * @param json one object, specified in the README of {@code benchmarks/he}
 * @param report the same for people
 */
record HomomorphicResult(String json, String report) {
  private static final String NAME = "he";

  /**
   * Writes {@code he.json}, {@code he.txt} and {@code he.png}.
   *
   * @param folder made if absent
   */
  void write(Path folder) {
    try {
      Files.createDirectories(folder);
      Files.writeString(folder.resolve(NAME + ".json"), json, StandardCharsets.UTF_8);
      Files.writeString(folder.resolve(NAME + ".txt"), report, StandardCharsets.UTF_8);
      chart().write(folder.resolve(NAME + ".png"));
    } catch (IOException e) {
      throw EnvironmentException.about("Writing the results of a benchmark")
          .expected("a writable folder " + folder)
          .found(e);
    }
  }

  private BarChart chart() {
    Json chart = Json.parse(json).at("chart");
    List<String> labels = new ArrayList<>();
    List<Double> seconds = new ArrayList<>();
    for (Json bar : chart.at("bars").items()) {
      labels.add(bar.at("label").asText());
      seconds.add(bar.at("seconds").asDouble());
    }
    return new BarChart(chart.at("title").asText(), "seconds, logarithmic", labels)
        .series("seconds", seconds)
        .logarithmic();
  }
}
