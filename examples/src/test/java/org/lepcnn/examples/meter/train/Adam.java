/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.examples.meter.train;

import java.util.List;

/** Adam: steps along the moving mean of the gradients, divided by their moving magnitude. */
final class Adam {
  private static final float MEAN_KEPT = 0.9f;
  private static final float SQUARE_KEPT = 0.999f;
  private static final float EPSILON = 1e-8f;

  private final List<Parameter> parameters;
  private final float[][] means;
  private final float[][] squares;
  private double meanWeight = 1;
  private double squareWeight = 1;

  Adam(List<Parameter> parameters) {
    this.parameters = List.copyOf(parameters);
    this.means = new float[parameters.size()][];
    this.squares = new float[parameters.size()][];
    for (int i = 0; i < means.length; i++) {
      means[i] = new float[parameters.get(i).values.length];
      squares[i] = new float[means[i].length];
    }
  }

  /** Changes all parameters against their gradients. */
  void step(double rate) {
    meanWeight *= MEAN_KEPT;
    squareWeight *= SQUARE_KEPT;
    float stride = (float) (rate / (1 - meanWeight));
    float correction = (float) (1 / (1 - squareWeight));
    for (int i = 0; i < means.length; i++) {
      step(parameters.get(i), means[i], squares[i], stride, correction);
    }
  }

  private static void step(
      Parameter parameter, float[] means, float[] squares, float stride, float correction) {
    for (int i = 0; i < means.length; i++) {
      float gradient = parameter.gradients[i];
      means[i] = MEAN_KEPT * means[i] + (1 - MEAN_KEPT) * gradient;
      squares[i] = SQUARE_KEPT * squares[i] + (1 - SQUARE_KEPT) * gradient * gradient;
      double magnitude = Math.sqrt(squares[i] * correction) + EPSILON;
      parameter.values[i] -= (float) (stride * means[i] / magnitude);
    }
  }
}
