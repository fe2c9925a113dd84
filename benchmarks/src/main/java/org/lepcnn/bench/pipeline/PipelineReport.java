/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.bench.pipeline;

import java.util.ArrayList;
import java.util.List;
import org.lepcnn.bench.measure.BenchModel;
import org.lepcnn.bench.measure.PlainThroughput;
import org.lepcnn.bench.measure.Timing;
import org.lepcnn.bench.plainjob.EchoRound;
import org.lepcnn.bench.report.BarChart;
import org.lepcnn.bench.report.BenchResult;
import org.lepcnn.bench.report.BenchTable;
import org.lepcnn.bench.report.Figure;
import org.lepcnn.bench.report.Machine;
import org.lepcnn.onnx.cut.CutReport;

/** From what {@link PipelineRun} measured to figures, rows and a chart. */
final class PipelineReport {
  private static final String NONE = "";

  private final BenchModel model;
  private final PipelineBenchmark.Options options;
  private final List<EchoRound> rounds;
  private final List<PipelineRun.Measured> runs;
  private final PlainThroughput throughput;
  private final BenchResult result;

  PipelineReport(
      BenchModel model,
      PipelineBenchmark.Options options,
      List<EchoRound> rounds,
      String kernel,
      List<PipelineRun.Measured> runs,
      PlainThroughput throughput) {
    this.model = model;
    this.options = options;
    this.rounds = rounds;
    this.runs = runs;
    this.throughput = throughput;
    this.result =
        new BenchResult(
            "pipeline",
            model.name(),
            Machine.here("of the tables: " + kernel + "; the edge logs its own"),
            List.of(
                "path",
                "parallelism",
                "p50 ms",
                "p95 ms",
                "p99 ms",
                options.inFlight() + " in flight, 1/s",
                "CPU broker ms",
                "CPU job ms",
                "CPU gateway ms"));
  }

  BenchResult result() {
    runs.forEach(this::ratios);
    double baseline = throughput.inferencesPerSecond();
    result.figure(new Figure("plain inferences, all cores, better of two ways", baseline, "1/s"));
    runs.forEach(this::amounts);
    runs.forEach(this::rows);
    if (!rounds.isEmpty()) {
      result.table(RoundReport.table(rounds, runs));
    }
    if (model.prediction() != null) {
      result.table(predictions());
    }
    notes();
    return result.chart(chart());
  }

  /** What the profile predicts beside what was measured. */
  private BenchTable predictions() {
    CutReport costs = model.prediction().whole();
    BenchTable table =
        new BenchTable(
            "predictions",
            List.of("by " + costs.profile(), "predicted", "measured", "measured ÷ predicted"));
    for (PipelineRun.Measured run : runs) {
      predicted(
          table,
          named(run, "private p50, ms"),
          costs.thisCut().latencyMillis(),
          percentile(run.warm(), 50));
      predicted(
          table,
          named(run, "plain local p50, ms"),
          costs.allOnTheDevice().latencyMillis(),
          percentile(run.local(), 50));
      predicted(
          table,
          named(run, "CPU per pass, gateway and device, ms"),
          costs.thisCut().deviceCpuMillis(),
          run.many().cpu().gateway());
    }
    return table;
  }

  private static void predicted(BenchTable table, String what, double predicted, double measured) {
    table.row(what, predicted, measured, measured / predicted);
  }

  private void ratios(PipelineRun.Measured run) {
    double p50 = percentile(run.warm(), 50);
    double local = percentile(run.local(), 50);
    double perSecond = run.many().perSecond();
    ratio(run, "private p50 ÷ plain local p50, one thread", p50 / local);
    ratio(
        run,
        "private p50, passes 1 to " + run.first().size() + " ÷ plain local p50",
        percentile(run.first(), 50) / local);
    ratio(run, "private p95 ÷ private p50", percentile(run.warm(), 95) / p50);
    if (!run.steady().isEmpty()) {
      ratio(
          run,
          "private throughput, " + steadyName(run) + " ÷ plain inferences, same cores",
          model.batch() * last(run).perSecond() / throughput.inferencesPerSecond());
    }
    ratio(
        run,
        "private throughput ÷ plain inferences, same cores",
        model.batch() * perSecond / throughput.inferencesPerSecond());
    if (!run.job().isEmpty()) {
      ratio(run, "private p50 ÷ plain job p50", p50 / percentile(run.job(), 50));
      ratio(
          run, "private throughput ÷ plain job throughput", perSecond / run.jobMany().perSecond());
    }
    if (!run.echo().isEmpty()) {
      ratio(run, "sum of the rounds' p50 ÷ sum of their echoes' p50", RoundReport.ratio(run));
      ratio(
          run,
          "sum of the rounds' p50 ÷ sum of their echoes' and kernels' p50",
          RoundReport.ratioWithKernels(run));
    }
  }

  private void amounts(PipelineRun.Measured run) {
    LocalPipeline.Cpu cpu = run.many().cpu();
    amount(run, "private p50 per input", percentile(run.warm(), 50) / model.batch(), "ms");
    amount(run, "private, " + options.inFlight() + " in flight", run.many().perSecond(), "1/s");
    amount(run, "CPU per input, all", cpu.total() / model.batch(), "ms");
    if (!rounds.isEmpty()) {
      amount(run, "sum of the rounds' p50", run.rounds().sumOfMedians(), "ms");
    }
    if (!run.echo().isEmpty()) {
      amount(run, "sum of their echoes' p50", run.echo().sumOfMedians(), "ms");
      amount(run, "sum of their kernels' p50", run.kernels().sumOfMedians(), "ms");
    }
    amount(run, "CPU per pass, broker", cpu.broker(), "ms");
    amount(run, "CPU per pass, edge", cpu.edge(), "ms");
    amount(run, "CPU per pass, gateway and device", cpu.gateway(), "ms");
    amount(run, "CPU per pass, all", cpu.total(), "ms");
    transport(run, "warm", run.many());
    if (!run.steady().isEmpty()) {
      LocalPipeline.Cpu steady = last(run).cpu();
      amount(run, "private, " + steadyName(run), last(run).perSecond(), "1/s");
      amount(run, "CPU per pass, all, " + steadyName(run), steady.total(), "ms");
      amount(run, "of it, JIT compilers", 100 * steady.compilerShare(), "%");
      transport(run, steadyName(run), last(run));
    }
    if (!run.job().isEmpty()) {
      amount(
          run, "plain job, " + options.inFlight() + " in flight", run.jobMany().perSecond(), "1/s");
      amount(run, "CPU per call of the plain job, all", run.jobMany().cpu().total(), "ms");
    }
  }

  /** What no kernel and no device's thread accounts for, a byte of masked tensors and results. */
  private void transport(PipelineRun.Measured run, String when, PipelineRun.Burst burst) {
    long bytes = rounds.stream().mapToLong(round -> round.bytesUp() + round.bytesDown()).sum();
    if (!run.echo().isEmpty() && bytes > 0) {
      LocalPipeline.Cpu cpu = burst.cpu();
      double millis = cpu.total() - cpu.device() - run.kernels().sumOfMedians();
      amount(
          run,
          "CPU of transport, all processes, " + when,
          millis * Timing.NANOS_PER_MILLI / bytes,
          "ns/byte");
    }
  }

  private static PipelineRun.Burst last(PipelineRun.Measured run) {
    return run.steady().get(run.steady().size() - 1);
  }

  private static String steadyName(PipelineRun.Measured run) {
    return PipelineRun.isSteady(last(run)) ? "steady" : "not steady yet";
  }

  private void rows(PipelineRun.Measured run) {
    row(run, "private, passes 1 to " + run.first().size(), run.first(), null);
    row(run, "private, after " + options.warmUp(), run.warm(), run.many());
    if (!run.steady().isEmpty()) {
      row(run, "private, " + steadyName(run), List.of(), last(run));
    }
    if (!run.job().isEmpty()) {
      row(run, "plain job", run.job(), run.jobMany());
    }
    if (!run.echo().isEmpty()) {
      row(run, "echo of all rounds", run.echo().sums(), null);
    }
    row(run, "plain local, one thread", run.local(), null);
  }

  private void notes() {
    result.note(
        "broker, edge, plain job, echo and gateway share this machine's cores; parallelism is that"
            + " of all jobs, whose topics have four partitions");
    result.note(
        ("one in flight: one device; many in flight: %s, in %s rounds; private passes, "
                + "plain local inference, plain job and echo take turns, the echo with one in flight "
                + "alone")
            .formatted(
                String.join(", ", PipelineBenchmark.DEVICES), PipelineRun.THROUGHPUT_ROUNDS));
    result.note("private passes: integrity check on, durable state, sealed tables");
    if (model.batch() > 1) {
      result.note(
          "a pass has %s inputs; the plain network runs as many one by one"
              .formatted(model.batch()));
    }
    result.note(
        "edge, device and transport warm their own code before they report ready; plain job and"
            + " echo start after the first private passes; the plain job has as many of warm-up,"
            + " less those, the echo makes up for them");
    if (options.steadyBursts() > 0) {
      result.note(
          ("steady: bursts of %s passes with many in flight after all else, until the JIT compilers"
                  + " of the three processes take under %s %% of their CPU time; at most %s bursts")
              .formatted(
                  options.passesOfRound(),
                  Math.round(100 * PipelineRun.STEADY_COMPILER_SHARE),
                  options.steadyBursts()));
    }
    result.note(
        "transport: the CPU time of all three processes less the kernels alone and the device's own"
            + " threads, which mask, check, open tables and run stages");
    roundNotes();
    if (runs.get(0).job().isEmpty()) {
      result.note(
          options.plainJob() && model.batch() == 1
              ? "no plain streaming job: the network's inputs do not fit into one record"
              : "no plain streaming job: left out as asked");
    }
  }

  private void roundNotes() {
    if (rounds.isEmpty()) {
      return;
    }
    result.note(
        "rounds count from 0; private p50 from handing the masked tensors to the transport until the"
            + " results are there; bytes are of residues, without framing");
    if (runs.get(0).echo().isEmpty()) {
      result.note(
          options.echo()
              ? "no echo: it runs from pass " + (PipelineRun.FIRST_PASSES + 1) + " on"
              : "no echo: left out as asked");
    } else {
      result.note(
          "echo: a job of the edge's shape whose operator answers a round's records with zeros of"
              + " the size of its results, cut into records in the same way");
      result.note(
          "kernel: the masked layers of a round alone, by one thread of this process, after the"
              + " echo; the edge has weights and caches of its own");
    }
  }

  private BarChart chart() {
    List<String> categories = new ArrayList<>();
    List<Double> p50 = new ArrayList<>();
    List<Double> p95 = new ArrayList<>();
    for (PipelineRun.Measured run : runs) {
      String suffix = ", P=" + run.parallelism();
      bar(categories, p50, p95, "private, first" + suffix, run.first());
      bar(categories, p50, p95, "private, warm" + suffix, run.warm());
      if (!run.job().isEmpty()) {
        bar(categories, p50, p95, "plain job" + suffix, run.job());
      }
      if (!run.echo().isEmpty()) {
        bar(categories, p50, p95, "echo" + suffix, run.echo().sums());
      }
    }
    bar(categories, p50, p95, "plain local", runs.get(0).local());
    return new BarChart(model.name() + ": one pass in flight", "ms", categories)
        .series("p50", p50)
        .series("p95", p95);
  }

  private static void bar(
      List<String> categories,
      List<Double> p50,
      List<Double> p95,
      String name,
      List<Double> millis) {
    categories.add(name);
    p50.add(percentile(millis, 50));
    p95.add(percentile(millis, 95));
  }

  private void ratio(PipelineRun.Measured run, String name, double value) {
    result.figure(Figure.ratio(named(run, name), value));
  }

  private void amount(PipelineRun.Measured run, String name, double value, String unit) {
    result.figure(new Figure(named(run, name), value, unit));
  }

  private static String named(PipelineRun.Measured run, String name) {
    return name + ", parallelism " + run.parallelism();
  }

  private void row(
      PipelineRun.Measured run, String path, List<Double> millis, PipelineRun.Burst many) {
    result.row(
        path,
        run.parallelism(),
        percentileOrNone(millis, 50),
        percentileOrNone(millis, 95),
        percentileOrNone(millis, 99),
        many == null ? NONE : many.perSecond(),
        many == null ? NONE : many.cpu().broker(),
        many == null ? NONE : many.cpu().edge(),
        many == null ? NONE : many.cpu().gateway());
  }

  private static Object percentileOrNone(List<Double> values, double percent) {
    return values.isEmpty() ? NONE : percentile(values, percent);
  }

  private static double percentile(List<Double> values, double percent) {
    return Timing.percentile(values.stream().mapToDouble(Double::doubleValue).toArray(), percent);
  }
}
