/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.quant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.field.Field31;
import org.lepcnn.core.quant.WeightQuantizer.FittedWeights;

class QuantizationTest {
  @Test
  void weights_areWithinAStepOfTheFloat() {
    SplittableRandom random = new SplittableRandom(7);
    float[] weights = new float[13 * 207];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) (random.nextDouble() - 0.5) * (1 + i / 207);
    }
    FittedWeights quantized = int8(weights, 13, 9);
    for (int i = 0; i < weights.length; i++) {
      float scale = quantized.scales()[i / 207];
      // to the nearest or the other neighbour; a float ulp of slack for the product
      assertThat(Math.abs(quantized.weights().at(i) * scale - weights[i]))
          .isLessThanOrEqualTo(scale * 1.00001f);
      assertThat(quantized.weights().at(i)).isBetween(-127, 127);
    }
  }

  @Test
  void zeroChannel_hasScaleOne() {
    FittedWeights quantized = int8(new float[] {0, 0, 0, 3, -1.1f, 0.0123f}, 2, 1);
    assertThat(quantized.scales()[0]).isEqualTo(1f);
    assertThat(quantized.weights().part(0)).containsExactly(0, 0, 0, 127, -47, 1);
  }

  @Test
  void denormalWeights_keepAFiniteInverseScale() {
    FittedWeights quantized = int8(new float[] {Float.MIN_VALUE, 0}, 1, 1);
    assertThat(1 / quantized.scales()[0]).isFinite();
  }

  @Test
  void nonFiniteWeights_areRefused() {
    assertThatThrownBy(() -> int8(new float[] {1, Float.NaN}, 1, 1))
        .isInstanceOf(BadInputException.class);
    assertThatThrownBy(() -> int8(new float[] {1, Float.NEGATIVE_INFINITY}, 1, 1))
        .isInstanceOf(BadInputException.class);
  }

  @Test
  void maxAbsSum_isTheLargestChannels() {
    assertThat(WeightQuantizer.maxAbsSum(new byte[] {1, -2, 127, -127}, 2)).isEqualTo(254);
  }

  @Test
  void activationBits_holdAtTheBoundAndNotOnePast() {
    for (int bits = Headroom.MIN_BITS; bits < ActivationRange.MAX_BITS; bits++) {
      long limit = (1L << (bits - 1)) - 1;
      long largest = Field31.HALF / limit;
      assertThat(Headroom.LARGEST.activationBits(largest)).isGreaterThanOrEqualTo(bits);
      assertThat(limit * largest).isLessThanOrEqualTo(Field31.HALF);
      assertThat(limit * (largest + 1)).isGreaterThan(Field31.HALF);
      assertThat(Headroom.LARGEST.activationBits(largest + 1)).isLessThan(bits);
    }
    assertThat(Headroom.LARGEST.activationBits(0)).isEqualTo(ActivationRange.MAX_BITS);
  }

  @Test
  void accumulatorBound_isTheLastThatFits() {
    assertThat(255 * Headroom.MAX_ABS_WEIGHT_SUM).isLessThan(1L << 31);
    assertThat(255 * (Headroom.MAX_ABS_WEIGHT_SUM + 1)).isGreaterThanOrEqualTo(1L << 31);
  }

  @Test
  void activations_areWithinHalfAStepAndNeverBeyondTheLimit() {
    SplittableRandom random = new SplittableRandom(3);
    for (int bits : new int[] {8, 15, 22}) {
      float[] values = new float[4098];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) (random.nextDouble() * 2 - 1) * 255;
      }
      float scale = ActivationQuantizer.scale(values, values.length, ActivationRange.signed(bits));
      float inverse = 1 / scale;
      int limit = ActivationRange.signed(bits).limit();
      for (float value : values) {
        int q = ActivationQuantizer.quantize(value, inverse, ActivationRange.signed(bits));
        assertThat(Math.abs(q)).isLessThanOrEqualTo(limit);
        // half a step, plus the rounding of value * inverse: 2^22 · 2^-24 steps
        assertThat(Math.abs((double) q * scale - value)).isLessThanOrEqualTo(scale * 0.8);
      }
    }
  }

  @Test
  void integersAndSigns_areHitExactly() {
    float[] pixels = {0, 1, 254.5f, 255, -17};
    float scale = ActivationQuantizer.scale(pixels, pixels.length, ActivationRange.signed(15));
    for (float pixel : pixels) {
      int q = ActivationQuantizer.quantize(pixel, 1 / scale, ActivationRange.signed(15));
      assertThat(q * scale).isEqualTo(pixel);
    }
    assertThat(ActivationQuantizer.scale(new float[] {-127}, 1, ActivationRange.signed(8)))
        .isEqualTo(1);
    assertThat(ActivationQuantizer.scale(new float[] {127.5f}, 1, ActivationRange.signed(8)))
        .isEqualTo(2);
  }

  @Test
  void weightsOnAGridOfAPowerOfTwo_areExact() {
    float[] weights = {1, -1, 1, 0, 0.75f, -31.75f, 0.5f, 0.25f, 0.75f, -32, 0.5f, 0.25f};
    FittedWeights quantized = int8(weights, 3, 1);
    assertThat(integers(quantized)).containsExactly(1, -1, 1, 0, 3, -127, 2, 1, 3, -128, 2, 1);
    assertThat(quantized.scales()).containsExactly(1, 0.25f, 0.25f);
    assertThat(quantized.limits()).containsExactly(127, 127, 128);
    assertThat(quantized.exact()).isTrue();
  }

  @Test
  void multiplesOfAnyStep_areExact_upTo255() {
    SplittableRandom random = new SplittableRandom(9);
    for (int limit : new int[] {1, 7, 127, 128, 255}) {
      for (int run = 0; run < 50; run++) {
        float step = (float) Math.exp(random.nextDouble(-20, 20));
        int[] integers = random.ints(207, -limit, limit + 1).toArray();
        integers[13] = limit;
        integers[14] = limit - 1;
        FittedWeights fitted = int8(multiples(integers, step), 1, 9);
        assertThat(integers(fitted)).containsExactly(integers);
        // a neighbour where all weights are its multiples as well
        assertThat(fitted.scales()[0]).isBetween(Math.nextDown(step), Math.nextUp(step));
        assertThat(fitted.exact()).isTrue();
      }
    }
  }

  @Test
  void multiplesBeyond255_areExact_whereTheWeightsMayBeAsFine() {
    int[] integers = {2047, -2046, 5, 300};
    float[] weights = multiples(integers, 0.003137f);
    assertThat(int8(weights, 1, 1).exact()).isFalse();
    FittedWeights fine =
        WeightQuantizer.fit(ScaledWeights.of(weights, 1, 1), new int[] {2047}, Long.MAX_VALUE);
    assertThat(integers(fine)).containsExactly(integers);
  }

  @Test
  void aFactor_goesToTheScale_itsSignToTheIntegers() {
    float[] weights = {3, -100, 7, 3, -100, 7, 3, -100, 7};
    double[] factors = {1851 / 8388608.0, -0.3, 0};
    FittedWeights fitted =
        WeightQuantizer.fit(
            new ScaledWeights(weights, factors, 1), new int[] {127, 127, 127}, Long.MAX_VALUE);
    assertThat(integers(fitted)).containsExactly(3, -100, 7, -3, 100, -7, 0, 0, 0);
    assertThat(fitted.scales()).containsExactly(1851 / 8388608f, 0.3f, 1);
    assertThat(fitted.exact()).isTrue();
  }

  @Test
  void exactIntegersThatTheBoundForbids_areRounded() {
    int[] integers = {1999, -1000, 998, 1, 3};
    float[] weights = multiples(integers, 0.01f);
    FittedWeights fitted =
        WeightQuantizer.fit(ScaledWeights.of(weights, 1, 1), new int[] {2047}, 4000);
    assertThat(fitted.exact()).isFalse();
    assertThat(fitted.weights().maxAbsSum(1)).isLessThanOrEqualTo(4000);
  }

  @Test
  void ordinaryWeights_areNotTakenForExact() {
    SplittableRandom random = new SplittableRandom(10);
    for (int run = 0; run < 300; run++) {
      float[] weights = new float[9];
      for (int i = 0; i < weights.length; i++) {
        weights[i] = (float) random.nextDouble(-1, 1);
      }
      assertThat(int8(weights, 1, 9).exact()).isFalse();
    }
  }

  @Test
  void scale_isOneForZerosAndFlooredForDenormals() {
    assertThat(ActivationQuantizer.scale(new float[5], 5, ActivationRange.signed(16)))
        .isEqualTo(1f);
    assertThat(
            1
                / ActivationQuantizer.scale(
                    new float[] {Float.MIN_VALUE}, 1, ActivationRange.signed(16)))
        .isFinite();
    assertThat(
            ActivationQuantizer.scale(new float[] {Float.MAX_VALUE}, 1, ActivationRange.signed(8)))
        .isFinite();
  }

  @Test
  void scale_refusesNaNAndInfinity() {
    assertThatThrownBy(
            () ->
                ActivationQuantizer.scale(
                    new float[] {0, Float.NaN}, 2, ActivationRange.signed(16)))
        .isInstanceOf(NonFiniteActivationException.class);
    assertThatThrownBy(
            () ->
                ActivationQuantizer.scale(
                    new float[] {Float.NEGATIVE_INFINITY}, 1, ActivationRange.signed(16)))
        .isInstanceOf(NonFiniteActivationException.class);
    assertThat(ActivationQuantizer.scale(new float[] {1, Float.NaN}, 1, ActivationRange.signed(8)))
        .isEqualTo(1f / 64);
  }

  @Test
  void rounding_isHalfToEven() {
    assertThat(ActivationQuantizer.quantize(0.5f, 1, ActivationRange.signed(8))).isZero();
    assertThat(ActivationQuantizer.quantize(1.5f, 1, ActivationRange.signed(8))).isEqualTo(2);
    assertThat(ActivationQuantizer.quantize(-2.5f, 1, ActivationRange.signed(8))).isEqualTo(-2);
    assertThat(ActivationQuantizer.quantize(1000f, 1, ActivationRange.signed(8))).isEqualTo(127);
    assertThat(ActivationQuantizer.quantize(-1000f, 1, ActivationRange.signed(8))).isEqualTo(-127);
  }

  private static FittedWeights int8(float[] weights, int outChannels, int kernel) {
    int[] limits = new int[outChannels];
    Arrays.fill(limits, WeightQuantizer.LIMIT);
    ScaledWeights scaled = ScaledWeights.of(weights, outChannels, kernel);
    return WeightQuantizer.fit(scaled, limits, Long.MAX_VALUE);
  }

  private static float[] multiples(int[] integers, float step) {
    float[] weights = new float[integers.length];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = integers[i] * step;
    }
    return weights;
  }

  private static int[] integers(FittedWeights fitted) {
    return IntStream.range(0, fitted.weights().count()).map(fitted.weights()::at).toArray();
  }
}
