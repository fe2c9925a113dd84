/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli.report;

import java.util.List;
import java.util.Locale;

/** Outcomes as a table for a terminal. */
public final class OutcomeTable {
  private OutcomeTable() {}

  public static String render(List<Outcome> outcomes) {
    int width =
        Math.max(7, outcomes.stream().mapToInt(outcome -> outcome.name().length()).max().orElse(0));
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "%-" + width + "s  %6s %5s %10s %6s %8s %8s  %7s %6s %7s %6s %6s %7s%n",
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
            "total ms"));
    for (Outcome o : outcomes) {
      Outcome.Phases p = o.phases();
      text.append(
          String.format(
              Locale.ROOT,
              "%-" + width + "s  %6s %5s %10s %6d %8d %8d  %7.2f %6.2f %7.2f %6.2f %6.2f %7.2f%n",
              o.name(),
              o.answer() < 0 ? "-" : o.answer(),
              o.label() < 0 ? "" : (o.right() ? "" : "!") + o.label(),
              Double.isNaN(o.confidence())
                  ? "-"
                  : String.format(Locale.ROOT, "%.4f", o.confidence()),
              o.rounds(),
              o.bytesUp(),
              o.bytesDown(),
              p.stages(),
              p.mask(),
              p.edge(),
              p.check(),
              p.unmask(),
              p.total()));
    }
    return text.toString();
  }
}
