/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli.report;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.lepcnn.core.text.BuildVersion;
import org.lepcnn.gateway.page.PageStyle;

/**
 * What {@code report.mustache} shows, as texts.
 *
 * @param policy what a browser may do with the page
 * @param stats what counts, in figures
 * @param counts what the inputs and what the edge saw hold; null when nobody looked
 * @param labelled whether the right answers are known
 * @param details the first inferences, one by one
 * @param more how many further ones the table alone has; empty for none
 */
record ReportPage(
    String title,
    String policy,
    String style,
    String version,
    List<Stat> stats,
    List<HtmlReport.Fact> facts,
    Counts counts,
    boolean labelled,
    List<ReportDetail> answers,
    List<ReportDetail> details,
    String more) {
  /** More than so many pictures make a page that browsers are slow to show. */
  static final int MOST_DETAILS = 200;

  /** A figure with its unit or explanation. */
  record Stat(String name, String value, String note) {}

  /** The numbers of all inputs beside the residues that the edge saw of them. */
  record Counts(HistogramView inputs, HistogramView edge) {}

  static ReportPage of(
      String title, List<HtmlReport.Fact> facts, List<InferenceReport> inferences) {
    String style = PageStyle.sheet() + Template.resource("report.css");
    List<ReportDetail> answers = new ArrayList<>();
    for (InferenceReport inference : inferences) {
      answers.add(ReportDetail.of(answers.size(), inference, answers.size() < MOST_DETAILS));
    }
    int further = inferences.size() - MOST_DETAILS;
    return new ReportPage(
        title,
        Template.policy(style),
        style,
        BuildVersion.get(),
        stats(inferences),
        facts,
        counts(inferences),
        inferences.stream().anyMatch(each -> each.label() >= 0),
        answers,
        answers.stream().filter(ReportDetail::shown).toList(),
        further > 0 ? Figures.grouped(further) : "");
  }

  private static List<Stat> stats(List<InferenceReport> all) {
    List<Stat> stats = new ArrayList<>();
    stats.add(new Stat("Answers", Figures.grouped(all.size()), right(all)));
    if (all.isEmpty()) {
      return stats;
    }
    double[] times = all.stream().mapToDouble(each -> each.phases().total()).sorted().toArray();
    stats.add(
        new Stat(
            "Median of a pass",
            Figures.number(times[times.length / 2]) + " ms",
            "in " + all.get(0).rounds() + " rounds"));
    long passes = all.stream().mapToLong(InferenceReport::pass).distinct().count();
    long tables = perPass(all).mapToLong(each -> each.trace().tableBytes()).sum();
    stats.add(
        new Stat("Passes used up", Figures.grouped(passes), Figures.bytes(tables) + " of tables"));
    stats.add(
        new Stat(
            "Checks passed",
            Figures.grouped(perPass(all).mapToLong(each -> each.trace().checks()).sum()),
            "of the edge’s results, none failed"));
    InferenceReport one = all.get(0);
    stats.add(
        new Stat(
            "Sent in a pass",
            Figures.bytes(one.bytesUp()),
            Figures.bytes(one.bytesDown()) + " came back"));
    return stats;
  }

  private static String right(List<InferenceReport> all) {
    long labelled = all.stream().filter(each -> each.label() >= 0).count();
    long right = all.stream().filter(InferenceReport::right).count();
    return labelled == 0 ? "without labels" : right + " of " + labelled + " right";
  }

  /** One inference of each pass: several inputs may share one. */
  private static Stream<InferenceReport> perPass(List<InferenceReport> all) {
    Set<Long> passes = new HashSet<>();
    return all.stream().filter(each -> each.trace() != null && passes.add(each.pass()));
  }

  private static Counts counts(List<InferenceReport> all) {
    List<Histogram> inputs =
        all.stream().map(InferenceReport::values).filter(Objects::nonNull).toList();
    List<Histogram> seen =
        perPass(all)
            .map(each -> each.trace().edge())
            .filter(Objects::nonNull)
            .map(PassTrace.EdgeView::histogram)
            .toList();
    return inputs.isEmpty() || seen.isEmpty()
        ? null
        : new Counts(
            HistogramView.of(Histogram.merged(inputs)), HistogramView.of(Histogram.merged(seen)));
  }
}
