/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.integrity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.field.Field31;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.kernel.LinearKernel;
import org.lepcnn.core.kernel.ScalarKernels;
import org.lepcnn.core.linear.ConvAxis;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.linear.LayerWeights;
import org.lepcnn.core.linear.RandomLayers;

class ChallengeVectorsTest {
  @Test
  void everyElement_isTheChallengeAppliedToThatColumnOfTheLayer() {
    int columns = 0;
    for (int seed = 0; seed < 60; seed++) {
      RandomLayers random = new RandomLayers(seed);
      ConvGeometry g = random.geometry();
      byte[] weights = random.weights(g);
      Challenge challenge = Challenge.draw(TestKeys.group(seed), seed, 0, ResidueField.P31, g);
      int[] c = ChallengeVectors.compute(ResidueField.P31, g, LayerWeights.of(weights), challenge);
      try (LinearKernel kernel = new ScalarKernels().prepare(ResidueField.P31, g, weights)) {
        int step = 1 + g.inputSize() / 7;
        for (int j = 0; j < g.inputSize(); j += step) {
          assertThat(c[j])
              .as("seed %d, column %d of %s", seed, j, g)
              .isEqualTo(applyTo(kernel, challenge, j));
          columns++;
        }
      }
    }
    assertThat(columns).isGreaterThan(250);
  }

  /** What no random layer has: holes in the input, steps and holes in the kernel together. */
  @Test
  void stridesAndDilationsOfADilatedInput_areThoseOfTheLayer() {
    for (int stride = 1; stride <= 3; stride++) {
      ConvGeometry g =
          ConvGeometry.of(
              2,
              3,
              ConvAxis.of(5, 4, 2)
                  .withStride(stride)
                  .withDilation(2)
                  .withInputDilation(2)
                  .withPadBefore(1),
              ConvAxis.of(6, 3, 3)
                  .withStride(stride)
                  .withDilation(2)
                  .withInputDilation(2)
                  .withPadBefore(1));
      RandomLayers random = new RandomLayers(stride);
      byte[] weights = random.weights(g);
      Challenge challenge = Challenge.draw(TestKeys.group(stride), 0, 0, ResidueField.P31, g);
      int[] c = ChallengeVectors.compute(ResidueField.P31, g, LayerWeights.of(weights), challenge);
      try (LinearKernel kernel = new ScalarKernels().prepare(ResidueField.P31, g, weights)) {
        for (int j = 0; j < g.inputSize(); j++) {
          assertThat(c[j]).as("column %d of %s", j, g).isEqualTo(applyTo(kernel, challenge, j));
        }
      }
    }
  }

  /** By hand: y = (2, −3)ᵀ x for one channel in, two positions. */
  @Test
  void aGivenChallenge_givesTheSumOfItsProducts() {
    ConvGeometry g = ConvGeometry.fullyConnected(2, 1, 2);
    Challenge challenge = Challenge.of(new int[] {5, 7}, new int[] {11, 13});
    int wa = Field31.canonical(2 * 5 - 3 * 7);
    assertThat(
            ChallengeVectors.compute(
                ResidueField.P31, g, LayerWeights.of(new byte[] {2, -3}), challenge))
        .containsExactly(Field31.multiply(wa, 11), Field31.multiply(wa, 13));
  }

  @Test
  void weightsOfTwoParts_giveTheVectorOfTheCombinedWeights() {
    for (int seed = 0; seed < 40; seed++) {
      RandomLayers random = new RandomLayers(seed);
      ConvGeometry g = random.geometry();
      LayerWeights weights = random.partedWeights(g);
      Challenge challenge = Challenge.draw(TestKeys.group(seed), seed, 0, ResidueField.P31, g);
      int[] c = ChallengeVectors.compute(ResidueField.P31, g, weights, challenge);
      int[] x = random.residues(g.inputSize());
      int[] y = new int[g.outputSize()];
      try (LinearKernel kernel = new ScalarKernels().prepare(ResidueField.P31, g, weights)) {
        kernel.apply(x, y);
      }
      assertThat(FreivaldsCheck.left(g, challenge, y))
          .as("seed %d, %s", seed, g)
          .isEqualTo(FreivaldsCheck.right(c, x, g.inputSize()));
    }
  }

  @Test
  void extremeWeightsAndManyChannels_doNotOverflow() {
    ConvGeometry g = ConvGeometry.fullyConnected(1, 3, 70_000);
    byte[] weights = new byte[g.weightCount()];
    Arrays.fill(weights, (byte) -127);
    Challenge challenge = Challenge.draw(TestKeys.group(4), 0, 0, ResidueField.P31, g);
    int sum = 0;
    for (int a : challenge.a()) {
      sum = Field31.add(sum, a);
    }
    int expected = Field31.multiply(Field31.canonical(-127), sum);
    assertThat(ChallengeVectors.compute(ResidueField.P31, g, LayerWeights.of(weights), challenge))
        .containsOnly(expected);
  }

  @Test
  void challengeOfAnotherGeometry_isRefused() {
    ConvGeometry g = ConvGeometry.fullyConnected(1, 3, 4);
    Challenge other =
        Challenge.draw(
            TestKeys.group(4), 0, 0, ResidueField.P31, ConvGeometry.fullyConnected(1, 3, 5));
    assertThatThrownBy(
            () ->
                ChallengeVectors.compute(ResidueField.P31, g, LayerWeights.of(new byte[12]), other))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static int applyTo(LinearKernel kernel, Challenge challenge, int column) {
    ConvGeometry g = kernel.geometry();
    int[] unit = new int[g.inputSize()];
    unit[column] = 1;
    int[] y = new int[g.outputSize()];
    kernel.apply(unit, y);
    int sum = 0;
    for (int n = 0; n < g.batch(); n++) {
      for (int oc = 0; oc < g.outChannels(); oc++) {
        for (int q = 0; q < g.planeSize(); q++) {
          int factor = Field31.multiply(challenge.a()[oc], challenge.b()[n * g.planeSize() + q]);
          int index = (n * g.outChannels() + oc) * g.planeSize() + q;
          sum = Field31.add(sum, Field31.multiply(factor, y[index]));
        }
      }
    }
    return sum;
  }
}
