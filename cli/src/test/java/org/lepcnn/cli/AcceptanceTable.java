/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The one table that acceptance prints, in sections. Thread-safe. */
final class AcceptanceTable {
  private static final int FIRST_WIDTH = 46;
  private static final int WIDTH = 12;

  private final List<String> lines = new ArrayList<>();

  synchronized boolean isEmpty() {
    return lines.isEmpty();
  }

  synchronized String text() {
    return String.join("\n", lines) + "\n";
  }

  /** Begins a section. */
  synchronized void title(Object... cells) {
    line("");
    row(cells);
  }

  synchronized void row(Object... cells) {
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < cells.length; i++) {
      String text = String.valueOf(cells[i]);
      int width = i == 0 ? FIRST_WIDTH : WIDTH;
      texts.add(
          i == cells.length - 1 ? text : String.format(Locale.ROOT, "%-" + width + "s", text));
    }
    line(String.join(" | ", texts));
  }

  synchronized void line(String text) {
    lines.add(text);
  }

  static String percent(double share) {
    return String.format(Locale.ROOT, "%.2f %%", 100 * share);
  }

  static String number(double value) {
    return String.format(Locale.ROOT, "%.2f", value);
  }
}
