/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.text;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Makes text from outside fit for a terminal, a log and a message: what a terminal would obey or a
 * reader could not see is replaced by its number, such as {@code <U+001B>}, and the length is
 * bounded. Replaced are controls (ESC, carriage returns, line ends, C1), formats (bidirectional
 * overrides, zero width), line and paragraph separators, lone surrogates, private and unassigned
 * characters.
 */
public final class Printable {
  /** The most characters of a line. */
  public static final int MAX_LINE = 1_000;

  /** The most characters of a name that others chose. */
  public static final int MAX_NAME = 200;

  /** The most characters of an error's message. */
  public static final int MAX_MESSAGE = 8_000;

  /** Shorter lines than this do not say what was cut. */
  private static final int MIN_TOLD = 100;

  private Printable() {}

  /** A line of at most {@link #MAX_LINE} characters; null becomes "null". */
  public static String line(@Nullable String text) {
    return line(text, MAX_LINE);
  }

  /** A name of at most {@link #MAX_NAME} characters; null becomes "null". */
  public static String name(@Nullable String text) {
    return line(text, MAX_NAME);
  }

  /**
   * A line.
   *
   * @param text may be null, which becomes "null"
   * @param most characters of the line; what is longer is cut and ends by saying its length
   */
  public static String line(@Nullable String text, int most) {
    String all = String.valueOf(text);
    StringBuilder out = new StringBuilder();
    append(all, most, false, out);
    if (out.length() > most) {
      String end = most < MIN_TOLD ? "…" : "… (" + all.length() + " characters)";
      out.setLength(most - end.length());
      if (Character.isHighSurrogate(out.charAt(out.length() - 1))) {
        out.setLength(out.length() - 1);
      }
      out.append(end);
    }
    return out.toString();
  }

  /** Text of several lines of our own, of any length: line ends and tabs stay. */
  public static String lines(String text) {
    StringBuilder out = new StringBuilder(text.length());
    append(text, Integer.MAX_VALUE, true, out);
    return out.toString();
  }

  /** What a failure says of itself, for "found: …"; its kind where it says nothing. */
  public static String reason(Throwable failure) {
    String message = failure.getMessage();
    return message == null || message.isBlank() ? failure.getClass().getSimpleName() : message;
  }

  /** A stack trace, for a terminal. */
  public static String stackTrace(Throwable failure) {
    StringWriter trace = new StringWriter();
    failure.printStackTrace(new PrintWriter(trace, true));
    return lines(trace.toString());
  }

  /** Whether a character is shown as it is. */
  public static boolean isPrintable(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> true;
    };
  }

  private static void append(String text, int most, boolean severalLines, StringBuilder out) {
    int next;
    for (int at = 0; at < text.length() && out.length() <= most; at = next) {
      int codePoint = text.codePointAt(at);
      next = at + Character.charCount(codePoint);
      boolean layout = severalLines && (codePoint == '\n' || codePoint == '\t');
      if (layout || isPrintable(codePoint)) {
        out.appendCodePoint(codePoint);
      } else if (!(severalLines && text.startsWith("\r\n", at))) {
        out.append(String.format(Locale.ROOT, "<U+%04X>", codePoint));
      }
    }
  }
}
