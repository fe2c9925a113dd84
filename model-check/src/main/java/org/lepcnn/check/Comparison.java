/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.check;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
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
   * With outputs that a data set stores, in the model's order.
   *
   * @param stored as many as are stored, from the first output on
   */
  static Comparison withStored(Map<String, HostTensor> actual, List<HostTensor> stored) {
    List<OutputDifference> outputs = new ArrayList<>();
    Iterator<Map.Entry<String, HostTensor>> next = actual.entrySet().iterator();
    for (int i = 0; i < stored.size(); i++) {
      Map.Entry<String, HostTensor> output = next.hasNext() ? next.next() : null;
      outputs.add(
          OutputDifference.of(
              output == null ? "output " + i : output.getKey(),
              output == null ? null : output.getValue(),
              stored.get(i)));
    }
    return new Comparison(outputs);
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

  /** The output of floating-point numbers with the largest error; null when there is none. */
  OutputDifference worstReal() {
    OutputDifference worst = null;
    for (OutputDifference output : outputs) {
      boolean something = output.elements() > 0 || !output.fits();
      if (something && !output.whole() && (worst == null || output.error() > worst.error())) {
        worst = output;
      }
    }
    return worst;
  }

  /** What all outputs should have together; none for outputs that are empty. */
  long elements() {
    return outputs.stream().mapToLong(OutputDifference::elements).sum();
  }

  /** Whole numbers and booleans of all outputs. */
  long wholeNumbers() {
    return outputs.stream()
        .filter(OutputDifference::whole)
        .mapToLong(OutputDifference::elements)
        .sum();
  }

  /** How many of them differ. */
  long differing() {
    return outputs.stream().mapToLong(OutputDifference::differing).sum();
  }

  /** How many elements are NaN on either side. */
  long nans() {
    return outputs.stream().mapToLong(OutputDifference::nans).sum();
  }
}
