/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * An inference in {@code report.mustache}.
 *
 * @param id the anchor of its details
 * @param shown whether it has details
 * @param open whether its rounds are shown without being asked for
 * @param verdict whether the answer is the label; empty without one
 * @param picture the input as a data URI; empty when it is no picture
 * @param values the input's numbers; null when nobody counted
 * @param seen what the edge saw; null when nothing was kept
 * @param timeline null when nothing was kept
 * @param best a line for each of the best classes; empty where nobody named them
 * @param facts what else is told, in order
 */
record ReportDetail(
    String id,
    boolean shown,
    boolean open,
    String name,
    String answer,
    String label,
    boolean wrong,
    String verdict,
    String confidence,
    String millis,
    String picture,
    HistogramView values,
    Seen seen,
    Timeline timeline,
    List<String> best,
    List<HtmlReport.Fact> facts) {
  private static final double WIDTH = 1_000;

  /** The first masked tensor. */
  record Seen(String picture, HistogramView histogram) {}

  /**
   * The rounds of a pass along its time.
   *
   * @param away where the pass was in the network and at the edge: bars in a box of 1,000
   * @param rounds one by one
   */
  record Timeline(
      List<Bar> away,
      String deviceMillis,
      String awayMillis,
      String totalMillis,
      List<RoundRow> rounds) {}

  /** A bar. */
  record Bar(String x, String width, String title) {}

  /** A round as a row of a table. */
  record RoundRow(
      int number, String sent, String away, String up, String down, int layers, int checks) {}

  /**
   * The texts of an inference.
   *
   * @param details false for the line in the table alone
   */
  static ReportDetail of(int number, InferenceReport o, boolean details) {
    PassTrace trace = details ? o.trace() : null;
    boolean wrong = o.label() >= 0 && !o.right();
    return new ReportDetail(
        "input-" + (number + 1),
        details,
        number == 0,
        o.name(),
        o.shownAnswer(),
        o.label() < 0 ? "" : Long.toString(o.label()),
        wrong,
        o.label() < 0 ? "" : wrong ? "wrong" : "right",
        Double.isNaN(o.confidence()) ? "–" : String.format(Locale.ROOT, "%.4f", o.confidence()),
        Figures.millis(o.phases().total()),
        details ? Drawing.picture(o.picture()) : "",
        details && o.values() != null ? HistogramView.of(o.values()) : null,
        trace == null || trace.edge() == null
            ? null
            : new Seen(Drawing.residues(trace.edge()), HistogramView.of(trace.edge().histogram())),
        trace == null ? null : timeline(trace, o.phases().total()),
        details ? o.bestLines() : List.of(),
        details ? facts(o) : List.of());
  }

  private static Timeline timeline(PassTrace trace, double total) {
    List<Bar> bars = new ArrayList<>();
    List<RoundRow> rows = new ArrayList<>();
    double away = 0;
    for (PassTrace.Round round : trace.rounds()) {
      away += round.away();
      double scale = WIDTH / Math.max(total, Double.MIN_NORMAL);
      String title =
          "round %d, %s ms away".formatted(rows.size() + 1, Figures.number(round.away()));
      bars.add(new Bar(place(round.sent() * scale), place(round.away() * scale), title));
      rows.add(
          new RoundRow(
              rows.size() + 1,
              Figures.millis(round.sent()),
              Figures.millis(round.away()),
              Figures.grouped(round.bytesUp()),
              Figures.grouped(round.bytesDown()),
              round.layers(),
              round.checks()));
    }
    return new Timeline(
        bars,
        Figures.number(Math.max(0, total - away)),
        Figures.number(away),
        Figures.number(total),
        rows);
  }

  private static String place(double value) {
    return String.format(Locale.ROOT, "%.1f", Math.min(WIDTH, value));
  }

  private static List<HtmlReport.Fact> facts(InferenceReport o) {
    List<HtmlReport.Fact> facts = new ArrayList<>();
    if (o.exact() != null) {
      facts.add(
          new HtmlReport.Fact("Plain integer network", o.exact() ? "the same bits" : "other bits"));
    }
    if (o.floatAnswer() >= 0) {
      facts.add(new HtmlReport.Fact("Float network", Integer.toString(o.floatAnswer())));
    }
    if (o.trace() != null) {
      facts.add(
          new HtmlReport.Fact(
              "Table", "pass " + o.pass() + ", " + Figures.bytes(o.trace().tableBytes())));
      facts.add(new HtmlReport.Fact("Checks", o.trace().checks() + " passed"));
    }
    facts.add(
        new HtmlReport.Fact(
            "Bytes",
            Figures.bytes(o.bytesUp()) + " up, " + Figures.bytes(o.bytesDown()) + " down"));
    InferenceReport.Phases p = o.phases();
    facts.add(
        new HtmlReport.Fact(
            "On the device",
            "stages %s ms, mask %s, check %s, unmask %s"
                .formatted(
                    Figures.number(p.stages()),
                    Figures.number(p.mask()),
                    Figures.number(p.check()),
                    Figures.number(p.unmask()))));
    return facts;
  }
}
