/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.integrity;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.field.Field31;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.kernel.LinearKernel;
import org.lepcnn.core.kernel.ScalarKernels;
import org.lepcnn.core.linear.ConvAxis;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.linear.LayerWeights;
import org.lepcnn.core.linear.RandomLayers;
import org.lepcnn.device.SteadyState;

class FreivaldsCheckTest {
  /** A layer with its challenge, an input and the right output. */
  private record Case(ConvGeometry g, Challenge challenge, int[] c, int[] x, int[] y) {
    static Case random(int seed) {
      RandomLayers random = new RandomLayers(seed);
      ConvGeometry g = random.geometry();
      return of(g, random.weights(g), random.residues(g.inputSize()), seed);
    }

    static Case of(ConvGeometry g, byte[] weights, int[] x, int seed) {
      Challenge challenge = Challenge.draw(TestKeys.group(seed), seed, 0, ResidueField.P31, g);
      int[] y = new int[g.outputSize()];
      try (LinearKernel kernel = new ScalarKernels().prepare(ResidueField.P31, g, weights)) {
        kernel.apply(x, y);
      }
      return new Case(
          g,
          challenge,
          ChallengeVectors.compute(ResidueField.P31, g, LayerWeights.of(weights), challenge),
          x,
          y);
    }

    boolean accepts(int[] result) {
      return FreivaldsCheck.left(g, challenge, result) == FreivaldsCheck.right(c, x, g.inputSize());
    }
  }

  @Test
  void rightResult_isAccepted_forRandomLayers() {
    for (int seed = 0; seed < 400; seed++) {
      Case layer = Case.random(seed);
      assertThat(layer.accepts(layer.y)).as("seed %d: %s", seed, layer.g).isTrue();
    }
  }

  @Test
  void rightResult_isAccepted_atTheExtremes() {
    for (int seed = 0; seed < 60; seed++) {
      RandomLayers random = new RandomLayers(seed);
      ConvGeometry g = random.geometry();
      byte[] weights = new byte[g.weightCount()];
      java.util.Arrays.fill(weights, (byte) (seed % 2 == 0 ? 127 : -127));
      for (int value : new int[] {0, Field31.P - 1}) {
        int[] x = RandomLayers.constant(g.inputSize(), value);
        Case layer = Case.of(g, weights, x, seed);
        assertThat(layer.accepts(layer.y)).as("seed %d, all %d", seed, value).isTrue();
      }
    }
  }

  @Test
  void left_findsAValueOutsideTheFieldAnywhere() {
    List<ConvGeometry> geometries = new ArrayList<>();
    for (int seed = 0; seed < 60; seed++) {
      geometries.add(new RandomLayers(seed).geometry());
    }
    // planes above, at and below a block
    for (int side : new int[] {1, 63, 64, 65}) {
      geometries.add(
          new ConvGeometry(2, 1, 3, 1, ConvAxis.pointwise(side), ConvAxis.pointwise(side)));
    }
    for (ConvGeometry g : geometries) {
      Challenge challenge = Challenge.draw(TestKeys.group(1), 0, 0, ResidueField.P31, g);
      int[] y = new RandomLayers(7).residues(g.outputSize());
      assertThat(FreivaldsCheck.left(g, challenge, y)).isNotNegative();
      for (int i = 0; i < y.length; i += 1 + y.length / 20) {
        for (int bad : new int[] {Field31.P, -1, Integer.MIN_VALUE}) {
          int right = y[i];
          y[i] = bad;
          assertThat(FreivaldsCheck.left(g, challenge, y)).as("%s at %d", g, i).isNegative();
          y[i] = right;
        }
      }
    }
  }

  @Test
  void anySingleError_isDetected() {
    int errors = 0;
    for (int seed = 0; seed < 60; seed++) {
      Case layer = Case.random(seed);
      SplittableRandom random = new SplittableRandom(seed);
      int step = 1 + layer.y.length / 50;
      for (int i = 0; i < layer.y.length; i += step) {
        for (int delta : new int[] {1, Field31.P - 1, 1 + random.nextInt(Field31.P - 1)}) {
          int right = layer.y[i];
          layer.y[i] = Field31.add(right, delta);
          assertThat(layer.accepts(layer.y)).as("seed %d, element %d", seed, i).isFalse();
          layer.y[i] = right;
          errors++;
        }
      }
    }
    assertThat(errors).isGreaterThan(3000);
  }

  @Test
  void randomWrongResults_areNeverAccepted() {
    int accepted = 0;
    for (int seed = 0; seed < 40; seed++) {
      Case layer = Case.random(seed);
      RandomLayers random = new RandomLayers(1000 + seed);
      for (int trial = 0; trial < 250; trial++) {
        accepted += layer.accepts(random.residues(layer.y.length)) ? 1 : 0;
      }
    }
    // 10,000 trials, each with a chance of 2/p
    assertThat(accepted).isZero();
  }

  @Test
  void exchangedOrDoubledOutputs_areDetected() {
    for (int seed = 0; seed < 60; seed++) {
      Case layer = Case.random(seed);
      int last = layer.y.length - 1;
      if (layer.y[0] != layer.y[last]) {
        int[] swapped = layer.y.clone();
        swapped[0] = layer.y[last];
        swapped[last] = layer.y[0];
        assertThat(layer.accepts(swapped)).isFalse();
      }
      int[] doubled = layer.y.clone();
      for (int i = 0; i <= last; i++) {
        doubled[i] = Field31.add(layer.y[i], layer.y[i]);
      }
      assertThat(layer.accepts(doubled))
          .as("seed %d", seed)
          .isEqualTo(java.util.Arrays.equals(doubled, layer.y));
    }
  }

  @Test
  void resultOfAnotherInput_isDetected() {
    ConvGeometry g = ConvGeometry.of(3, 4, ConvAxis.centred(6, 3), ConvAxis.centred(5, 3));
    RandomLayers random = new RandomLayers(7);
    byte[] weights = random.weights(g);
    Case first = Case.of(g, weights, random.residues(g.inputSize()), 7);
    Case second = Case.of(g, weights, random.residues(g.inputSize()), 7);
    assertThat(first.accepts(second.y)).isFalse();
  }

  @Test
  void bothSides_allocateNothing() {
    ConvGeometry g = new ConvGeometry(2, 3, 8, 1, ConvAxis.centred(30, 3), ConvAxis.centred(30, 3));
    RandomLayers random = new RandomLayers(3);
    Case layer = Case.of(g, random.weights(g), random.residues(g.inputSize()), 3);
    int[] difference = {0};
    long allocated =
        SteadyState.bytes(
            100 * 16,
            () -> {
              for (int i = 0; i < 100; i++) {
                difference[0] |=
                    FreivaldsCheck.left(g, layer.challenge, layer.y)
                        ^ FreivaldsCheck.right(layer.c, layer.x, g.inputSize());
              }
            });
    assertThat(difference[0]).isZero();
    assertThat(allocated).isLessThanOrEqualTo(100 * 16);
  }
}
