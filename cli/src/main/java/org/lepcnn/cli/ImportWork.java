/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.onnx.ImportOptions;
import org.lepcnn.onnx.ModelImporter;
import org.lepcnn.onnx.PreparedImport;
import org.lepcnn.onnx.TrialWork;

/** Imports a model and tells what is to be said beside its report: {@link Told}. */
final class ImportWork implements TrialWork {
  /** The arguments for the precision of the options. */
  static List<String> asOptionsSay() {
    return List.of();
  }

  /**
   * The arguments for {@link AutoPrecision}.
   *
   * @param samples of the user, or null
   */
  static List<String> auto(double target, Path samples) {
    String wanted = Double.toString(target);
    return samples == null ? List.of(wanted) : List.of(wanted, samples.toAbsolutePath().toString());
  }

  @Override
  public Done run(
      Path onnx, ImportOptions options, List<String> arguments, Consumer<String> steps) {
    PreparedImport prepared = ModelImporter.prepare(onnx, options, steps);
    if (arguments.isEmpty()) {
      ModelBundle bundle = prepared.bundle(options.precision(), steps);
      return new Done(bundle, new Told(prepared.notes(), null).toBytes());
    }
    double target = Double.parseDouble(arguments.get(0));
    Path samples = arguments.size() > 1 ? Path.of(arguments.get(1)) : null;
    AutoPrecision.Chosen chosen =
        new AutoPrecision(onnx, options, prepared, target, steps).choose(samples);
    return new Done(chosen.bundle(), new Told(prepared.notes(), chosen.reached()).toBytes());
  }
}
