/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.lepcnn.bench.measure.BenchDevice;
import org.lepcnn.bench.measure.BenchModel;
import org.lepcnn.bench.measure.PlainThroughput;
import org.lepcnn.bench.measure.Timing;
import org.lepcnn.bench.report.BarChart;
import org.lepcnn.bench.report.BenchResult;
import org.lepcnn.bench.report.Figure;
import org.lepcnn.bench.report.Machine;
import org.lepcnn.core.kernel.KernelProvider;
import org.lepcnn.core.kernel.choice.Kernels;

/**
 * Passes of decryption tables per second against plain inferences per second on the same cores.
 *
 * <p>A pass of tables is everything that the owner does for one: masks, W·r, the check of every
 * factor, sealing, writing, and its part of the group's challenges.
 */
public final class OfflineBenchmark {
  private static final int PLAIN_CALLS = 4;

  /**
   * How to measure.
   *
   * @param kernel null for the fastest
   * @param threads cores to use on both sides
   * @param passes of one table file; a full group (64) spreads the challenges' cost as in
   *     production
   * @param rounds of both, interleaved; one more warms up
   */
  public record Options(String kernel, int threads, int passes, int rounds) {}

  private OfflineBenchmark() {}

  /** Measures; what it finds is not written anywhere yet. */
  public static BenchResult run(BenchModel model, Options options, Consumer<String> steps) {
    KernelProvider provider = Kernels.choose(options.kernel());
    List<Double> tables = new ArrayList<>();
    try (BenchDevice device = BenchDevice.create(model, provider);
        PlainThroughput plain = new PlainThroughput(model, options.threads(), model.input())) {
      plain.sample(1);
      for (int round = 0; round <= options.rounds(); round++) {
        steps.accept("offline: round " + round + " of " + options.rounds());
        long before = System.nanoTime();
        // the same files again: a group's table is replaced, so the disk keeps one set
        device.makeFiles(0, options.threads(), options.passes());
        double seconds = (System.nanoTime() - before) / Timing.NANOS_PER_SECOND;
        if (round > 0) {
          tables.add(options.threads() * options.passes() / seconds);
        }
        plain.sample(PLAIN_CALLS);
      }
      return report(model, options, provider.name(), Timing.median(tables), plain);
    }
  }

  private static BenchResult report(
      BenchModel model, Options options, String kernel, double tables, PlainThroughput plain) {
    double baseline = plain.inferencesPerSecond();
    long bytes = model.report().tableBytesPerPass();
    return new BenchResult(
            "offline", model.name(), Machine.here(kernel), List.of("what", "cores", "per second"))
        .figure(
            Figure.ratio(
                "passes of tables ÷ plain inferences, on the same cores", tables / baseline))
        .figure(new Figure("passes of tables per second", tables, "1/s"))
        .figure(new Figure("table bytes written per second", tables * bytes / 1e6, "MB/s"))
        .row("passes of tables", options.threads(), tables)
        .row("plain, one session", options.threads(), plain.wideInferencesPerSecond())
        .row("plain, a caller per core", options.threads(), plain.narrowInferencesPerSecond())
        .note("tables: masks, W·r, check, seal, write and fsync; without starting a Flink job")
        .note(
            "files of %s passes, one thread a file; medians of %s interleaved rounds"
                .formatted(options.passes(), options.rounds()))
        .chart(
            new BarChart(
                    model.name() + ": offline and plain",
                    "per second",
                    List.of("passes of tables", "plain, one session", "plain, a caller per core"))
                .series(
                    "per second",
                    List.of(
                        tables,
                        plain.wideInferencesPerSecond(),
                        plain.narrowInferencesPerSecond())));
  }
}
