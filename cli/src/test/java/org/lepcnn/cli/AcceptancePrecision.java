/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.lepcnn.onnx.ImportOptions;
import org.lepcnn.onnx.Precision;

/**
 * A precision of the importer with what it has to reach.
 *
 * @param name in the table
 * @param options turns default options into those of this precision
 * @param relativeError max error ÷ max magnitude against float on every data set, at most
 * @param accuracyLoss percentage points of right answers against float, at most; sets of fewer
 *     pictures than 1 / loss may differ by one picture
 * @param agreement share of pictures with the same answer as float, at least
 * @param exceptions models for which something else holds, and why
 */
record AcceptancePrecision(
    String name,
    UnaryOperator<ImportOptions> options,
    double relativeError,
    double accuracyLoss,
    double agreement,
    Map<String, Exception> exceptions) {

  /**
   * An exception.
   *
   * @param relativeError bound instead of the common one
   * @param accuracyLoss instead of the common one
   * @param agreement instead of the common one
   * @param cause why
   */
  record Exception(double relativeError, double accuracyLoss, double agreement, String cause) {}

  private static final String WEIGHTS = "rounding the weights to 8 bits alone costs that much";
  private static final String SOFTMAX =
      "a softmax enlarges the rounding; weights and activations are not told apart here";
  private static final String CLOSE_RACES =
      "close scores on pictures that JPEG has degraded; none of it on the exact pictures";
  private static final String SIGNS =
      "binarised: the smallest rounding at zero flips a sign, so that errors say nothing";

  /** What acceptance runs: one entry a precision; see {@link AcceptanceFilter}. */
  static final List<AcceptancePrecision> ALL =
      List.of(
          new AcceptancePrecision(
              "fast",
              options -> options,
              0.03,
              0.2,
              0.99,
              Map.of(
                  "sr/super-resolution-10", new Exception(0.1, 0.2, 0.99, WEIGHTS),
                  "face/ultraface-slim-320_simplified", new Exception(0.2, 0.2, 0.99, WEIGHTS),
                  "imagenet/squeezenet1.1-fp32", new Exception(0.12, 0.2, 0.98, SOFTMAX),
                  "misc/gtsrb-bnn-30", new Exception(2, 0.2, 0.99, SIGNS),
                  "cifar10/biasfield-base", new Exception(0.03, 0.5, 0.99, CLOSE_RACES),
                  "cifar10/marabou-medium-nhwc", new Exception(0.03, 0.2, 0.98, CLOSE_RACES),
                  "mlperf-tiny/ic-resnet8-cifar10-nhwc-bn",
                      new Exception(0.03, 0.2, 0.98, CLOSE_RACES))),
          new AcceptancePrecision(
              "high",
              options -> options.withPrecision(Precision.HIGH),
              0.01,
              0.1,
              0.998,
              Map.of()));

  /** What a model has to reach. */
  Exception bounds(String model) {
    return exceptions.getOrDefault(
        model, new Exception(relativeError, accuracyLoss, agreement, ""));
  }
}
