/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.bench.report;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;

/** Bars side by side: one group per category, one colour per series. Needs no display. */
public final class BarChart {
  private static final int WIDTH = 1200;
  private static final int HEIGHT = 600;
  private static final int LABEL_DEGREES = 45;

  private final String title;
  private final String unit;
  private final List<String> categories;
  private final Map<String, List<Double>> series = new LinkedHashMap<>();
  private boolean logarithmic;

  public BarChart(String title, String unit, List<String> categories) {
    this.title = title;
    this.unit = unit;
    this.categories = List.copyOf(categories);
  }

  /** Adds a series with one value per category; what is not finite is drawn as 0. */
  public BarChart series(String name, List<Double> values) {
    series.put(name, values.stream().map(v -> Double.isFinite(v) ? v : 0).toList());
    return this;
  }

  /** Draws the values on a logarithmic axis; all must be positive. */
  public BarChart logarithmic() {
    logarithmic = true;
    return this;
  }

  /** Writes a PNG file, unless there are no categories. */
  public void write(Path file) throws IOException {
    if (categories.isEmpty()) {
      return;
    }
    CategoryChart chart =
        new CategoryChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(title)
            .yAxisTitle(unit)
            .build();
    chart.getStyler().setXAxisLabelRotation(LABEL_DEGREES);
    if (logarithmic) {
      chart.getStyler().setYAxisLogarithmic(true).setYAxisMin(floor());
    }
    series.forEach((name, values) -> chart.addSeries(name, categories, new ArrayList<>(values)));
    ImageIO.write(BitmapEncoder.getBufferedImage(chart), "PNG", file.toFile());
  }

  /** The power of ten below the smallest value, where logarithmic bars begin. */
  private double floor() {
    double least =
        series.values().stream()
            .flatMap(List::stream)
            .mapToDouble(Double::doubleValue)
            .min()
            .orElse(1);
    return Math.pow(10, Math.ceil(Math.log10(least)) - 1);
  }
}
