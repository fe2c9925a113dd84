/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.cut;

import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.text.Printable;

/** What the figures of a profile may be: whoever reads one has not written it. */
final class Limits {
  /** No nanosecond, microsecond, watt or nanojoule of a profile is more. */
  static final double MOST = 1e9;

  private Limits() {}

  static void require(String name, double value) {
    if (!(value >= 0 && value <= MOST)) {
      throw BadInputException.about("Device profile: " + name)
          .expected("a number from 0 to 1e9")
          .found(value, "Measure it with 'lepcnn device profile'.");
    }
  }

  static void require(String name, String text, int most) {
    boolean fits = !text.isBlank() && text.length() <= most;
    if (!fits || !text.codePoints().allMatch(Printable::isPrintable)) {
      throw BadInputException.about("Device profile: " + name)
          .expected("1 to " + most + " printable characters")
          .found(fits ? "others" : text.length() + " characters");
    }
  }
}
