/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.bench.command;

import java.nio.file.Path;
import org.lepcnn.bench.measure.BenchModel;
import org.lepcnn.bench.report.BenchResult;
import org.lepcnn.command.Output;
import org.lepcnn.json.Result;
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
      description =
          "The kernel that computes layers. Default: the fastest that passes its self-test.")
  private String kernel;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      defaultValue = "bench-results",
      description = "The folder for JSON, text and chart. Default: bench-results.")
  private Path out;

  String kernel() {
    return kernel;
  }

  BenchModel open(Output output) {
    output.progress("lepcnn bench: importing " + model);
    return BenchModel.open(model);
  }

  private record Written(BenchResult found, Path out) implements Result {
    @Override
    public String text() {
      return found.text() + "\nWrote " + out + ".";
    }

    @Override
    public String json() {
      return found.json();
    }
  }

  /** Writes and prints. */
  int finish(Output output, BenchResult result) {
    result.write(out);
    output.result(new Written(result, out));
    return 0;
  }
}
