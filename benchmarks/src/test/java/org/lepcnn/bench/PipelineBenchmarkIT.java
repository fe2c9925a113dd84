/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.bench.report.BenchResult;
import org.lepcnn.bench.report.Figure;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.deployments.LocalLayout;

/** A few passes through a real broker and a real edge. */
class PipelineBenchmarkIT {
  @TempDir Path folder;

  @Test
  void aFewPasses_throughRealProcesses() throws Exception {
    Assumptions.assumeTrue(isBuilt(), "skipped: the jars of the broker or the edge are not built");
    BenchResult result;
    try (BenchModel model = BenchModel.open(TinyModel.write(folder).toString())) {
      PipelineBenchmark.Options options =
          new PipelineBenchmark.Options(null, 52, 6, 4, List.of(2), true);
      result = PipelineBenchmark.run(model, options, step -> {});
    }

    assertThat(result.figures().stream().map(Figure::name))
        .contains(
            "private p50 ÷ plain local p50, one thread, parallelism 2",
            "private p50 ÷ plain job p50, parallelism 2",
            "private throughput ÷ plain inferences, same cores, parallelism 2",
            "private throughput ÷ plain job throughput, parallelism 2",
            "CPU per pass, broker, parallelism 2",
            "CPU per pass, edge, parallelism 2");
    assertThat(result.figures())
        .allSatisfy(figure -> assertThat(figure.value()).isFinite().isNotNegative());
    assertThat(result.json().toString())
        .contains("\"path\":\"plain job\"", "\"p50 ms\":", "\"p95 ms\":", "\"p99 ms\":");
  }

  private static boolean isBuilt() {
    try {
      LocalLayout layout = LocalLayout.find();
      layout.edgeLibs();
      layout.kafkaLibs();
      return true;
    } catch (EnvironmentException e) {
      return false;
    }
  }
}
