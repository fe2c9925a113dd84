/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.bench.pipeline;

import java.util.List;
import org.lepcnn.bench.plainjob.EchoRound;
import org.lepcnn.bench.report.BenchTable;

/** Every round beside its floor, the echo of as many bytes. */
final class RoundReport {
  private static final String NONE = "";

  private RoundReport() {}

  /** What all rounds took, divided by what they took without any work at the edge. */
  static double ratio(PipelineRun.Measured run) {
    return run.rounds().sumOfMedians() / run.echo().sumOfMedians();
  }

  /** What all rounds took, divided by what transport and kernels took by themselves. */
  static double ratioWithKernels(PipelineRun.Measured run) {
    return run.rounds().sumOfMedians() / (run.echo().sumOfMedians() + run.kernels().sumOfMedians());
  }

  /**
   * A row for each round and run; without an echo only the private times.
   *
   * @param rounds of the model
   */
  static BenchTable table(List<EchoRound> rounds, List<PipelineRun.Measured> runs) {
    BenchTable table =
        new BenchTable(
            "rounds",
            List.of(
                "round",
                "parallelism",
                "bytes up",
                "bytes down",
                "private p50 ms",
                "echo p50 ms",
                "private ÷ echo",
                "kernel p50 ms",
                "private ÷ (echo + kernel)"));
    for (PipelineRun.Measured run : runs) {
      for (int i = 0; i < rounds.size(); i++) {
        row(table, rounds.get(i), i, run);
      }
    }
    return table;
  }

  private static void row(BenchTable table, EchoRound round, int number, PipelineRun.Measured run) {
    double millis = run.rounds().median(number);
    double echo = run.echo().median(number);
    double kernel = run.kernels().median(number);
    boolean none = run.echo().isEmpty();
    table.row(
        Integer.toString(number),
        run.parallelism(),
        round.bytesUp(),
        round.bytesDown(),
        millis,
        none ? NONE : echo,
        none ? NONE : millis / echo,
        none ? NONE : kernel,
        none ? NONE : millis / (echo + kernel));
  }
}
