/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.device.stage.HostTensor;
import org.lepcnn.device.stage.RowTensors;

/**
 * Compares inputs one pass after the other. An input that cannot be computed on, since it holds NaN
 * for instance, is told, and keeps no other from being compared.
 */
public final class CheckRun {
  private final RowTensors rows;
  private final PrivateCheck check;
  private final FloatModel floats;
  private final LayerErrors layers;
  private final FloatModel floatLayers;
  private final List<CheckLine> lines = new ArrayList<>();
  private final List<Failure> failures = new ArrayList<>();

  /**
   * An input with what is known of its answer.
   *
   * @param name for people
   * @param values by the names of the model's inputs
   * @param stored outputs by their numbers
   * @param label the right answer, or −1
   */
  public record Input(
      String name,
      Map<String, HostTensor> values,
      SortedMap<Integer, HostTensor> stored,
      long label) {}

  /** An input that could not be compared, and why. */
  public record Failure(Input input, BadInputException reason) {}

  /** Compares outputs alone. */
  public CheckRun(ModelBundle bundle, PrivateCheck check, FloatModel floats) {
    this(bundle, check, floats, null, null);
  }

  /**
   * Compares the results of layers too.
   *
   * @param layers takes them; null for none
   * @param floatLayers the float model that gives them; null for none
   */
  public CheckRun(
      ModelBundle bundle,
      PrivateCheck check,
      FloatModel floats,
      LayerErrors layers,
      FloatModel floatLayers) {
    this.rows = new RowTensors(bundle.device());
    this.check = check;
    this.floats = floats;
    this.layers = layers;
    this.floatLayers = floatLayers;
  }

  /**
   * Runs a pass; where its inputs cannot share one, each of them alone.
   *
   * @param inputs at most as many as the model's batch
   */
  public void run(List<Input> inputs) {
    try {
      lines.addAll(compared(inputs));
    } catch (BadInputException e) {
      if (inputs.size() == 1) {
        failures.add(new Failure(inputs.get(0), e));
      } else {
        inputs.forEach(input -> run(List.of(input)));
      }
    }
  }

  private List<CheckLine> compared(List<Input> inputs) {
    Map<String, HostTensor> joined = rows.join(inputs.stream().map(Input::values).toList());
    CheckedInput checked =
        layers == null ? check.run(joined) : check.run(joined, layers.observer());
    List<Map<String, HostTensor>> outputs = rows.split(checked.outputs(), inputs.size());
    List<CheckLine> compared = new ArrayList<>();
    for (int row = 0; row < inputs.size(); row++) {
      Input input = inputs.get(row);
      compared.add(
          CheckLine.compare(
              input.name(),
              checked.withOutputs(outputs.get(row)),
              floats.run(input.values()),
              input.stored(),
              input.label()));
    }
    if (layers != null) {
      layers.compare(floatLayers.run(joined));
    }
    return compared;
  }

  /** The inputs that were compared, in their order. */
  public List<CheckLine> lines() {
    return List.copyOf(lines);
  }

  /** The inputs that were not, in their order. */
  public List<Failure> failures() {
    return List.copyOf(failures);
  }
}
