/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.bench.command;

import java.util.function.Consumer;
import org.lepcnn.bench.measure.BenchModel;
import org.lepcnn.bench.report.BenchResult;
import org.lepcnn.command.FieldOption;
import org.lepcnn.command.KernelOption;
import org.lepcnn.onnx.ImportOptions;
import org.lepcnn.onnx.cut.DeviceProfile;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A benchmark of a model of the user's choice. */
abstract class ModelBenchmark extends Benchmark {
  @Option(
      names = "--model",
      paramLabel = "NAME|FILE",
      defaultValue = "alexnet",
      description = "A network of the zoo, or an ONNX file. Default: alexnet.")
  private String model;

  @Mixin private KernelOption kernel;

  @Mixin private FieldOption field;

  abstract BenchResult measure(BenchModel opened, String kernel, Consumer<String> progress);

  /** Predicts costs and chooses the cut; null for neither. */
  ProfileOption profile() {
    return null;
  }

  /** Inputs of a pass. */
  int batch() {
    return 1;
  }

  @Override
  final BenchResult measure(Consumer<String> progress) {
    ImportOptions defaults = ImportOptions.defaults();
    ImportOptions options =
        defaults.withPrecision(defaults.precision().inField(field.field())).withBatch(batch());
    DeviceProfile predicting = null;
    if (profile() != null) {
      options = options.withOffload(profile().policy());
      predicting = profile().read();
    }
    progress.accept("lepcnn bench: importing " + model);
    try (BenchModel opened = BenchModel.open(model, options, predicting)) {
      return measure(opened, kernel.name(), progress);
    }
  }
}
