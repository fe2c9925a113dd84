/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.integrity;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lepcnn.core.field.Field24;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.kernel.LinearKernel;
import org.lepcnn.core.kernel.ScalarKernels;
import org.lepcnn.core.linear.ConvAxis;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.linear.LayerWeights;
import org.lepcnn.core.linear.RandomLayers;
import org.lepcnn.core.model.EdgeHalf;
import org.lepcnn.core.model.LinearLayerSpec;
import org.lepcnn.core.model.MaskedTensorSpec;
import org.lepcnn.core.model.Plan;
import org.lepcnn.device.SteadyState;
import org.lepcnn.device.vector.VectorUnit;

/** The check modulo 2²⁴ − 3: two challenges at once, in long sums without folds. */
class Check24Test {
  private static final ConvGeometry PLANES =
      ConvGeometry.of(2, 5, ConvAxis.centred(4, 3), ConvAxis.centred(4, 3));

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 16, 31, 33, 4095, 32_767, 32_768, 32_769, 100_003})
  void bothSums_areThoseOfTheDefinition_atTheLargestResiduesToo(int length) {
    SplittableRandom random = new SplittableRandom(length);
    for (int bound : new int[] {2, Field24.P}) {
      // with the bound 2 all are p − 1 or p − 2
      int from = bound == 2 ? Field24.P - 2 : 0;
      int[] values = random.ints(length + 5, from, Field24.P).toArray();
      int[] one = random.ints(length + 5, from, Field24.P).toArray();
      int[] other = random.ints(length + 5, from, Field24.P).toArray();
      int first = product(values, one, length);
      int second = product(values, other, length);
      List<Long> sums = new ArrayList<>();
      sums.add(DotProduct24.ifCanonical(values, 3, one, other, 5, length));
      sums.add(DotProduct24.plain(values, 3, one, other, 5, length));
      if (VectorUnit.present()) {
        sums.add(DotProduct24.inVectors(values, 3, one, other, 5, length));
      }
      for (long sum : sums) {
        assertThat(DotProduct24.first(sum)).isEqualTo(first);
        assertThat(DotProduct24.second(sum)).isEqualTo(second);
        assertThat(sum).isNotNegative();
      }
    }
  }

  private static int product(int[] values, int[] factors, int length) {
    BigInteger sum = BigInteger.ZERO;
    for (int i = 0; i < length; i++) {
      sum = sum.add(BigInteger.valueOf((long) values[i + 3] * factors[i + 5]));
    }
    return sum.mod(BigInteger.valueOf(Field24.P)).intValueExact();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 16, 31, 32, 4096, 32_769, 40_000})
  void valuesOutsideTheField_areFoundAnywhere(int length) {
    SplittableRandom random = new SplittableRandom(length);
    int[] values = random.ints(length, 0, Field24.P).toArray();
    int[] one = random.ints(length, 0, Field24.P).toArray();
    for (int at = 0; at < length; at += 1 + length / 37) {
      int right = values[at];
      for (int bad :
          new int[] {Field24.P, Field24.MASK, -1, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
        values[at] = bad;
        assertThat(DotProduct24.ifCanonical(values, 0, one, one, 0, length)).isEqualTo(-1);
        assertThat(DotProduct24.plain(values, 0, one, one, 0, length)).isEqualTo(-1);
        if (VectorUnit.present()) {
          assertThat(DotProduct24.inVectors(values, 0, one, one, 0, length)).isEqualTo(-1);
        }
      }
      values[at] = right;
    }
  }

  @Test
  void rightResults_areAccepted_andSingleErrorsFound_forRandomLayers() {
    for (int seed = 0; seed < 200; seed++) {
      RandomLayers random = new RandomLayers(seed);
      ConvGeometry g = random.geometry();
      LayerWeights weights = seed % 3 == 0 ? random.partedWeights(g) : random.int8Weights(g);
      EdgeHalf edge = edge(g, weights);
      LinearLayerSpec layer = edge.plan().layer(0);
      GroupChallenges challenges = GroupChallenges.compute(edge, 1, TestKeys.group(seed));
      int[] x = new SplittableRandom(seed).ints(g.inputSize(), 0, Field24.P).toArray();
      int[] y = apply(g, weights, x);
      assertThat(challenges.accepts(layer, x, y)).as("seed %d: %s", seed, g).isTrue();
      for (int i = 0; i < y.length; i += 1 + y.length / 20) {
        for (int error : new int[] {1, Field24.P - 1, 1 << (i % 24)}) {
          int right = y[i];
          y[i] = Field24.add(right, error % Field24.P);
          assertThat(challenges.accepts(layer, x, y)).as("seed %d, %d", seed, i).isFalse();
          y[i] = right;
        }
      }
    }
  }

  /** Whatever is asked for: one challenge would be too weak. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void everyLayer_hasTwoDifferentChallenges(int asked) {
    RandomLayers random = new RandomLayers(4);
    EdgeHalf edge = edge(PLANES, random.int8Weights(PLANES));
    assertThat(GroupChallenges.ofLayer(edge.plan(), edge.plan().layer(0), asked)).isEqualTo(2);
    List<int[]> vectors =
        GroupChallenges.compute(edge, asked, TestKeys.group(1))
            .vectors(org.lepcnn.device.key.TestSecrets.ACCESS);
    assertThat(vectors).hasSize(2);
    assertThat(vectors.get(0)).isNotEqualTo(vectors.get(1));
  }

  @Test
  void theFields_drawDifferentChallenges() {
    Challenge wide = Challenge.draw(TestKeys.group(2), 0, 0, ResidueField.P31, PLANES);
    Challenge narrow = Challenge.draw(TestKeys.group(2), 0, 0, ResidueField.P24, PLANES);
    for (int i = 0; i < wide.a().length; i++) {
      assertThat(wide.a()[i] & Field24.MASK).isNotEqualTo(narrow.a()[i]);
    }
    assertThat(Field24.allCanonical(narrow.b(), 0, narrow.b().length)).isTrue();
  }

  /** At the small prime 251, as {@link SoundnessRateTest} explains: both accept at the square. */
  @Test
  @Tag("slow")
  void twoChallenges_acceptAnErrorOfRankOneAtTheSquareOfTheRate() {
    int q = 251;
    int draws = 2_000_000;
    SplittableRandom random = new SplittableRandom(12);
    int[] error = new int[PLANES.outputSize()];
    error[3] = 1;
    error[4] = Field24.P - 1;
    int accepted = 0;
    for (int draw = 0; draw < draws; draw++) {
      long sums = FreivaldsCheck.left24(PLANES, small(random, q), small(random, q), error);
      boolean first = Field24.centred(DotProduct24.first(sums)) % q == 0;
      boolean second = Field24.centred(DotProduct24.second(sums)) % q == 0;
      accepted += first && second ? 1 : 0;
    }
    double rate = Math.pow(2.0 / q - 1.0 / (q * q), 2);
    double deviation = Math.sqrt(draws * rate);
    assertThat((double) accepted)
        .isBetween(draws * rate - 5 * deviation, draws * rate + 5 * deviation);
  }

  private static Challenge small(SplittableRandom random, int q) {
    return Challenge.of(
        random.ints(PLANES.outChannels(), 0, q).toArray(),
        random.ints(PLANES.positions(), 0, q).toArray());
  }

  @Test
  void bothSides_allocateNothing() {
    ConvGeometry g = new ConvGeometry(2, 3, 8, 1, ConvAxis.centred(30, 3), ConvAxis.centred(30, 3));
    Challenge one = Challenge.draw(TestKeys.group(3), 0, 0, ResidueField.P24, g);
    Challenge other = Challenge.draw(TestKeys.group(3), 0, 1, ResidueField.P24, g);
    int[] y = new SplittableRandom(3).ints(g.outputSize(), 0, Field24.P).toArray();
    int[] x = new SplittableRandom(4).ints(g.inputSize(), 0, Field24.P).toArray();
    long[] sum = {0};
    long allocated =
        SteadyState.bytes(
            100 * 16,
            () -> {
              for (int i = 0; i < 100; i++) {
                sum[0] ^= FreivaldsCheck.left24(g, one, other, y);
                sum[0] ^= FreivaldsCheck.right24(x, x, x, x.length);
              }
            });
    assertThat(allocated).isLessThan(100 * 16);
  }

  private static EdgeHalf edge(ConvGeometry g, LayerWeights weights) {
    Plan plan =
        new Plan(
            List.of(new MaskedTensorSpec(0, 0, g.inputSize(), ResidueField.P24)),
            List.of(new LinearLayerSpec(0, 0, g)));
    return new EdgeHalf(plan, List.of(weights));
  }

  private static int[] apply(ConvGeometry g, LayerWeights weights, int[] x) {
    int[] y = new int[g.outputSize()];
    try (LinearKernel kernel = new ScalarKernels().prepare(ResidueField.P24, g, weights)) {
      kernel.apply(x, y);
    }
    return y;
  }
}
