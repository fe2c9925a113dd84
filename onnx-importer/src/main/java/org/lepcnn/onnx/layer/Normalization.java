/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.layer;

import java.util.Arrays;
import org.lepcnn.onnx.graph.Graph;
import org.lepcnn.onnx.graph.Node;
import org.lepcnn.onnx.graph.Tensors;

/**
 * A BatchNormalization with constant parameters as y = multiply[c] · x + add[c].
 *
 * @param multiply per channel, finite
 * @param add per channel, finite
 * @param deviation the square root of the variance per channel
 * @param mean per channel
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
record Normalization(double[] multiply, double[] add, double[] deviation, double[] mean) {
  private static final float DEFAULT_EPSILON = 1e-5f;
  private static final int PARAMETERS = 4;

  /**
   * The node's parameters; null when it is in training mode or they are not constant and finite.
   */
  static Normalization of(Graph graph, Node node, int channels) {
    if (node.integer("training_mode", 0) != 0 || node.integer("spatial", 1) != 1) {
      return null;
    }
    double[][] parameters = new double[PARAMETERS][];
    for (int i = 0; i < PARAMETERS; i++) {
      parameters[i] = PerChannel.values(graph.constants().get(node.input(i + 1)), channels);
      if (parameters[i] == null) {
        return null;
      }
    }
    double epsilon = node.real("epsilon", DEFAULT_EPSILON);
    double[] multiply = new double[channels];
    double[] add = new double[channels];
    double[] deviation = new double[channels];
    for (int i = 0; i < channels; i++) {
      deviation[i] = Math.sqrt(parameters[3][i] + epsilon);
      multiply[i] = parameters[0][i] / deviation[i];
      add[i] = parameters[1][i] - parameters[2][i] * multiply[i];
    }
    boolean finite =
        Arrays.stream(multiply).allMatch(Double::isFinite)
            && Arrays.stream(add).allMatch(Double::isFinite);
    return finite ? new Normalization(multiply, add, deviation, parameters[2]) : null;
  }

  /**
   * The same in the order and the precision in which ONNX Runtime computes it: y = fl(fl(multiply ·
   * x) + add) with both parameters rounded to float32 after each operator.
   */
  static Normalization inFloat(Graph graph, Node node, int channels) {
    Normalization exact = of(graph, node, channels);
    if (exact == null) {
      return null;
    }
    float[] scale = Tensors.floats(graph.constants().get(node.input(1)));
    float[] bias = Tensors.floats(graph.constants().get(node.input(2)));
    float[] mean = Tensors.floats(graph.constants().get(node.input(3)));
    float[] variance = Tensors.floats(graph.constants().get(node.input(4)));
    float epsilon = node.real("epsilon", DEFAULT_EPSILON);
    double[] multiply = new double[channels];
    double[] add = new double[channels];
    for (int i = 0; i < channels; i++) {
      float factor = 1 / (float) Math.sqrt(variance[i] + epsilon) * scale[i];
      multiply[i] = factor;
      add[i] = bias[i] - mean[i] * factor;
    }
    return new Normalization(multiply, add, exact.deviation(), exact.mean());
  }

  /** Whether it adds anything. */
  boolean shifts() {
    return Arrays.stream(add).anyMatch(value -> value != 0);
  }

  /** Whether folding it into the next layer costs few bits, see {@link NormalizedInput}. */
  boolean keepsBits() {
    double largest = Arrays.stream(multiply).map(Math::abs).max().orElse(0);
    double smallest = Arrays.stream(multiply).map(Math::abs).min().orElse(0);
    double farthest = Arrays.stream(mean).map(Math::abs).max().orElse(0);
    double widest = Arrays.stream(deviation).max().orElse(0);
    return smallest > 0
        && largest <= NormalizedInput.MAX_SPREAD * smallest
        && farthest <= NormalizedInput.MAX_OFFSET * widest;
  }
}
