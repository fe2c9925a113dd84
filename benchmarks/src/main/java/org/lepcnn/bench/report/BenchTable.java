/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.bench.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Rows under named columns. */
public final class BenchTable {
  private final String key;
  private final List<String> columns;
  private final List<List<Object>> rows = new ArrayList<>();

  /**
   * @param key of the rows in the JSON object
   * @param columns the first names the row
   */
  public BenchTable(String key, List<String> columns) {
    this.key = key;
    this.columns = List.copyOf(columns);
  }

  /** A row: strings, whole numbers or doubles, as many as there are columns. */
  public BenchTable row(Object... cells) {
    if (cells.length != columns.size()) {
      throw new IllegalArgumentException(
          "Expected " + columns.size() + " cells; found " + cells.length + ".");
    }
    rows.add(List.of(cells));
    return this;
  }

  String text() {
    return TextTable.of(columns, rows);
  }

  String key() {
    return key;
  }

  /** The rows, each by its columns' names. */
  List<Map<String, Object>> values() {
    return rows.stream().map(this::byColumn).toList();
  }

  private Map<String, Object> byColumn(List<Object> row) {
    Map<String, Object> cells = new LinkedHashMap<>();
    for (int i = 0; i < row.size(); i++) {
      cells.put(columns.get(i), row.get(i));
    }
    return cells;
  }
}
