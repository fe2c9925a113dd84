/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli.report;

import java.util.Locale;

/** Numbers as people read them. */
final class Figures {
  private static final int KILO = 1_000;
  private static final double TEN = 10;
  private static final double HUNDRED = 100;

  private Figures() {}

  /** A whole number with commas. */
  static String grouped(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  /** Bytes in the unit that suits, such as {@code 1.5 MB}. */
  static String bytes(long bytes) {
    if (bytes < KILO) {
      return bytes + " B";
    }
    double shown = bytes;
    int unit = -1;
    while (shown >= KILO) {
      shown /= KILO;
      unit++;
    }
    return String.format(
        Locale.ROOT, shown < TEN ? "%.1f %cB" : "%.0f %cB", shown, "kMGTPE".charAt(unit));
  }

  /** A number with as many digits as say something: whole ones as such, else two or fewer. */
  static String number(double value) {
    if (value == Math.rint(value) && Math.abs(value) < Long.MAX_VALUE) {
      return grouped((long) value);
    }
    double size = Math.abs(value);
    return String.format(
        Locale.ROOT, size < TEN ? "%.2f" : size < HUNDRED ? "%.1f" : "%,.0f", value);
  }

  /** Milliseconds below others in a column. */
  static String millis(double millis) {
    return String.format(Locale.ROOT, "%,.2f", millis);
  }
}
