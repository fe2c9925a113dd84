/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.bench.command;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.lepcnn.bench.report.WrittenResult;
import org.lepcnn.command.Output;
import org.lepcnn.json.Result;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A benchmark: it measures, writes what it found into a folder, and prints it. */
abstract class Benchmark implements Callable<Integer> {
  @Mixin private Output output;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      defaultValue = "bench-results",
      description = "The folder for JSON, text and chart. Default: bench-results.")
  private Path out;

  private record Written(WrittenResult found, Path out) implements Result {
    @Override
    public String text() {
      return found.text() + "\nWrote " + out + ".";
    }

    @Override
    public String json() {
      return found.json();
    }
  }

  abstract WrittenResult measure(Consumer<String> progress);

  @Override
  public final Integer call() {
    WrittenResult found = measure(output::progress);
    found.write(out);
    output.result(new Written(found, out));
    return 0;
  }
}
