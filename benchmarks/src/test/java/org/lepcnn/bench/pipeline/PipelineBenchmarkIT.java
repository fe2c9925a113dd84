/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.bench.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.bench.Built;
import org.lepcnn.bench.TinyModel;
import org.lepcnn.bench.measure.BenchModel;
import org.lepcnn.bench.report.BenchResult;
import org.lepcnn.bench.report.Figure;

/** A few passes through a real broker and a real edge. */
class PipelineBenchmarkIT {
  @TempDir Path folder;

  @Test
  void aFewPasses_throughRealProcesses() throws Exception {
    Assumptions.assumeTrue(Built.is(), Built.MISSING);
    BenchResult result;
    try (BenchModel model = BenchModel.open(TinyModel.write(folder).toString())) {
      PipelineBenchmark.Options options =
          new PipelineBenchmark.Options(null, 52, 6, 4, List.of(2), true, true, 2);
      result = PipelineBenchmark.run(model, options, step -> {});
    }

    assertThat(result.figures().stream().map(Figure::name))
        .contains(
            "private p50 ÷ plain local p50, one thread, parallelism 2",
            "private p50 ÷ plain job p50, parallelism 2",
            "private throughput ÷ plain inferences, same cores, parallelism 2",
            "private throughput ÷ plain job throughput, parallelism 2",
            "sum of the rounds' p50 ÷ sum of their echoes' p50, parallelism 2",
            "sum of the rounds' p50 ÷ sum of their echoes' and kernels' p50, parallelism 2",
            "sum of the rounds' p50, parallelism 2",
            "sum of their echoes' p50, parallelism 2",
            "CPU per pass, broker, parallelism 2",
            "CPU per pass, edge, parallelism 2",
            "CPU of transport, all processes, warm, parallelism 2",
            "of it, JIT compilers, parallelism 2");
    assertThat(result.figures().stream().map(Figure::name))
        .as("two bursts of four passes are far from the steady state")
        .contains("private, not steady yet, parallelism 2");
    assertThat(result.figures())
        .allSatisfy(figure -> assertThat(figure.value()).isFinite().isNotNegative());
    assertThat(result.json())
        .contains("\"path\":\"plain job\"", "\"p50 ms\":", "\"p95 ms\":", "\"p99 ms\":")
        .contains(round(0, 4 * 3 * 11 * 9, 4 * 16 * 6 * 4), round(1, 4 * 16 * 6 * 4, 4 * 40));
  }

  private static String round(int round, int bytesUp, int bytesDown) {
    return "{\"round\":\""
        + round
        + "\",\"parallelism\":2,\"bytes up\":"
        + bytesUp
        + ",\"bytes down\":"
        + bytesDown
        + ",\"private p50 ms\":";
  }
}
