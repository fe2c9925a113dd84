/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.bench.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.lepcnn.json.Json;

/**
 * What a benchmark found. Headline figures first, ratios before the rest, then one table or
 * several, then notes on how it was measured.
 */
public final class BenchResult implements WrittenResult {
  private final String benchmark;
  private final String model;
  private final Machine machine;
  private final List<Figure> figures = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private final BenchTable rows;
  private final List<BenchTable> tables = new ArrayList<>();
  private BarChart chart;

  /**
   * @param benchmark its name on the command line
   * @param columns of the first table; the first names the row
   */
  public BenchResult(String benchmark, String model, Machine machine, List<String> columns) {
    this.benchmark = benchmark;
    this.model = model;
    this.machine = machine;
    this.rows = new BenchTable("rows", columns);
    tables.add(rows);
  }

  public BenchResult figure(Figure figure) {
    figures.add(figure);
    return this;
  }

  public BenchResult note(String text) {
    notes.add(text);
    return this;
  }

  /** A row of the first table, see {@link BenchTable#row}. */
  public BenchResult row(Object... cells) {
    rows.row(cells);
    return this;
  }

  /** Adds a table after those that are there. */
  public BenchResult table(BenchTable table) {
    tables.add(table);
    return this;
  }

  public BenchResult chart(BarChart bars) {
    chart = bars;
    return this;
  }

  public List<Figure> figures() {
    return List.copyOf(figures);
  }

  @Override
  public String text() {
    StringBuilder text = new StringBuilder();
    text.append("bench ").append(benchmark).append(", ").append(model).append('\n');
    text.append(machine.text()).append("\n\n");
    for (Figure figure : figures) {
      text.append(String.format(Locale.ROOT, "%12s %-7s", number(figure.value()), figure.unit()));
      text.append(' ').append(figure.name()).append('\n');
    }
    tables.forEach(table -> text.append('\n').append(table.text()));
    text.append('\n');
    notes.forEach(note -> text.append("- ").append(note).append('\n'));
    return text.toString();
  }

  /** For programs: every table stands under its key, and its rows under its columns' names. */
  @Override
  public String json() {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("benchmark", benchmark);
    members.put("model", model);
    members.put("machine", machine);
    members.put("figures", figures);
    tables.forEach(table -> members.put(table.key(), table.values()));
    members.put("notes", notes);
    return Json.write(members);
  }

  /** {@code <benchmark>-<model>}. */
  @Override
  public String fileName() {
    return benchmark + "-" + model;
  }

  @Override
  public BarChart chart() {
    return chart;
  }

  static String number(double value) {
    double magnitude = Math.abs(value);
    if (value == Math.rint(value) && magnitude < 1e15) {
      return String.format(Locale.ROOT, "%,d", (long) value);
    }
    int digits = magnitude >= 100 ? 1 : magnitude >= 10 ? 2 : 3;
    return String.format(Locale.ROOT, "%,." + digits + "f", value);
  }
}
