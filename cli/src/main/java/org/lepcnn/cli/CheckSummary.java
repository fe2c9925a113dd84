/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;

/** All lines of a check. */
record CheckSummary(List<CheckLine> lines) {
  private static final int LINES_SHOWN = 20;

  CheckSummary {
    lines = List.copyOf(lines);
  }

  boolean allExact() {
    return lines.stream().allMatch(CheckLine::exact);
  }

  boolean allIntegrityOk() {
    return lines.stream().allMatch(CheckLine::integrityOk);
  }

  double maxAbsError() {
    return lines.stream().mapToDouble(CheckLine::maxAbsError).max().orElse(0);
  }

  double maxRelativeError() {
    return lines.stream().mapToDouble(CheckLine::relativeError).max().orElse(0);
  }

  double top1Agreement() {
    return share(CheckLine::top1Agrees);
  }

  double accuracyPrivate() {
    return share(line -> line.top1Private() == line.label());
  }

  double accuracyFloat() {
    return share(line -> line.top1Float() == line.label());
  }

  String text() {
    StringBuilder text = new StringBuilder();
    for (CheckLine line : lines.subList(0, Math.min(lines.size(), LINES_SHOWN))) {
      text.append(
          String.format(
              Locale.ROOT,
              "%-20s exact %-5s integrity %-6s error against float %.3g of %.3g (%.2g), top-1 %s%n",
              line.name(),
              line.exact(),
              line.integrityOk() ? "ok" : "FAILED",
              line.maxAbsError(),
              line.maxAbsFloat(),
              line.relativeError(),
              line.top1Agrees() ? "agrees" : "differs"));
    }
    text.append(
        String.format(
            Locale.ROOT,
            "%d inputs: %s, %s; the same answer as float on %.2f %%",
            lines.size(),
            allExact()
                ? "all equal the plain integer network bit for bit"
                : "NOT all equal the plain integer network",
            allIntegrityOk()
                ? "every result passed the integrity check"
                : "results FAILED the integrity check",
            100 * top1Agreement()));
    if (lines.stream().anyMatch(line -> line.label() >= 0)) {
      text.append(
          String.format(
              Locale.ROOT,
              "; accuracy %.2f %% private, %.2f %% float",
              100 * accuracyPrivate(),
              100 * accuracyFloat()));
    }
    return text.append('.').toString();
  }

  private double share(Predicate<CheckLine> predicate) {
    return lines.isEmpty() ? 0 : lines.stream().filter(predicate).count() / (double) lines.size();
  }
}
