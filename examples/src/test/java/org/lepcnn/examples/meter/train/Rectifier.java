/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.examples.meter.train;

import java.util.List;

/** ReLU: negative values become zero, and let no gradient through. */
final class Rectifier implements Layer {
  private Batch output;

  @Override
  public Batch forward(Batch input, boolean training) {
    float[] values = new float[input.values.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = Math.max(0, input.values[i]);
    }
    output = input.with(values);
    return output;
  }

  @Override
  public Batch backward(Batch outputGradient) {
    float[] gradients = new float[outputGradient.values.length];
    for (int i = 0; i < gradients.length; i++) {
      gradients[i] = output.values[i] > 0 ? outputGradient.values[i] : 0;
    }
    return outputGradient.with(gradients);
  }

  @Override
  public String export(OnnxGraph graph, String input) {
    return graph.node("Relu", graph.fresh("relu"), List.of(input));
  }
}
