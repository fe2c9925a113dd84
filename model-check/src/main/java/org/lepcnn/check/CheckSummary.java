/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;

/**
 * All lines of a check.
 *
 * @param tolerance what counts as agreement
 */
public record CheckSummary(List<CheckLine> lines, Tolerance tolerance) {
  private static final int LINES_SHOWN = 20;

  public CheckSummary {
    lines = List.copyOf(lines);
  }

  public boolean allExact() {
    return lines.stream().allMatch(CheckLine::exact);
  }

  public boolean allIntegrityOk() {
    return lines.stream().allMatch(CheckLine::integrityOk);
  }

  /** Whether all that was compared agrees. */
  public boolean allAgree() {
    return !lines.isEmpty() && lines.stream().allMatch(line -> line.agrees(tolerance));
  }

  double maxAbsError() {
    return lines.stream()
        .map(line -> line.withFloat().worstReal())
        .mapToDouble(real -> real == null ? 0 : real.maxError())
        .max()
        .orElse(0);
  }

  double maxRelativeError() {
    return lines.stream().mapToDouble(CheckLine::relativeError).max().orElse(0);
  }

  /** The share of inputs with the same answer, of those that have one; NaN when none has. */
  double top1Agreement() {
    List<CheckLine> answered = lines.stream().filter(CheckLine::hasTop1).toList();
    return answered.isEmpty() ? Double.NaN : share(answered, CheckLine::top1Agrees);
  }

  public double accuracyPrivate() {
    return share(lines, line -> line.topPrivate().label() == line.label());
  }

  public double accuracyFloat() {
    return share(lines, line -> line.topFloat().label() == line.label());
  }

  public String text() {
    StringBuilder text = new StringBuilder();
    for (CheckLine line : lines.subList(0, Math.min(lines.size(), LINES_SHOWN))) {
      text.append(line.text(tolerance));
    }
    text.append(
        String.format(
            Locale.ROOT,
            "%d inputs: %s, %s; %s",
            lines.size(),
            allExact()
                ? "all equal the plain integer network bit for bit"
                : "NOT all equal the plain integer network",
            allIntegrityOk()
                ? "every result passed the integrity check"
                : "results FAILED the integrity check",
            agreement()));
    if (!Double.isNaN(top1Agreement())) {
      text.append(
          String.format(
              Locale.ROOT, "; the same answer as float on %.2f %%", 100 * top1Agreement()));
    }
    if (lines.stream().anyMatch(line -> line.label() >= 0)) {
      text.append(accuracy());
    }
    return text.append('.').toString();
  }

  private String accuracy() {
    return lines.stream().noneMatch(CheckLine::hasLabel)
        ? "; no output names an answer to hold against the labels"
        : String.format(
            Locale.ROOT,
            "; accuracy %.2f %% private, %.2f %% float",
            100 * accuracyPrivate(),
            100 * accuracyFloat());
  }

  /** The same for programs. */
  public Told told() {
    return new Told(
        lines.stream().map(line -> line.told(tolerance)).toList(),
        allExact(),
        allIntegrityOk(),
        tolerance.real(),
        allAgree(),
        maxAbsError(),
        maxRelativeError(),
        top1Agreement());
  }

  /** What is told of all inputs; top1Agreement is NaN when there are no answers to compare. */
  public record Told(
      List<CheckLine.Told> dataSets,
      boolean exact,
      boolean integrityOk,
      double tolerance,
      boolean agrees,
      double maxAbsError,
      double maxRelativeError,
      double top1Agreement) {}

  private String agreement() {
    long off = lines.stream().filter(line -> !line.withFloat().agrees(tolerance)).count();
    long stored =
        lines.stream()
            .filter(line -> !line.withStored().isEmpty() && !line.withStored().agrees(tolerance))
            .count();
    return (off == 0 ? agreed() : off + " DISAGREE with float" + bound(" by more than "))
        + (stored == 0 ? "" : ", " + stored + " with the stored outputs");
  }

  /** What was compared with float, and agrees. */
  private String agreed() {
    List<String> parts = new ArrayList<>();
    String real = bound("every output within ");
    if (!real.isEmpty()) {
      parts.add(real + " of float");
    }
    for (ElementKind kind : ElementKind.values()) {
      if (kind.isSameOrNot()
          && lines.stream().anyMatch(line -> line.withFloat().elements(kind) > 0)) {
        parts.add(
            tolerance.whole() == 0
                ? "every " + kind.singular() + " the same as in float"
                : "at most "
                    + tolerance.whole()
                    + " of the "
                    + kind.plural()
                    + " other than in float");
      }
    }
    return parts.isEmpty()
        ? "nothing was compared with float, since the outputs are empty"
        : String.join(", ", parts);
  }

  /** The bound of floating-point numbers; empty where no output holds any. */
  private String bound(String before) {
    boolean real = lines.stream().anyMatch(line -> line.withFloat().worstReal() != null);
    return real ? before + tolerance.real() : "";
  }

  private static double share(List<CheckLine> lines, Predicate<CheckLine> predicate) {
    return lines.isEmpty() ? 0 : lines.stream().filter(predicate).count() / (double) lines.size();
  }
}
