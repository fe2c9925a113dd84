/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli.report;

import java.util.List;
import java.util.Locale;

/** Inferences as a table for a terminal. */
public final class InferenceTable {
  private static final int SHORTEST_NAME = "picture".length();

  private InferenceTable() {}

  public static String render(List<InferenceReport> inferences) {
    int width =
        inferences.stream().mapToInt(inference -> inference.name().length()).max().orElse(0);
    StringBuilder text = new StringBuilder(header(width)).append(System.lineSeparator());
    inferences.forEach(
        inference -> text.append(row(width, inference)).append(System.lineSeparator()));
    return text.toString();
  }

  /**
   * The line above the rows.
   *
   * @param width of the longest name
   */
  public static String header(int width) {
    return String.format(
        Locale.ROOT,
        name(width) + "  %6s %5s %10s %6s %8s %8s  %7s %6s %7s %6s %6s %7s",
        "picture",
        "answer",
        "label",
        "confidence",
        "rounds",
        "bytes up",
        "down",
        "stages",
        "mask",
        "edge",
        "check",
        "unmask",
        "total ms");
  }

  /** One inference, and its best classes below; {@code width} as in {@link #header}. */
  public static String row(int width, InferenceReport o) {
    StringBuilder text = new StringBuilder(line(width, o));
    for (String line : o.bestLines()) {
      text.append(System.lineSeparator()).append("    ").append(line);
    }
    return text.toString();
  }

  private static String line(int width, InferenceReport o) {
    InferenceReport.Phases p = o.phases();
    return String.format(
        Locale.ROOT,
        name(width) + "  %6s %5s %10s %6d %8d %8d  %7.2f %6.2f %7.2f %6.2f %6.2f %7.2f",
        o.name(),
        o.shownAnswer(),
        o.label() < 0 ? "" : (o.right() ? "" : "!") + o.label(),
        Double.isNaN(o.confidence()) ? "-" : String.format(Locale.ROOT, "%.4f", o.confidence()),
        o.rounds(),
        o.bytesUp(),
        o.bytesDown(),
        p.stages(),
        p.mask(),
        p.edge(),
        p.check(),
        p.unmask(),
        p.total());
  }

  private static String name(int width) {
    return "%-" + Math.max(SHORTEST_NAME, width) + "s";
  }
}
