/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
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
      PipelineBenchmark.Options options = new PipelineBenchmark.Options(null, 5, 6, 4);
      result = PipelineBenchmark.run(model, options, step -> {});
    }

    assertThat(result.figures().stream().map(Figure::name))
        .contains(
            "private p50 ÷ plain local p50, one thread",
            "private throughput ÷ plain inferences, same cores",
            "CPU per pass, broker",
            "CPU per pass, edge");
    assertThat(result.json().toString()).contains("\"p50 ms\":", "\"p95 ms\":", "\"p99 ms\":");
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
