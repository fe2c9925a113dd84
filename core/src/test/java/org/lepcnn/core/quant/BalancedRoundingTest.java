/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.quant;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class BalancedRoundingTest {
  private static final int[][] SHAPES = {{1, 1}, {13, 1}, {4098, 1}, {9, 9}, {207, 9}, {4098, 3}};

  private final SplittableRandom random = new SplittableRandom(19);

  @Test
  void sums_areThoseOfTheWeights_overTheChannelAndNearlySoOverEveryKernel() {
    for (int[] shape : SHAPES) {
      double[] steps = steps(shape[0], 126);
      int[] rounded = BalancedRounding.round(steps, shape[1], 127);
      assertThat(Math.abs(error(steps, rounded, 0, shape[0]))).isLessThanOrEqualTo(0.5 + 1e-9);
      for (int from = 0; from < shape[0]; from += shape[1]) {
        // half a step, or a whole one for a kernel that was chosen to balance the channel
        assertThat(Math.abs(error(steps, rounded, from, shape[1])))
            .isLessThanOrEqualTo(shape[1] == 1 ? 1 : 1 + 1e-9);
      }
    }
  }

  @Test
  void everyWeight_goesToOneOfItsNeighbours_andMostToTheNearest() {
    double[] steps = steps(4098, 126);
    int[] rounded = BalancedRounding.round(steps, 1, 127);
    int others = 0;
    for (int i = 0; i < steps.length; i++) {
      assertThat(Math.abs(rounded[i] - steps[i])).isLessThan(1);
      others += rounded[i] == Math.rint(steps[i]) ? 0 : 1;
    }
    assertThat(others).isBetween(1, 80); // √(4098/12) is 18
  }

  @Test
  void theFarthestMove_andTiesGoToTheFirst() {
    assertThat(BalancedRounding.round(new double[] {0.2, 0.4, 0.4, 0.1}, 1, 127))
        .containsExactly(0, 1, 0, 0);
    assertThat(BalancedRounding.round(new double[] {0.6, -0.9, 0.6, 0.7}, 1, 127))
        .containsExactly(0, -1, 1, 1);
  }

  @Test
  void kernels_keepTheirSums() {
    double[] steps = {0.4, 0.4, 0.2, -0.3, -0.3, -0.4};
    assertThat(BalancedRounding.round(steps, 3, 127)).containsExactly(1, 0, 0, 0, 0, -1);
  }

  @Test
  void zerosStayZero_andTheLimitHolds() {
    assertThat(BalancedRounding.round(new double[] {0, 0, 0.4, 0.4, 0.4, 0.4}, 2, 127))
        .startsWith(0, 0);
    double[] full = new double[100];
    Arrays.fill(full, 0, 50, 126.6);
    Arrays.fill(full, 50, 100, -126.6);
    for (int q : BalancedRounding.round(full, 1, 127)) {
      assertThat(q).isBetween(-127, 127);
    }
    double[] beyond = {127.0000001, 0.3, 0.3};
    assertThat(BalancedRounding.round(beyond, 1, 127)).containsExactly(127, 1, 0);
  }

  @Test
  void allAlike_isBalancedAndTheSameEveryTime() {
    double[] alike = new double[1001];
    Arrays.fill(alike, 5.25);
    int[] rounded = BalancedRounding.round(alike, 1, 127);
    assertThat(Math.abs(error(alike, rounded, 0, 1001))).isLessThanOrEqualTo(0.5);
    assertThat(BalancedRounding.round(alike.clone(), 1, 127)).isEqualTo(rounded);
    assertThat(rounded).startsWith(6, 6).endsWith(5, 5);
  }

  private static double error(double[] steps, int[] rounded, int from, int count) {
    double error = 0;
    for (int i = from; i < from + count; i++) {
      error += rounded[i] - steps[i];
    }
    return error;
  }

  private double[] steps(int count, int limit) {
    double[] steps = new double[count];
    for (int i = 0; i < count; i++) {
      steps[i] = (random.nextDouble() * 2 - 1) * limit;
    }
    return steps;
  }
}
