/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Which part of acceptance runs: all of it, or with {@code -Dlepcnn.acceptance.models=REGEX} the
 * models and topologies whose names have a match, and with {@code
 * -Dlepcnn.acceptance.precision=fast|high|auto} one precision.
 */
final class AcceptanceFilter {
  private static final Pattern MODELS =
      Pattern.compile(System.getProperty("lepcnn.acceptance.models", ""));
  private static final String PRECISION =
      System.getProperty("lepcnn.acceptance.precision", "").toLowerCase(Locale.ROOT);

  private AcceptanceFilter() {}

  static boolean wants(String model) {
    return MODELS.matcher(model).find();
  }

  static boolean wants(AcceptancePrecision precision) {
    return PRECISION.isEmpty() || PRECISION.equals(precision.name());
  }
}
