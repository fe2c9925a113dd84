/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.bench.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.lepcnn.bench.plainjob.EchoRound;
import org.lepcnn.bench.report.BenchResult;
import org.lepcnn.bench.report.Machine;

class RoundReportTest {
  private static final List<EchoRound> ROUNDS =
      List.of(
          new EchoRound(List.of(100, 50), List.of(25)), new EchoRound(List.of(10), List.of(20)));

  @Test
  void everyRound_standsBesideItsEcho() {
    PipelineRun.Measured run = new PipelineRun.Measured(2);
    run.rounds().add(new double[] {9, 6});
    run.echo().add(new double[] {6, 4});
    run.kernels().add(new double[] {1.5, 0.5});

    assertThat(RoundReport.ratio(run)).isEqualTo(1.5);
    assertThat(RoundReport.ratioWithKernels(run)).isEqualTo(1.25);
    assertThat(json(run))
        .contains(
            "\"rounds\":[{\"round\":\"0\",\"parallelism\":2,\"bytes up\":600,\"bytes down\":100,"
                + "\"private p50 ms\":9.0,\"echo p50 ms\":6.0,\"private ÷ echo\":1.5,"
                + "\"kernel p50 ms\":1.5,\"private ÷ (echo + kernel)\":1.2},"
                + "{\"round\":\"1\",\"parallelism\":2,\"bytes up\":40,\"bytes down\":80,");
  }

  @Test
  void withoutAnEcho_thePrivateTimesStandAlone() {
    PipelineRun.Measured run = new PipelineRun.Measured(1);
    run.rounds().add(new double[] {9, 6});

    assertThat(json(run))
        .contains(
            "\"private p50 ms\":9.0,\"echo p50 ms\":\"\",\"private ÷ echo\":\"\","
                + "\"kernel p50 ms\":\"\",\"private ÷ (echo + kernel)\":\"\"}");
  }

  @Test
  void textOfTheResult_hasBothTables() {
    PipelineRun.Measured run = new PipelineRun.Measured(1);
    run.rounds().add(new double[] {9, 6});

    assertThat(result(run).row("private").text()).contains("path\nprivate\n\nround  parallelism");
  }

  private static String json(PipelineRun.Measured run) {
    return result(run).json();
  }

  private static BenchResult result(PipelineRun.Measured run) {
    return new BenchResult("pipeline", "m", Machine.here("none"), List.of("path"))
        .table(RoundReport.table(ROUNDS, List.of(run)));
  }
}
