/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.precompute;

import java.io.PrintStream;
import java.util.Locale;

/**
 * Writes progress as one line of text that is overwritten on a terminal, and as a new line at most
 * every {@value #PLAIN_SECONDS} seconds elsewhere.
 */
public final class ProgressLine implements ProgressListener {
  /**
   * The system property that is {@code true} when standard error is a terminal, which the launcher
   * knows and Java does not: {@link System#console} looks at standard input and output.
   */
  public static final String TERMINAL_PROPERTY = "lepcnn.terminal";

  private static final int PLAIN_SECONDS = 10;
  private static final double MEGA = 1e6;

  private final PrintStream out;
  private final boolean terminal;
  private double nextPlain;

  /**
   * @param out usually {@link System#err}
   * @param terminal whether a carriage return goes back to the start of the line there
   */
  public ProgressLine(PrintStream out, boolean terminal) {
    this.out = out;
    this.terminal = terminal;
  }

  /** On standard error, overwriting when that is a terminal. */
  public static ProgressLine onStandardError() {
    return new ProgressLine(System.err, Boolean.getBoolean(TERMINAL_PROPERTY));
  }

  @Override
  public void update(Progress progress) {
    boolean done = progress.filesDone() == progress.filesTotal();
    if (terminal) {
      out.print("\r" + format(progress) + "   " + (done ? System.lineSeparator() : ""));
      out.flush();
    } else if (done || progress.seconds() >= nextPlain) {
      out.println(format(progress));
      nextPlain = progress.seconds() + PLAIN_SECONDS;
    }
  }

  static String format(Progress p) {
    double rate = p.seconds() > 0 ? p.passesDone() / p.seconds() : 0;
    String left =
        rate > 0 && p.passesDone() < p.passesTotal()
            ? String.format(Locale.ROOT, ", %.0f s left", (p.passesTotal() - p.passesDone()) / rate)
            : "";
    return String.format(
        Locale.ROOT,
        "tables: %d of %d passes, %d of %d files, %.1f MB, %.1f passes/s%s",
        p.passesDone(),
        p.passesTotal(),
        p.filesDone(),
        p.filesTotal(),
        p.bytes() / MEGA,
        rate,
        left);
  }
}
