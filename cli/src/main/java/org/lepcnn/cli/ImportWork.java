/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.onnx.ImportOptions;
import org.lepcnn.onnx.ModelImporter;
import org.lepcnn.onnx.PreparedImport;
import org.lepcnn.onnx.TrialWork;
import org.lepcnn.onnx.cut.CutReport;
import org.lepcnn.onnx.cut.DeviceProfile;
import org.lepcnn.onnx.cut.ProfileFile;

/** Imports a model and tells what is to be said beside its report: {@link Told}. */
final class ImportWork implements TrialWork {
  private static final int TARGET = 1;
  private static final int SAMPLES = 2;

  /**
   * The arguments for the precision of the options.
   *
   * @param profile by which costs are told, or null
   */
  static List<String> asOptionsSay(DeviceProfile profile) {
    return List.of(profile == null ? "" : ProfileFile.text(profile));
  }

  /**
   * The arguments for {@link AutoPrecision}.
   *
   * @param profile by which costs are told, or null
   * @param samples of the user, or null
   */
  static List<String> auto(DeviceProfile profile, double target, Path samples) {
    List<String> arguments = new ArrayList<>(asOptionsSay(profile));
    arguments.add(Double.toString(target));
    if (samples != null) {
      arguments.add(samples.toAbsolutePath().toString());
    }
    return arguments;
  }

  @Override
  public Done run(
      Path onnx, ImportOptions options, List<String> arguments, Consumer<String> steps) {
    PreparedImport prepared = ModelImporter.prepare(onnx, options, steps);
    String profile = arguments.get(0);
    if (arguments.size() <= TARGET) {
      ModelBundle bundle = prepared.bundle(options.precision(), steps);
      return new Done(bundle, told(prepared, options, profile, bundle, null));
    }
    double target = Double.parseDouble(arguments.get(TARGET));
    Path samples = arguments.size() > SAMPLES ? Path.of(arguments.get(SAMPLES)) : null;
    // of one input, so that a batch has the weights that each of its inputs has alone
    PreparedImport single =
        options.batch() == 1 ? prepared : ModelImporter.prepare(onnx, options.withBatch(1), steps);
    AutoPrecision.Chosen chosen =
        new AutoPrecision(onnx, options, single, target, steps).choose(samples);
    ModelBundle bundle =
        options.batch() == 1 ? chosen.bundle() : prepared.bundle(chosen.precision(), steps);
    return new Done(bundle, told(prepared, options, profile, bundle, chosen.reached()));
  }

  private static byte[] told(
      PreparedImport prepared,
      ImportOptions options,
      String profile,
      ModelBundle bundle,
      PrecisionReached reached) {
    CutReport cut =
        profile.isEmpty()
            ? null
            : prepared.costs(options.offload(), ProfileFile.ofText(profile), bundle);
    return new Told(prepared.notes(), reached, cut).toBytes();
  }
}
