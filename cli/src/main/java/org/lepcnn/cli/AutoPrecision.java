/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.lepcnn.check.FloatModel;
import org.lepcnn.check.PrecisionSearch;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.LepcnnException;
import org.lepcnn.core.kernel.choice.Kernels;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.device.stage.HostTensor;
import org.lepcnn.gateway.input.MadeUpInputs;
import org.lepcnn.gateway.input.Samples;
import org.lepcnn.gateway.input.TestDataSets;
import org.lepcnn.onnx.ImportOptions;
import org.lepcnn.onnx.ModelImporter;
import org.lepcnn.onnx.PreparedImport;
import org.lepcnn.onnx.plan.Precision;

/**
 * {@code --precision auto}: measures how far the integer network is from float, and makes layers
 * finer until the error meets the target.
 *
 * <p>It measures on samples that the user gives; otherwise on the first data sets beside the model;
 * otherwise on random numbers. Samples that cannot be used are an error. Where data sets or random
 * numbers cannot, the weights are those of {@link Precision#FAST}, and it says why.
 */
final class AutoPrecision {
  /** Inputs that are measured on when the user gives none. */
  private static final int INPUTS = 4;

  private final Path model;
  private final ImportOptions options;
  private final PreparedImport prepared;
  private final double target;
  private final Consumer<String> steps;

  /** A precision, and a bundle of it. */
  record Chosen(Precision precision, ModelBundle bundle, PrecisionReached reached) {}

  AutoPrecision(
      Path model,
      ImportOptions options,
      PreparedImport prepared,
      double target,
      Consumer<String> steps) {
    this.model = model;
    this.options = options;
    this.prepared = prepared;
    this.target = target;
    this.steps = steps;
  }

  /**
   * Chooses.
   *
   * @param samples of the user, or null
   */
  Chosen choose(Path samples) {
    if (samples != null) {
      List<Map<String, HostTensor>> inputs =
          Samples.read(samples, ImportArguments.modelInputs(model, prepared.inputs(), options));
      return measured(inputs, count(inputs.size(), "sample"));
    }
    try {
      List<Map<String, HostTensor>> stored = stored();
      return stored.isEmpty()
          ? measuredOnMadeUp(ModelImporter.byteInputs(model))
          : measured(stored, count(stored.size(), "data set") + " beside the model");
    } catch (LepcnnException e) {
      return new Chosen(
          options.precision(),
          prepared.bundle(options.precision(), steps),
          PrecisionReached.notMeasured(target, e.getMessage()));
    }
  }

  /**
   * Measures on inputs that are made up.
   *
   * @param bytes names of the inputs that want pictures of bytes
   */
  private Chosen measuredOnMadeUp(Set<String> bytes) {
    String kind = bytes.isEmpty() ? " of random numbers" : " of random pictures from 0 to 255";
    return measured(
        MadeUpInputs.make(prepared.inputs(), INPUTS, bytes),
        count(INPUTS, "input") + kind + " (--samples measures on your own)");
  }

  private List<Map<String, HostTensor>> stored() {
    return TestDataSets.read(
            model.toAbsolutePath().getParent(),
            ImportArguments.modelInputs(model, prepared.inputs(), options),
            INPUTS)
        .stream()
        .map(TestDataSets.DataSet::inputs)
        .toList();
  }

  private Chosen measured(List<Map<String, HostTensor>> inputs, String what) {
    List<PrecisionSearch.Sample> samples = new ArrayList<>();
    try (FloatModel floats = new FloatModel(model, ModelImporter.original(model, options))) {
      for (Map<String, HostTensor> input : inputs) {
        steps.accept(
            "running the float model on input " + (samples.size() + 1) + " of " + inputs.size());
        samples.add(new PrecisionSearch.Sample(input, floats.run(input)));
      }
    }
    if (samples.stream().noneMatch(PrecisionSearch.Sample::tellsSomething)) {
      throw BadInputException.about("Measuring the precision on " + what)
          .expected("outputs with elements to compare")
          .found("none");
    }
    PrecisionSearch.Found found =
        new PrecisionSearch(
                model, prepared, samples, target, options.precision(), Kernels.choose(null), steps)
            .run();
    return new Chosen(
        found.precision(), found.bundle(), PrecisionReached.of(found, target, what, inputs.size()));
  }

  private static String count(int number, String noun) {
    return number + " " + noun + (number == 1 ? "" : "s");
  }
}
