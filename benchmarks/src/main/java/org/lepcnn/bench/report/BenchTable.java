/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.bench.report;

import java.util.ArrayList;
import java.util.List;
import org.lepcnn.core.io.Json;

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

  /** Adds the rows to the result's object. */
  void addTo(Json.JsonObject result) {
    Json.JsonArray list = Json.array();
    rows.forEach(row -> list.add(json(row)));
    result.put(key, list);
  }

  private Json json(List<Object> row) {
    Json.JsonObject object = Json.object();
    for (int i = 0; i < columns.size(); i++) {
      Object cell = row.get(i);
      if (cell instanceof Double value) {
        object.put(columns.get(i), value);
      } else if (cell instanceof Number whole) {
        object.put(columns.get(i), whole.longValue());
      } else {
        object.put(columns.get(i), cell.toString());
      }
    }
    return object;
  }
}
