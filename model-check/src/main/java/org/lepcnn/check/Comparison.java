/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.check;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.stream.Stream;
import org.lepcnn.device.stage.HostTensor;

/** Every output of one input beside what it should be. */
record Comparison(List<OutputDifference> outputs) {
  Comparison {
    outputs = List.copyOf(outputs);
  }

  /** With what ONNX Runtime gives for the model in float, output by output. */
  static Comparison withFloat(Map<String, HostTensor> actual, Map<String, HostTensor> floats) {
    List<OutputDifference> outputs = new ArrayList<>();
    floats.forEach(
        (name, expected) -> outputs.add(OutputDifference.of(name, actual.get(name), expected)));
    return new Comparison(outputs);
  }

  /**
   * With outputs that a data set stores.
   *
   * @param actual in the model's order
   * @param stored those that are there, by their numbers in that order
   */
  static Comparison withStored(
      Map<String, HostTensor> actual, SortedMap<Integer, HostTensor> stored) {
    List<String> names = List.copyOf(actual.keySet());
    List<OutputDifference> outputs = new ArrayList<>();
    stored.forEach(
        (number, expected) -> {
          String name = number < names.size() ? names.get(number) : "output " + number;
          outputs.add(OutputDifference.of(name, actual.get(name), expected));
        });
    return new Comparison(outputs);
  }

  /** That of an output; null when it was not compared. */
  OutputDifference of(String output) {
    return outputs.stream().filter(each -> each.name().equals(output)).findFirst().orElse(null);
  }

  /** Whether something was compared, and all of it agrees. */
  boolean agrees(Tolerance tolerance) {
    return !outputs.isEmpty() && outputs.stream().allMatch(output -> output.agrees(tolerance));
  }

  boolean isEmpty() {
    return outputs.isEmpty();
  }

  /** The largest error of any output. */
  double error() {
    return outputs.stream().mapToDouble(OutputDifference::error).max().orElse(0);
  }

  /** The kind of the output with the largest error; of the first with elements where all agree. */
  ElementKind worstKind() {
    return outputs.stream()
        .filter(output -> output.error() > 0)
        .max(Comparator.comparingDouble(OutputDifference::error))
        .or(() -> outputs.stream().filter(output -> output.elements() > 0).findFirst())
        .map(OutputDifference::kind)
        .orElse(ElementKind.REAL);
  }

  /** The output of floating-point numbers with the largest error; null when there is none. */
  OutputDifference worstReal() {
    OutputDifference worst = null;
    for (OutputDifference output : outputs) {
      boolean something = output.elements() > 0 || !output.fits();
      if (something
          && output.kind() == ElementKind.REAL
          && (worst == null || output.error() > worst.error())) {
        worst = output;
      }
    }
    return worst;
  }

  /** What all outputs should have together; none for outputs that are empty. */
  long elements() {
    return outputs.stream().mapToLong(OutputDifference::elements).sum();
  }

  /** Elements of a kind, of all outputs. */
  long elements(ElementKind kind) {
    return outputs.stream()
        .filter(output -> output.kind() == kind)
        .mapToLong(OutputDifference::elements)
        .sum();
  }

  /** How many of them differ. */
  long differing(ElementKind kind) {
    return outputs.stream()
        .filter(output -> output.kind() == kind)
        .mapToLong(OutputDifference::differing)
        .sum();
  }

  /** How many differ of what is the same or not, as phrases; none of a kind without elements. */
  List<String> differences() {
    return Stream.of(ElementKind.values())
        .filter(kind -> kind.isSameOrNot() && elements(kind) > 0)
        .map(kind -> differing(kind) + " of " + elements(kind) + " " + kind.plural() + " differ")
        .toList();
  }

  /** How many elements are NaN on either side. */
  long nans() {
    return outputs.stream().mapToLong(OutputDifference::nans).sum();
  }
}
