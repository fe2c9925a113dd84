/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.examples.meter.train;

import java.util.List;

/** Keeps the largest of every two by two values; the gradient goes to that one. */
final class MaxPool implements Layer {
  private Batch input;

  /** For each output value, the place of the input value that it is. */
  private int[] sources = {};

  @Override
  public Batch forward(Batch batch, boolean training) {
    if (batch.height % 2 != 0 || batch.width % 2 != 0) {
      throw new IllegalArgumentException(
          "MaxPool: expected even sizes, found " + batch.height + " x " + batch.width);
    }
    input = batch;
    Batch output = Batch.zeros(batch.count, batch.channels, batch.height / 2, batch.width / 2);
    sources = new int[output.values.length];
    for (int i = 0; i < sources.length; i++) {
      // Maps lie one after another and have even heights: rows may be counted over all of them.
      int corner = i / output.width * 2 * batch.width + i % output.width * 2;
      int source = larger(batch.values, corner, corner + 1);
      source = larger(batch.values, source, corner + batch.width);
      source = larger(batch.values, source, corner + batch.width + 1);
      sources[i] = source;
      output.values[i] = batch.values[source];
    }
    return output;
  }

  private static int larger(float[] values, int first, int second) {
    return values[second] > values[first] ? second : first;
  }

  @Override
  public Batch backward(Batch outputGradient) {
    float[] gradients = new float[input.values.length];
    for (int i = 0; i < sources.length; i++) {
      gradients[sources[i]] = outputGradient.values[i];
    }
    return input.with(gradients);
  }

  @Override
  public String export(OnnxGraph graph, String inputName) {
    return graph.node(
        "MaxPool",
        graph.fresh("pool"),
        List.of(inputName),
        OnnxGraph.integers("kernel_shape", 2, 2),
        OnnxGraph.integers("strides", 2, 2));
  }
}
