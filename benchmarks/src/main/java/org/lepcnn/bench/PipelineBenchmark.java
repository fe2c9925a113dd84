/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.CompletableFuture;
import org.lepcnn.bench.report.BarChart;
import org.lepcnn.bench.report.BenchResult;
import org.lepcnn.bench.report.Figure;
import org.lepcnn.bench.report.Machine;
import org.lepcnn.core.kernel.KernelProvider;
import org.lepcnn.core.kernel.Kernels;
import org.lepcnn.device.session.HostTensor;
import org.lepcnn.device.session.PassResult;
import org.lepcnn.device.session.PrivateSession;

/**
 * Private passes through a real broker and a real edge job, each in a process of its own, against
 * plain local inference; all on one machine, device and gateway in this process.
 */
public final class PipelineBenchmark {
  private static final int FIRST_PASSES = 50;
  private static final int THROUGHPUT_ROUNDS = 3;
  private static final int PLAIN_CALLS = 10;

  /** Small enough that the tables thrown away at the end do not matter. */
  private static final int RESERVATION = 16;

  private final BenchModel model;
  private final Options options;
  private final Progress progress;
  private final Map<String, HostTensor> input;
  private final List<Double> first = new ArrayList<>();
  private final List<Double> warm = new ArrayList<>();
  private final List<Double> plain = new ArrayList<>();
  private final List<Double> throughput = new ArrayList<>();
  private final List<Double> plainPipeline = new ArrayList<>();
  private String plainPipelineName;
  private LocalPipeline.Cpu cpu = new LocalPipeline.Cpu(0, 0, 0);
  private int cpuPasses;

  /**
   * How to measure.
   *
   * @param kernel of the owner, who makes the tables; null for the fastest
   * @param warmUp passes before those that count, one in flight; the first of them are reported
   * @param passes that count, one in flight; as many again run with many in flight
   * @param inFlight how many are many
   */
  public record Options(String kernel, int warmUp, int passes, int inFlight) {
    public static Options defaults() {
      return new Options(null, 300, 150, 8);
    }
  }

  private PipelineBenchmark(BenchModel model, Options options, Progress progress) {
    this.model = model;
    this.options = options;
    this.progress = progress;
    this.input = model.input();
  }

  /** Measures; what it finds is not written anywhere yet. */
  public static BenchResult run(BenchModel model, Options options, Progress progress) {
    return new PipelineBenchmark(model, options, progress).run();
  }

  private BenchResult run() {
    KernelProvider provider = Kernels.choose(options.kernel());
    int cores = Runtime.getRuntime().availableProcessors();
    int perRound = Math.max(1, options.passes() / THROUGHPUT_ROUNDS);
    int passes =
        options.warmUp() + options.passes() + perRound * THROUGHPUT_ROUNDS + 2 * RESERVATION;
    try (BenchDevice device = BenchDevice.create(model, provider)) {
      progress.step("pipeline: making tables for " + passes + " passes");
      device.makeTables(passes, cores);
      try (LocalPipeline pipeline = LocalPipeline.start(model, progress);
          PrivateSession session =
              device.session(pipeline.transport(), options.inFlight(), RESERVATION);
          PlainThroughput plainThroughput = new PlainThroughput(model, cores, input)) {
        oneInFlight(session);
        for (int round = 0; round < THROUGHPUT_ROUNDS; round++) {
          progress.step("pipeline: many in flight, round " + (round + 1));
          manyInFlight(pipeline, session, perRound);
          plainThroughput.sample(PLAIN_CALLS);
        }
        plainJob(pipeline);
        return report(provider.name(), plainThroughput);
      }
    }
  }

  private void oneInFlight(PrivateSession session) {
    try (PlainModel local = PlainModel.open(model.onnx(), 1, input)) {
      for (int pass = 0; pass < options.warmUp() + options.passes(); pass++) {
        if (pass % 50 == 0) {
          progress.step("pipeline: one in flight, pass " + pass);
        }
        long before = System.nanoTime();
        session.submit(input).join();
        double millis = (System.nanoTime() - before) / Timing.NANOS_PER_MILLI;
        if (pass < FIRST_PASSES) {
          first.add(millis);
        }
        before = System.nanoTime();
        local.run();
        if (pass >= options.warmUp()) {
          warm.add(millis);
          plain.add((System.nanoTime() - before) / Timing.NANOS_PER_MILLI);
        }
      }
    }
  }

  private void manyInFlight(LocalPipeline pipeline, PrivateSession session, int passes) {
    LocalPipeline.Cpu cpuBefore = pipeline.cpu();
    long before = System.nanoTime();
    List<CompletableFuture<PassResult>> futures = new ArrayList<>();
    for (int i = 0; i < passes; i++) {
      futures.add(session.submit(input));
    }
    futures.forEach(CompletableFuture::join);
    throughput.add(passes * Timing.NANOS_PER_SECOND / (System.nanoTime() - before));
    cpu = cpu.plus(pipeline.cpu().minus(cpuBefore));
    cpuPasses += passes;
  }

  private void plainJob(LocalPipeline pipeline) {
    for (PlainPipeline job : ServiceLoader.load(PlainPipeline.class)) {
      try (job) {
        job.start(pipeline.bootstrapServers(), model.onnx(), model.work().resolve("logs"));
        float[] values = input.values().iterator().next().floats();
        for (int pass = 0; pass < options.warmUp() + options.passes(); pass++) {
          long before = System.nanoTime();
          job.run(values);
          if (pass >= options.warmUp()) {
            plainPipeline.add((System.nanoTime() - before) / Timing.NANOS_PER_MILLI);
          }
        }
        plainPipelineName = job.name();
      }
    }
  }

  private BenchResult report(String kernel, PlainThroughput plainThroughput) {
    BenchResult result =
        new BenchResult(
            "pipeline",
            model.name(),
            Machine.here("of the tables: " + kernel + "; the edge logs its own"),
            List.of("latency, one in flight", "p50 ms", "p95 ms", "p99 ms"));
    double p50 = percentile(warm, 50);
    double passesPerSecond = Timing.median(throughput);
    double baseline = plainThroughput.inferencesPerSecond();
    result.figure(
        Figure.ratio("private p50 ÷ plain local p50, one thread", p50 / percentile(plain, 50)));
    result.figure(Figure.ratio("private p95 ÷ private p50", percentile(warm, 95) / p50));
    result.figure(
        Figure.ratio(
            "private throughput ÷ plain inferences, same cores", passesPerSecond / baseline));
    result.figure(
        new Figure("private, " + options.inFlight() + " in flight", passesPerSecond, "1/s"));
    result.figure(new Figure("plain, all cores, better of two ways", baseline, "1/s"));
    LocalPipeline.Cpu perPass = cpu.dividedBy(cpuPasses);
    result.figure(new Figure("CPU per pass, broker", perPass.broker(), "ms"));
    result.figure(new Figure("CPU per pass, edge", perPass.edge(), "ms"));
    result.figure(new Figure("CPU per pass, gateway and device", perPass.gateway(), "ms"));
    result.figure(new Figure("CPU per pass, all", perPass.total(), "ms"));
    latency(result, "private, passes 1 to " + first.size(), first);
    latency(result, "private, after " + options.warmUp(), warm);
    latency(result, "plain local, one thread", plain);
    if (plainPipelineName == null) {
      result.note(
          "no plain (unmasked float) streaming job on the class path: not compared with one");
    } else {
      latency(result, plainPipelineName, plainPipeline);
    }
    result.note(
        "broker, edge and gateway share this machine's cores; the edge's parallelism is its default");
    result.note(
        "plain runs alternate with private passes; throughput in " + THROUGHPUT_ROUNDS + " rounds");
    result.note("private passes: integrity check on, durable state, sealed tables");
    return result.chart(chart(p50));
  }

  private BarChart chart(double p50) {
    return new BarChart(
            model.name() + ": one pass in flight",
            "ms",
            List.of("private, first passes", "private, warm", "plain local"))
        .series("p50", List.of(percentile(first, 50), p50, percentile(plain, 50)))
        .series("p95", List.of(percentile(first, 95), percentile(warm, 95), percentile(plain, 95)));
  }

  private static void latency(BenchResult result, String name, List<Double> millis) {
    result.row(name, percentile(millis, 50), percentile(millis, 95), percentile(millis, 99));
  }

  private static double percentile(List<Double> values, double percent) {
    return Timing.percentile(values.stream().mapToDouble(Double::doubleValue).toArray(), percent);
  }
}
