/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.bench.command;

import java.nio.file.Path;
import org.lepcnn.bench.BenchModel;
import org.lepcnn.bench.report.BenchResult;
import org.lepcnn.command.Output;
import picocli.CommandLine.Option;

/** What all benchmarks take. */
final class BenchArguments {
  @Option(
      names = "--model",
      paramLabel = "NAME|FILE",
      defaultValue = "alexnet",
      description = "A network of the zoo, or an ONNX file. Default: alexnet.")
  private String model;

  @Option(
      names = "--kernel",
      paramLabel = "onednn|onnxruntime|scalar",
      description = "Default: the fastest that passes its self-test.")
  private String kernel;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      defaultValue = "bench-results",
      description = "Folder for JSON, text and chart. Default: bench-results.")
  private Path out;

  String kernel() {
    return kernel;
  }

  BenchModel open(Output output) {
    output.progress("lepcnn bench: importing " + model);
    return BenchModel.open(model);
  }

  /** Writes and prints. */
  int finish(Output output, BenchResult result) {
    result.write(out);
    output.result(result.text() + "\nWrote " + out + ".", result.json());
    return 0;
  }
}
