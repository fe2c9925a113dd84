/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.examples.meter.train;

import org.lepcnn.examples.meter.render.Dice;

/** Values that are learned, and the gradient of the loss by each of them. */
final class Parameter {
  final float[] values;
  final float[] gradients;

  Parameter(float[] values) {
    this.values = values;
    this.gradients = new float[values.length];
  }

  /** Values of He's initialization: bell-shaped, deviation √(2 / inputs of a sum). */
  static Parameter random(int size, int inputs, Dice dice) {
    float[] values = new float[size];
    double deviation = Math.sqrt(2.0 / inputs);
    for (int i = 0; i < size; i++) {
      values[i] = (float) (deviation * dice.bell());
    }
    return new Parameter(values);
  }
}
