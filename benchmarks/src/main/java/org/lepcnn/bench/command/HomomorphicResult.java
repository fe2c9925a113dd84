/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.bench.command;

import java.util.ArrayList;
import java.util.List;
import org.lepcnn.bench.report.BarChart;
import org.lepcnn.bench.report.WrittenResult;
import org.lepcnn.json.Json;

/**
 * What the benchmark under homomorphic encryption found.
 *
 * @param json one object, specified in the README of {@code benchmarks/he}
 * @param text the same for people
 */
record HomomorphicResult(String json, String text) implements WrittenResult {
  @Override
  public String fileName() {
    return "he";
  }

  @Override
  public BarChart chart() {
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
