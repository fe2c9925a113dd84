/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.quant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.field.Field31;
import org.lepcnn.core.quant.BitBalance.Reader;
import org.lepcnn.core.quant.WeightQuantizer.FittedWeights;

class BitBalanceTest {
  private final SplittableRandom random = new SplittableRandom(5);

  @Test
  void int8Weights_getTheMostBitsThatTheProofAllows() {
    for (int fanIn : new int[] {1, 9, 300, 9216}) {
      WeightProfile profile = WeightProfile.of(ScaledWeights.of(weights(fanIn * 8), 8, 1));
      assertThat(BitBalance.bits(List.of(new Reader(profile, 127)), Headroom.LARGEST))
          .isEqualTo(profile.coarsestBits(Headroom.LARGEST));
    }
  }

  @Test
  void theChoice_hasTheSmallestErrorAndHoldsTheProof() {
    for (int fanIn : new int[] {1, 3, 27, 207, 4098, 30_000}) {
      float[] weights = weights(fanIn * 7);
      WeightProfile profile = WeightProfile.of(ScaledWeights.of(weights, 7, 1));
      Reader reader = new Reader(profile, 2047);
      int bits = BitBalance.bits(List.of(reader), Headroom.LARGEST);
      assertThat(bits).isBetween(Headroom.MIN_BITS, profile.coarsestBits(Headroom.LARGEST));
      for (int other = Headroom.MIN_BITS;
          other <= profile.coarsestBits(Headroom.LARGEST);
          other++) {
        assertThat(BitBalance.error(reader, bits, Headroom.LARGEST))
            .isLessThanOrEqualTo(BitBalance.error(reader, other, Headroom.LARGEST));
      }
      assertProved(weights, reader, bits);
    }
  }

  @Test
  void sharedTensors_takeBitsThatEveryReaderAllows() {
    float[] small = weights(9 * 4);
    float[] large = weights(60_000 * 2);
    Reader one = new Reader(WeightProfile.of(ScaledWeights.of(small, 4, 1)), 2047);
    Reader two = new Reader(WeightProfile.of(ScaledWeights.of(large, 2, 1)), 2047);
    Reader coarse = new Reader(WeightProfile.of(ScaledWeights.of(large, 2, 1)), 127);
    int bits = BitBalance.bits(List.of(one, two), Headroom.LARGEST);
    assertProved(small, one, bits);
    assertProved(large, two, bits);
    int mixed = BitBalance.bits(List.of(one, coarse), Headroom.LARGEST);
    assertThat(mixed).isLessThanOrEqualTo(coarse.profile().coarsestBits(Headroom.LARGEST));
    assertProved(small, one, mixed);
    assertProved(large, coarse, mixed);
  }

  @Test
  void fewWeights_getAll12BitsAndActivationsKeepMore() {
    Reader reader = new Reader(WeightProfile.of(ScaledWeights.of(weights(27 * 8), 8, 1)), 2047);
    int bits = BitBalance.bits(List.of(reader), Headroom.LARGEST);
    assertThat(bits).isGreaterThanOrEqualTo(14);
    assertThat(BitBalance.limits(reader, bits, Headroom.LARGEST)).containsOnly(2047);
  }

  @Test
  void zeroAndConstantWeights_areBalancedToo() {
    float[] zeros = new float[20];
    Reader zero = new Reader(WeightProfile.of(ScaledWeights.of(zeros, 2, 1)), 2047);
    assertThat(BitBalance.bits(List.of(zero), Headroom.LARGEST))
        .isEqualTo(ActivationRange.MAX_BITS);
    assertProved(zeros, zero, ActivationRange.MAX_BITS);
    float[] constant = new float[20_000];
    Arrays.fill(constant, -0.25f);
    Reader same = new Reader(WeightProfile.of(ScaledWeights.of(constant, 2, 1)), 2047);
    assertProved(constant, same, BitBalance.bits(List.of(same), Headroom.LARGEST));
    float[] mixed = weights(200);
    Arrays.fill(mixed, 0, 100, 0);
    Reader half = new Reader(WeightProfile.of(ScaledWeights.of(mixed, 2, 1)), 2047);
    assertProved(mixed, half, BitBalance.bits(List.of(half), Headroom.LARGEST));
  }

  @Test
  void fit_staysAtTheBoundAndGivesWayOnePastIt() {
    float[] weights = weights(207);
    int[] limit = {1000};
    long sum =
        WeightQuantizer.fit(ScaledWeights.of(weights, 1, 1), limit, Long.MAX_VALUE)
            .weights()
            .maxAbsSum(1);
    FittedWeights atTheBound = WeightQuantizer.fit(ScaledWeights.of(weights, 1, 1), limit, sum);
    assertThat(atTheBound.limits()).containsExactly(1000);
    FittedWeights onePast = WeightQuantizer.fit(ScaledWeights.of(weights, 1, 1), limit, sum - 1);
    assertThat(onePast.limits()[0]).isBetween(990, 999);
    assertThat(onePast.weights().maxAbsSum(1)).isLessThan(sum);
    assertThat(onePast.weights().maxMagnitude()).isEqualTo(onePast.limits()[0]);
    assertThatThrownBy(
            () -> WeightQuantizer.fit(ScaledWeights.of(weights, 1, 1), new int[] {127}, 1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void finerWeights_areWithinAStepOfTheFloat() {
    float[] weights = weights(13 * 31);
    int[] limits = new int[13];
    Arrays.setAll(limits, i -> 127 + 160 * i);
    FittedWeights fitted =
        WeightQuantizer.fit(ScaledWeights.of(weights, 13, 1), limits, Long.MAX_VALUE);
    for (int i = 0; i < weights.length; i++) {
      float scale = fitted.scales()[i / 31];
      assertThat(Math.abs(fitted.weights().at(i) * (double) scale - weights[i]))
          .isLessThanOrEqualTo(scale * 1.001);
      assertThat(Math.abs(fitted.weights().at(i))).isLessThanOrEqualTo(limits[i / 31]);
    }
  }

  @Test
  void weightSumBound_isTheLastThatFits() {
    for (int bits = Headroom.MIN_BITS; bits <= ActivationRange.MAX_BITS; bits++) {
      long limit = ActivationRange.signed(bits).limit();
      long sum = Headroom.LARGEST.maxAbsWeightSum(bits);
      assertThat(limit * sum).isLessThanOrEqualTo(Field31.HALF);
      assertThat(limit * (sum + 1)).isGreaterThan(Field31.HALF);
      assertThat(Headroom.LARGEST.bitsLeft(bits, sum)).isBetween(0.0, 0.01);
      assertThat(Headroom.LARGEST.bitsLeft(bits, Math.max(1, sum / 2))).isBetween(0.99, 1.01);
    }
    assertThat(Headroom.LARGEST.bitsLeft(0, 5)).isZero();
    assertThat(Headroom.LARGEST.bitsLeft(40, 5)).isZero();
    assertThat(Headroom.LARGEST.bitsLeft(16, 0)).isZero();
  }

  private static void assertProved(float[] weights, Reader reader, int bits) {
    FittedWeights fitted =
        WeightQuantizer.fit(
            ScaledWeights.of(weights, reader.profile().channels(), 1),
            BitBalance.limits(reader, bits, Headroom.LARGEST),
            Headroom.LARGEST.maxAbsWeightSum(bits));
    long sum = fitted.weights().maxAbsSum(reader.profile().channels());
    assertThat(ActivationRange.signed(bits).limit() * sum).isLessThanOrEqualTo(Field31.HALF);
    for (int limit : fitted.limits()) {
      assertThat(limit).isBetween(127, reader.mostMagnitude());
    }
  }

  private float[] weights(int count) {
    float[] weights = new float[count];
    for (int i = 0; i < count; i++) {
      weights[i] = (float) (random.nextDouble() + random.nextDouble() - 1);
    }
    return weights;
  }
}
