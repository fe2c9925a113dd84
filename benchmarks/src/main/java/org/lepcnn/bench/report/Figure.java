/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.bench.report;

/**
 * A headline number.
 *
 * @param name what it is; a ratio says what is divided by what
 * @param unit empty for a ratio
 */
public record Figure(String name, double value, String unit) {
  /** A ratio. */
  public static Figure ratio(String name, double value) {
    return new Figure(name, value, "");
  }
}
