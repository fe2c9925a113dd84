/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.examples.meter.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.lepcnn.examples.meter.render.Dice;

/**
 * Compares each layer's gradients with finite differences of the loss Σ weight · output, whose
 * gradient by the output is the weights.
 *
 * <p>The differences are taken in float, whose rounding limits them to about three digits: hence
 * the tolerance of 0.02 on gradients of the order of one.
 */
class GradientTest {
  private static final float STEP = 1f / 128;
  private static final double TOLERANCE = 0.02;

  private static final Workers WORKERS = new Workers(2);

  static Stream<Named<Layer>> layers() {
    Dice dice = Dice.of(3, 0);
    return Stream.of(
        Named.of("Conv 3x3", new Convolution(2, 3, 3, dice, WORKERS)),
        Named.of("Conv 1x1", new Convolution(2, 3, 1, dice, WORKERS)),
        Named.of("BatchNormalization", new BatchNormalization(2, WORKERS)),
        Named.of("Relu", new Rectifier()),
        Named.of("MaxPool", new MaxPool()),
        Named.of("Flatten, Gemm", new Sequence(new Flatten(), new FullyConnected(48, 5, dice))),
        Named.of(
            "residual block",
            new Residual(
                new Sequence(
                    new Convolution(2, 3, 3, dice, WORKERS), new BatchNormalization(3, WORKERS)),
                new Sequence(
                    new Convolution(2, 3, 1, dice, WORKERS), new BatchNormalization(3, WORKERS)))));
  }

  @ParameterizedTest
  @MethodSource("layers")
  void gradients_areThoseOfFiniteDifferences(Layer layer) {
    Batch input = new Batch(9, 2, 4, 6, distinctValues(9 * 2 * 4 * 6));
    Batch output = layer.forward(input, true);
    Batch weights = output.with(someWeights(output.values.length));
    Batch inputGradient = layer.backward(weights);
    List<float[]> gradients = new ArrayList<>();
    for (Parameter parameter : layer.parameters()) {
      gradients.add(parameter.gradients.clone());
    }
    assertGradient(layer, input, weights, input.values, inputGradient.values);
    for (int i = 0; i < gradients.size(); i++) {
      float[] values = layer.parameters().get(i).values;
      assertGradient(layer, input, weights, values, gradients.get(i));
    }
  }

  @Test
  void lossGradient_isThatOfFiniteDifferences() {
    Batch scores = new Batch(3, 4, 1, 1, distinctValues(12));
    int[] labels = {2, 0, 3};
    Batch gradient = CrossEntropy.gradient(CrossEntropy.softmax(scores), labels);
    for (int i = 0; i < scores.values.length; i++) {
      float value = scores.values[i];
      scores.values[i] = value + STEP;
      double above = CrossEntropy.loss(CrossEntropy.softmax(scores), labels);
      scores.values[i] = value - STEP;
      double below = CrossEntropy.loss(CrossEntropy.softmax(scores), labels);
      scores.values[i] = value;
      assertThat((double) gradient.values[i])
          .isCloseTo((above - below) / (2 * STEP), within(0.001));
    }
  }

  private static void assertGradient(
      Layer layer, Batch input, Batch weights, float[] values, float[] gradients) {
    for (int i = 0; i < values.length; i++) {
      float value = values[i];
      values[i] = value + STEP;
      double above = loss(layer.forward(input, true), weights);
      values[i] = value - STEP;
      double below = loss(layer.forward(input, true), weights);
      values[i] = value;
      double expected = (above - below) / (2 * STEP);
      assertThat((double) gradients[i])
          .as("gradient %d", i)
          .isCloseTo(expected, within(TOLERANCE * Math.max(1, Math.abs(expected))));
    }
  }

  private static double loss(Batch output, Batch weights) {
    double sum = 0;
    for (int i = 0; i < output.values.length; i++) {
      sum += (double) output.values[i] * weights.values[i];
    }
    return sum;
  }

  /**
   * Values of which two neighbours differ by three steps and none is nearer to zero than one and a
   * half: no step of a finite difference changes which value is the largest, or the sign of one.
   */
  private static float[] distinctValues(int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      // 577 is a prime that divides no count in use: every place is taken once.
      int place = i * 577 % count;
      values[i] = (2 * place + 1 - count) * 1.5f * STEP;
    }
    return values;
  }

  /** Values of either sign, of the order of one. */
  private static float[] someWeights(int count) {
    float[] weights = new float[count];
    for (int i = 0; i < count; i++) {
      weights[i] = i * 577 % 101 / 50f - 1;
    }
    return weights;
  }
}
