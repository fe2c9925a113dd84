/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli.report;

/**
 * A histogram as it is drawn.
 *
 * @param outline the path of an SVG
 * @param box its view box
 * @param low where its first interval begins, as a text
 * @param high where its last one ends, as a text
 * @param size how many numbers it counts, as a text
 */
record HistogramView(String outline, String box, String low, String high, String size) {
  static HistogramView of(Histogram histogram) {
    return new HistogramView(
        Drawing.outline(histogram),
        "0 0 " + histogram.counts().length + " " + Drawing.HISTOGRAM_HEIGHT,
        Figures.number(histogram.low()),
        Figures.number(histogram.high()),
        Figures.grouped(histogram.size()));
  }
}
