/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.lepcnn.onnx.ImportOptions;

/**
 * A precision of the importer with what it has to reach.
 *
 * @param name in the table
 * @param options turns default options into those of this precision
 * @param relativeError max error ÷ max magnitude against float on every data set, at most
 * @param accuracyLoss percentage points of right answers against float, at most; sets of fewer
 *     pictures than 1 / loss may differ by one picture
 * @param agreement share of pictures with the same answer as float, at least
 * @param exceptions models whose relative error may be larger, with the bound and the cause
 */
record AcceptancePrecision(
    String name,
    UnaryOperator<ImportOptions> options,
    double relativeError,
    double accuracyLoss,
    double agreement,
    Map<String, Exception> exceptions) {

  /**
   * An exception from the relative error.
   *
   * @param bound what holds instead
   * @param cause why
   */
  record Exception(double bound, String cause) {}

  private static final String ROUNDED_WEIGHTS =
      "rounding the weights alone to 8 bits costs that much";

  /** What acceptance runs: one entry a precision. */
  static final List<AcceptancePrecision> ALL =
      List.of(
          new AcceptancePrecision(
              "fast",
              options -> options,
              0.03,
              0.2,
              0.99,
              Map.of("sr/super-resolution-10", new Exception(0.1, ROUNDED_WEIGHTS))));

  double bound(String model) {
    return exceptions.containsKey(model) ? exceptions.get(model).bound() : relativeError;
  }
}
