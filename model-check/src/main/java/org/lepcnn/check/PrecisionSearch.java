/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.check;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.kernel.KernelProvider;
import org.lepcnn.core.model.DeviceHalf;
import org.lepcnn.core.model.LinearLayerSpec;
import org.lepcnn.core.model.MaskedTensorSpec;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.device.reference.KernelNetwork;
import org.lepcnn.device.reference.SharedKernels;
import org.lepcnn.device.stage.HostTensor;
import org.lepcnn.onnx.Mix;
import org.lepcnn.onnx.Mixes;
import org.lepcnn.onnx.PreparedImport;
import org.lepcnn.onnx.plan.Precision;

/**
 * Finds a cheap mix of 8-bit and finer weights whose relative error on samples meets a target.
 *
 * <p>It begins with a given precision, and is done when that meets the target. {@link
 * Precision#FAST} is a good beginning: its finer layers cost next to nothing. A finer layer costs
 * its multiplications once more. Each layer's gain is the noise over the signal that its 8-bit
 * weights add, (Σ(y₈ − y₁₂)² / Σy₁₂²), on the inputs that it has in the network of finest weights:
 * in a chain of layers these ratios about add up. Layers are made finer in the order of gain over
 * cost; bisection finds how many are needed, and then each of them, the costliest first, is tried
 * without, as long as that takes no more than {@link #REMOVAL_WORK}. Every mix is measured on all
 * samples; layers that it shares with one before are neither rounded nor packed again.
 *
 * <p>Where tensors may be in the smaller field, their coarser activations are tried first, and
 * again beside the finer layers that were found: a tensor in the larger field costs a third more
 * bytes, but no multiplication.
 */
public final class PrecisionSearch {
  /**
   * Multiplications that trying to do without finer layers may take, samples and all: some ten
   * seconds of a core.
   */
  static final long REMOVAL_WORK = 20_000_000_000L;

  private final Path model;
  private final PreparedImport prepared;
  private final Mixes mixes;
  private final List<Sample> samples;
  private final double target;
  private final SharedKernels kernels;
  private final Precision first;
  private final Consumer<String> progress;

  /**
   * An input with its answer.
   *
   * @param inputs by name
   * @param expected the outputs of float ONNX Runtime by name
   */
  public record Sample(Map<String, HostTensor> inputs, Map<String, HostTensor> expected) {
    /** Whether an output has elements, so that an error can be measured. */
    public boolean tellsSomething() {
      return Comparison.withFloat(expected, expected).elements() > 0;
    }
  }

  /**
   * What was found.
   *
   * @param bundle of the mix
   * @param precision that it has
   * @param error its largest relative error over the samples; of what is the same or not the share
   *     that differs
   * @param kind of the output that has this error
   * @param met whether that meets the target; where not, all layers are as fine as can be
   * @param finerLayers layers with weights of two parts
   * @param twice the share of the multiplications that these do twice
   * @param weakest where the target is not met, the first layer after which the error exceeds it;
   *     null where no layer does, but what the device computes behind them
   */
  public record Found(
      ModelBundle bundle,
      Precision precision,
      double error,
      ElementKind kind,
      boolean met,
      int finerLayers,
      double twice,
      LayerErrors.Line weakest) {}

  private record Trial(Precision precision, Mix mix, double error, ElementKind kind) {}

  private record Candidate(String output, long cost, double gainOverCost) {}

  /** Candidates that are made finer, with what that gives. */
  private record Choice(List<Candidate> chosen, Trial trial) {}

  /**
   * @param model the ONNX file that was prepared
   * @param first what to begin with; its finer layers stay finer
   * @param progress is told what is tried, when that begins
   */
  public PrecisionSearch(
      Path model,
      PreparedImport prepared,
      List<Sample> samples,
      double target,
      Precision first,
      KernelProvider provider,
      Consumer<String> progress) {
    this.model = model;
    this.prepared = prepared;
    this.samples = List.copyOf(samples);
    this.target = target;
    this.first = first;
    this.mixes = new Mixes(prepared);
    this.kernels = new SharedKernels(provider);
    this.progress = progress;
  }

  /** Searches, once. */
  public Found run() {
    try (kernels) {
      return search();
    }
  }

  private Found search() {
    Trial begun = attempt(first, "the precision to begin with");
    if (begun.error() <= target) {
      return result(begun);
    }
    Precision wide = first.inField(ResidueField.P31);
    boolean hasOne = first.smallestField() == ResidueField.P31;
    Trial all31 = hasOne ? begun : attempt(wide, "all tensors in 31 bits");
    if (all31.error() <= target) {
      return result(narrow(first, all31));
    }
    Trial high = attempt(Precision.HIGH.inField(ResidueField.P31), "the finest weights everywhere");
    if (high.error() > target) {
      return result(high);
    }
    Set<String> free = finerOutputs(all31.mix());
    List<Candidate> candidates = candidates(all31.mix(), high.mix());
    Trial pruned = prune(bisect(candidates, free, high), free);
    Precision finer = Precision.highFor(finerOutputs(pruned.mix()));
    return result(hasOne ? pruned : narrow(finer.inField(first.smallestField()), pruned));
  }

  /**
   * The fewest tensors in 31 bits that meet the target, beginning with those whose rounding to 24
   * bits adds the most noise for the bytes that it saves.
   *
   * @param precision by which tensors may be in 24 bits
   * @param wide the same with all of them in 31 bits, which meets the target
   */
  private Trial narrow(Precision precision, Trial wide) {
    Trial narrow = attempt(precision, "tensors in 24 bits");
    List<String> tensors = coarsest(narrow.mix());
    Trial best = narrow.error() <= target ? narrow : wide;
    int misses = 0;
    int meets = best == narrow ? 0 : tensors.size();
    while (meets - misses > 1) {
      int middle = (misses + meets) >>> 1;
      Set<String> some = Set.copyOf(tensors.subList(0, middle));
      Trial trial = attempt(precision.wideFor(some), middle + " more tensors in 31 bits");
      if (trial.error() <= target) {
        meets = middle;
        best = trial;
      } else {
        misses = middle;
      }
    }
    return best;
  }

  /** The tensors in 24 bits, by the noise of their rounding over the bytes that they save. */
  private static List<String> coarsest(Mix mix) {
    Map<String, Double> noises = new LinkedHashMap<>();
    for (MaskedTensorSpec tensor : mix.plan().tensors()) {
      if (tensor.field() == ResidueField.P24) {
        DeviceHalf.TensorBinding binding = mix.device().tensors().get(tensor.id());
        double steps = binding.range().limit();
        noises.put(binding.value(), 1 / (steps * steps * tensor.elements()));
      }
    }
    List<String> tensors = new ArrayList<>(noises.keySet());
    tensors.sort(Comparator.<String>comparingDouble(noises::get).reversed());
    return tensors;
  }

  /** The fewest first candidates that meet the target; all of them do, as {@code high} says. */
  private Choice bisect(List<Candidate> candidates, Set<String> free, Trial high) {
    int misses = 0;
    int meets = candidates.size();
    Trial best = high;
    while (meets - misses > 1) {
      int middle = (misses + meets) >>> 1;
      Trial trial = attempt(with(free, candidates.subList(0, middle)));
      if (trial.error() <= target) {
        meets = middle;
        best = trial;
      } else {
        misses = middle;
      }
    }
    return new Choice(candidates.subList(0, meets), best);
  }

  private Trial prune(Choice choice, Set<String> free) {
    Set<String> finer = with(free, choice.chosen());
    Trial best = choice.trial();
    long work = 0;
    List<Candidate> costliest = new ArrayList<>(choice.chosen());
    costliest.sort(Comparator.comparingLong(Candidate::cost).reversed());
    for (Candidate candidate : costliest) {
      work += work(best.mix()) * samples.size();
      if (work > REMOVAL_WORK) {
        break;
      }
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

  private List<Candidate> candidates(Mix begun, Mix high) {
    int layers = high.plan().layers().size();
    double[] gains = new double[layers];
    try (KernelNetwork coarse = network(begun);
        KernelNetwork fine = network(high)) {
      for (Sample sample : samples) {
        progress.accept("measuring the noise of every layer");
        fine.run(
            sample.inputs(),
            (layer, input, output) -> gains[layer] += noise(coarse.runLayer(layer, input), output));
      }
    }
    List<Candidate> candidates = new ArrayList<>();
    for (LinearLayerSpec layer : high.plan().layers()) {
      if (parts(high, layer) > parts(begun, layer)) {
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
    return attempt(
        Precision.highFor(finer).inField(ResidueField.P31),
        "finer weights in " + finer.size() + " layers");
  }

  private Trial attempt(Precision precision, String what) {
    progress.accept("rounding the weights: " + what);
    Mix mix = mixes.of(precision);
    double error = -1;
    ElementKind kind = ElementKind.REAL;
    try (KernelNetwork network = network(mix)) {
      for (Sample sample : samples) {
        progress.accept("measuring the error: " + what);
        Map<String, HostTensor> outputs =
            network.run(sample.inputs(), (layer, input, output) -> {});
        Comparison compared = Comparison.withFloat(outputs, sample.expected());
        if (compared.error() > error) {
          error = compared.error();
          kind = compared.worstKind();
        }
      }
    }
    return new Trial(precision, mix, error, kind);
  }

  private KernelNetwork network(Mix mix) {
    return new KernelNetwork(mix.edge(), mix.device(), kernels);
  }

  private Found result(Trial trial) {
    Mix mix = trial.mix();
    ModelBundle bundle = mix.bundle();
    long once = mix.plan().layers().stream().mapToLong(layer -> layer.geometry().macs()).sum();
    boolean met = trial.error() <= target;
    return new Found(
        bundle,
        trial.precision(),
        trial.error(),
        trial.kind(),
        met,
        finerOutputs(mix).size(),
        once == 0 ? 0 : (double) (work(mix) - once) / once,
        met ? null : weakest(bundle, mix));
  }

  /** Multiplications of a pass, those of two parts counted twice. */
  private static long work(Mix mix) {
    return mix.plan().layers().stream()
        .mapToLong(layer -> layer.geometry().macs() * parts(mix, layer))
        .sum();
  }

  private LayerErrors.Line weakest(ModelBundle bundle, Mix mix) {
    if (mix.plan().layers().isEmpty()) {
      return null;
    }
    LayerErrors errors = new LayerErrors(bundle, prepared.layerReference());
    try (KernelNetwork network = network(mix);
        FloatModel floats = errors.floatModel(model)) {
      for (Sample sample : samples) {
        progress.accept("measuring the error after every layer");
        network.run(sample.inputs(), errors.observer());
        errors.compare(floats.run(sample.inputs()));
      }
    }
    return errors.lines().stream()
        .filter(line -> line.relativeError() != null && line.relativeError() > target)
        .findFirst()
        .orElse(null);
  }

  private static int parts(Mix mix, LinearLayerSpec layer) {
    return mix.edge().weights().get(layer.index()).parts();
  }

  private static Set<String> finerOutputs(Mix mix) {
    Set<String> outputs = new HashSet<>();
    for (LinearLayerSpec layer : mix.plan().layers()) {
      if (parts(mix, layer) > 1) {
        outputs.add(mix.device().layers().get(layer.index()).output());
      }
    }
    return outputs;
  }

  private static Set<String> with(Set<String> free, List<Candidate> candidates) {
    Set<String> outputs = new HashSet<>(free);
    candidates.forEach(candidate -> outputs.add(candidate.output()));
    return outputs;
  }
}
