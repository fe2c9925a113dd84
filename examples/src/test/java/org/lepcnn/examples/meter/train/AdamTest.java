/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.examples.meter.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.lepcnn.examples.meter.render.Dice;

class AdamTest {
  @Test
  void aSmallNetwork_learnsTheExclusiveOr() {
    Dice dice = Dice.of(2, 0);
    Batch inputs = new Batch(4, 2, 1, 1, new float[] {0, 0, 0, 1, 1, 0, 1, 1});
    int[] labels = {0, 1, 1, 0};
    Sequence network =
        new Sequence(
            new FullyConnected(2, 16, dice), new Rectifier(), new FullyConnected(16, 2, dice));
    Adam adam = new Adam(network.parameters());
    double before = loss(network, inputs, labels);
    for (int step = 0; step < 300; step++) {
      Batch probabilities = CrossEntropy.softmax(network.forward(inputs, true));
      network.backward(CrossEntropy.gradient(probabilities, labels));
      adam.step(0.02);
    }
    assertThat(before).isGreaterThan(0.3);
    assertThat(loss(network, inputs, labels)).isLessThan(0.02);
  }

  @Test
  void theFirstStep_isAsLongAsTheRate() {
    Parameter parameter = new Parameter(new float[] {1, 1});
    parameter.gradients[0] = 0.5f;
    parameter.gradients[1] = -40;
    new Adam(List.of(parameter)).step(0.125);
    assertThat(parameter.values[0]).isBetween(0.8749f, 0.8751f);
    assertThat(parameter.values[1]).isBetween(1.1249f, 1.1251f);
  }

  private static double loss(Layer network, Batch inputs, int[] labels) {
    return CrossEntropy.loss(CrossEntropy.softmax(network.forward(inputs, true)), labels);
  }
}
