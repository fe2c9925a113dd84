/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.lepcnn.bench.measure.BenchModel;
import org.lepcnn.bench.measure.Callers;
import org.lepcnn.bench.measure.LayerPair;
import org.lepcnn.bench.report.BarChart;
import org.lepcnn.bench.report.BenchResult;
import org.lepcnn.bench.report.Figure;
import org.lepcnn.bench.report.Machine;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.kernel.KernelProvider;
import org.lepcnn.core.kernel.choice.Kernels;
import org.lepcnn.core.linear.LayerWeights;
import org.lepcnn.core.model.LinearLayerSpec;
import org.lepcnn.core.model.Plan;

/**
 * Masked linear layers against the same layers in float by ONNX Runtime.
 *
 * <p>A masked call takes residues in planar order and gives residues in planar order: limb split,
 * layout and recombination are inside. With several threads, as many callers run masked layers at
 * the same time, one thread each, which is how an edge serves; float layers use as many threads
 * inside one call. Both are stated per layer computed.
 */
public final class KernelBenchmark {
  private static final int DEVICES = 8;
  private static final int WARM_UP_ROUNDS = 10;

  private final BenchModel model;
  private final Options options;
  private final Consumer<String> steps;

  /**
   * How to measure.
   *
   * @param kernel null for the fastest
   * @param threads numbers of threads, each measured
   * @param rounds of every layer, after the warm-up
   * @param sampleMillis how long one sample of one layer lasts, at least
   */
  public record Options(String kernel, List<Integer> threads, int rounds, double sampleMillis) {}

  private KernelBenchmark(BenchModel model, Options options, Consumer<String> steps) {
    this.model = model;
    this.options = options;
    this.steps = steps;
  }

  /** Measures; what it finds is not written anywhere yet. */
  public static BenchResult run(BenchModel model, Options options, Consumer<String> steps) {
    return new KernelBenchmark(model, options, steps).run();
  }

  private BenchResult run() {
    KernelProvider provider = Kernels.choose(options.kernel());
    BenchResult result =
        new BenchResult(
            "kernels",
            model.name(),
            Machine.here(provider.name()),
            List.of("layer", "threads", "multiplications", "masked ms", "float ms", "ratio"));
    for (int threads : options.threads()) {
      measure(provider, threads, result);
    }
    result.note("masked: residues in, residues out, planar; limb split and layout work included");
    result.note(layersInTheSmallField());
    result.note("several threads: as many concurrent callers (masked), intra-op threads (float)");
    result.note(
        String.format(
            Locale.ROOT,
            "medians of %d interleaved rounds of at least %.0f ms a sample",
            options.rounds(),
            options.sampleMillis()));
    return result;
  }

  private String layersInTheSmallField() {
    Plan plan = model.bundle().plan();
    long small =
        plan.layers().stream().filter(layer -> plan.field(layer) == ResidueField.P24).count();
    return "%d of %d layers in 24 bits, the others in 31".formatted(small, plan.layers().size());
  }

  private void measure(KernelProvider provider, int threads, BenchResult result) {
    List<LayerPair> pairs = new ArrayList<>();
    try (Callers callers = new Callers(threads);
        Callers single = new Callers(1)) {
      for (LinearLayerSpec layer : model.bundle().plan().layers()) {
        LayerWeights weights = model.bundle().edge().weights().get(layer.index());
        String name = model.bundle().device().layers().get(layer.index()).name();
        ResidueField field = model.bundle().plan().field(layer);
        pairs.add(LayerPair.open(name, field, layer.geometry(), weights, provider, threads));
      }
      for (int round = 0; round < WARM_UP_ROUNDS + options.rounds(); round++) {
        steps.accept("kernels: " + threads + " threads, round " + (round + 1));
        for (LayerPair pair : pairs) {
          pair.sample(callers, single, options.sampleMillis(), round >= WARM_UP_ROUNDS);
        }
      }
      report(pairs, threads, result);
      batch(pairs, threads, single, result);
    } finally {
      pairs.forEach(LayerPair::close);
    }
  }

  private void report(List<LayerPair> pairs, int threads, BenchResult result) {
    double masked = 0;
    double plain = 0;
    List<LayerPair> compared = pairs.stream().filter(LayerPair::hasBaseline).toList();
    for (LayerPair pair : compared) {
      masked += pair.maskedMillis();
      plain += pair.plainMillis();
      result.row(
          pair.name(), threads, pair.macs(), pair.maskedMillis(), pair.plainMillis(), pair.ratio());
    }
    long macs = compared.stream().mapToLong(LayerPair::macs).sum();
    result.row("total", threads, macs, masked, plain, masked / plain);
    result.figure(
        Figure.ratio(
            "masked ÷ plain float, linear layers, " + threads + " thread(s)", masked / plain));
    if (compared.size() < pairs.size()) {
      result.note((pairs.size() - compared.size()) + " layers without a float form left out");
    }
    if (threads == 1) {
      result.chart(
          new BarChart(
                  model.name() + ": masked and plain layers, one thread",
                  "ms",
                  compared.stream().map(LayerPair::name).toList())
              .series("masked", compared.stream().map(LayerPair::maskedMillis).toList())
              .series("plain float", compared.stream().map(LayerPair::plainMillis).toList()));
    }
  }

  /** The largest fully connected layer: eight devices in one call against eight plain runs. */
  private void batch(List<LayerPair> pairs, int threads, Callers single, BenchResult result) {
    LayerPair largest =
        pairs.stream()
            .filter(pair -> pair.isFullyConnected() && pair.hasBaseline())
            .max(java.util.Comparator.comparingLong(LayerPair::macs))
            .orElse(null);
    if (threads != 1 || largest == null) {
      return;
    }
    double ratio = largest.batchRatio(DEVICES, single, options.rounds(), options.sampleMillis());
    result.figure(
        Figure.ratio(
            "%s devices' %s in one batch ÷ %s plain runs one by one"
                .formatted(DEVICES, largest.name(), DEVICES),
            ratio));
  }
}
