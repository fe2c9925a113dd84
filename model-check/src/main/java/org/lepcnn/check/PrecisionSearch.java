/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.check;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.lepcnn.core.kernel.KernelProvider;
import org.lepcnn.core.model.LinearLayerSpec;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.device.reference.KernelNetwork;
import org.lepcnn.device.stage.HostTensor;
import org.lepcnn.onnx.PreparedImport;
import org.lepcnn.onnx.plan.Precision;

/**
 * Finds the cheapest mix of 8-bit and finer weights whose relative error on samples meets a target.
 *
 * <p>A finer layer costs its multiplications once more. Each layer's gain is the noise over the
 * signal that its 8-bit weights add, (Σ(y₈ − y₁₂)² / Σy₁₂²), on the inputs that it has in the
 * network of finest weights: in a chain of layers these ratios about add up. Layers are made finer
 * in the order of gain over cost; bisection finds how many are needed, and then each of them, the
 * costliest first, is tried without. Every mix is measured on all samples.
 */
public final class PrecisionSearch {
  /** Mixes that are tried after the bisection, each a run of all samples. */
  private static final int MAX_REMOVALS = 24;

  private final PreparedImport prepared;
  private final List<Sample> samples;
  private final double target;
  private final KernelProvider provider;
  private final Consumer<String> progress;

  /**
   * An input with its answer.
   *
   * @param inputs by name
   * @param expected the outputs of float ONNX Runtime by name
   */
  public record Sample(Map<String, HostTensor> inputs, Map<String, HostTensor> expected) {}

  /**
   * What was found.
   *
   * @param bundle of the mix
   * @param error its largest relative error over the samples; of whole numbers the share that
   *     differs
   * @param met whether that meets the target; where not, all layers are as fine as can be
   * @param finerLayers layers with weights of two parts
   */
  public record Found(ModelBundle bundle, double error, boolean met, int finerLayers) {}

  private record Trial(ModelBundle bundle, double error) {}

  private record Candidate(String output, long cost, double gainOverCost) {}

  public PrecisionSearch(
      PreparedImport prepared,
      List<Sample> samples,
      double target,
      KernelProvider provider,
      Consumer<String> progress) {
    this.prepared = prepared;
    this.samples = List.copyOf(samples);
    this.target = target;
    this.provider = provider;
    this.progress = progress;
  }

  public Found run() {
    Trial eight = attempt(Precision.EIGHT_BITS, "8-bit weights");
    if (eight.error() <= target) {
      return result(eight);
    }
    Trial high = attempt(Precision.HIGH, "finest weights");
    if (high.error() > target) {
      return result(high);
    }
    List<Candidate> candidates = candidates(eight.bundle(), high.bundle());
    int fewest = bisect(candidates);
    Set<String> finer = outputs(candidates.subList(0, fewest));
    return result(prune(candidates.subList(0, fewest), finer));
  }

  /** The smallest number of first candidates that meets the target; all of them do. */
  private int bisect(List<Candidate> candidates) {
    int misses = 0;
    int meets = candidates.size();
    while (meets - misses > 1) {
      int middle = (misses + meets) >>> 1;
      if (attempt(outputs(candidates.subList(0, middle))).error() <= target) {
        meets = middle;
      } else {
        misses = middle;
      }
    }
    return meets;
  }

  private Trial prune(List<Candidate> chosen, Set<String> finer) {
    Trial best = attempt(finer);
    List<Candidate> costliest = new ArrayList<>(chosen);
    costliest.sort(Comparator.comparingLong(Candidate::cost).reversed());
    for (Candidate candidate : costliest.subList(0, Math.min(MAX_REMOVALS, costliest.size()))) {
      Set<String> without = new HashSet<>(finer);
      without.remove(candidate.output());
      Trial trial = attempt(without);
      if (trial.error() <= target) {
        finer.remove(candidate.output());
        best = trial;
      }
    }
    return best;
  }

  private List<Candidate> candidates(ModelBundle fast, ModelBundle high) {
    int layers = high.plan().layers().size();
    double[] gains = new double[layers];
    try (KernelNetwork coarse = new KernelNetwork(fast, provider);
        KernelNetwork fine = new KernelNetwork(high, provider)) {
      for (Sample sample : samples) {
        fine.run(
            sample.inputs(),
            (layer, input, output) -> gains[layer] += noise(coarse.runLayer(layer, input), output));
      }
    }
    List<Candidate> candidates = new ArrayList<>();
    for (LinearLayerSpec layer : high.plan().layers()) {
      if (high.edge().weights().get(layer.index()).parts() > 1) {
        long cost = layer.geometry().macs();
        String output = high.device().layers().get(layer.index()).output();
        candidates.add(new Candidate(output, cost, gains[layer.index()] / cost));
      }
    }
    candidates.sort(Comparator.comparingDouble(Candidate::gainOverCost).reversed());
    return candidates;
  }

  private static double noise(float[] coarse, float[] fine) {
    double noise = 0;
    double signal = 0;
    for (int i = 0; i < fine.length; i++) {
      double difference = (double) coarse[i] - fine[i];
      noise += difference * difference;
      signal += (double) fine[i] * fine[i];
    }
    return signal == 0 ? 0 : noise / signal;
  }

  private Trial attempt(Set<String> finer) {
    return attempt(Precision.highFor(finer), "finer weights in " + finer.size() + " layers");
  }

  private Trial attempt(Precision precision, String what) {
    ModelBundle bundle = prepared.bundle(precision);
    double error = 0;
    try (KernelNetwork network = new KernelNetwork(bundle, provider)) {
      for (Sample sample : samples) {
        Map<String, HostTensor> outputs =
            network.run(sample.inputs(), (layer, input, output) -> {});
        error = Math.max(error, Comparison.withFloat(outputs, sample.expected()).error());
      }
    }
    progress.accept(String.format(java.util.Locale.ROOT, "%s: relative error %.3g", what, error));
    return new Trial(bundle, error);
  }

  private Found result(Trial trial) {
    long finer = trial.bundle().edge().weights().stream().filter(w -> w.parts() > 1).count();
    return new Found(trial.bundle(), trial.error(), trial.error() <= target, (int) finer);
  }

  private static Set<String> outputs(List<Candidate> candidates) {
    Set<String> outputs = new HashSet<>();
    candidates.forEach(candidate -> outputs.add(candidate.output()));
    return outputs;
  }
}
