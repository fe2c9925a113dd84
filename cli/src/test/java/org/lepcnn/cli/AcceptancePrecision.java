/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.onnx.ImportOptions;
import org.lepcnn.onnx.ModelImporter;
import org.lepcnn.onnx.plan.Precision;

/**
 * A precision of the importer with what it has to reach.
 *
 * @param name in the table
 * @param importer imports a model with it
 * @param relativeError max error ÷ max magnitude against float on every data set, at most
 * @param accuracyLoss percentage points of right answers against float, at most; sets of fewer
 *     pictures than 1 / loss may differ by one picture
 * @param agreement share of pictures with the same answer as float, at least
 * @param exceptions models for which something else holds, and why
 */
record AcceptancePrecision(
    String name,
    Importer importer,
    double relativeError,
    double accuracyLoss,
    double agreement,
    Map<String, Bounds> exceptions) {

  /** Imports an ONNX file. */
  @FunctionalInterface
  interface Importer {
    ModelBundle importModel(Path file);
  }

  /**
   * An exception.
   *
   * @param relativeError bound instead of the common one
   * @param accuracyLoss instead of the common one
   * @param agreement instead of the common one
   * @param cause why
   */
  record Bounds(double relativeError, double accuracyLoss, double agreement, String cause) {}

  private static final String TANH =
      "a tanh times 150 behind 15 instance normalisations enlarges what is 0.02 before it; largest"
          + " of 1.5 million pixels, the root mean square is some thirty times smaller";

  private static final double AUTO_TARGET = 0.01;

  /** What acceptance runs: one entry a precision; see {@link AcceptanceFilter}. */
  static final List<AcceptancePrecision> ALL =
      List.of(
          new AcceptancePrecision(
              "fast",
              file -> ModelImporter.importModel(file, ImportOptions.defaults()),
              0.03,
              0.2,
              0.99,
              Map.of("style/fns-candy", new Bounds(0.08, 0.2, 0.99, TANH))),
          new AcceptancePrecision(
              "high",
              file ->
                  ModelImporter.importModel(
                      file, ImportOptions.defaults().withPrecision(Precision.HIGH)),
              0.01,
              0.1,
              0.998,
              Map.of("style/fns-candy", new Bounds(0.05, 0.1, 0.998, TANH))),
          new AcceptancePrecision(
              "auto",
              AcceptancePrecision::auto,
              AUTO_TARGET,
              0.1,
              0.998,
              Map.of("style/fns-candy", new Bounds(0.05, 0.1, 0.998, TANH))));

  /** As the command line imports by default: {@link AutoPrecision} measures on data sets. */
  private static ModelBundle auto(Path file) {
    return new ImportWork()
        .run(file, ImportOptions.defaults(), ImportWork.auto(null, AUTO_TARGET, null), step -> {})
        .bundle();
  }

  /** What a model has to reach. */
  Bounds bounds(String model) {
    return exceptions.getOrDefault(model, new Bounds(relativeError, accuracyLoss, agreement, ""));
  }
}
