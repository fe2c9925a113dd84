/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.bench.report;

import java.util.ArrayList;
import java.util.List;

/** Columns as wide as their widest cell; numbers to the right. */
final class TextTable {
  private TextTable() {}

  static String of(List<String> columns, List<List<Object>> rows) {
    List<List<String>> lines = new ArrayList<>();
    lines.add(columns);
    rows.forEach(row -> lines.add(row.stream().map(TextTable::cell).toList()));
    int[] widths = new int[columns.size()];
    for (List<String> line : lines) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], line.get(i).length());
      }
    }
    StringBuilder text = new StringBuilder();
    for (List<String> line : lines) {
      StringBuilder out = new StringBuilder();
      for (int i = 0; i < widths.length; i++) {
        String padding = " ".repeat(widths[i] - line.get(i).length());
        out.append(i == 0 ? line.get(i) + padding : "  " + padding + line.get(i));
      }
      text.append(out.toString().stripTrailing()).append('\n');
    }
    return text.toString();
  }

  private static String cell(Object value) {
    return value instanceof Number number
        ? BenchResult.number(number.doubleValue())
        : value.toString();
  }
}
