/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.quant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.field.Field;

class QuantizationTest {
  @Test
  void weights_areWithinAStepOfTheFloat() {
    SplittableRandom random = new SplittableRandom(7);
    float[] weights = new float[13 * 207];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) (random.nextDouble() - 0.5) * (1 + i / 207);
    }
    WeightQuantizer.QuantizedWeights quantized = WeightQuantizer.quantize(weights, 13, 9);
    for (int i = 0; i < weights.length; i++) {
      float scale = quantized.scales()[i / 207];
      // to the nearest or the other neighbour; a float ulp of slack for the product
      assertThat(Math.abs(quantized.values()[i] * scale - weights[i]))
          .isLessThanOrEqualTo(scale * 1.00001f);
      assertThat((int) quantized.values()[i]).isBetween(-127, 127);
    }
  }

  @Test
  void zeroChannel_hasScaleOne() {
    WeightQuantizer.QuantizedWeights quantized =
        WeightQuantizer.quantize(new float[] {0, 0, 3, -1.1f}, 2, 1);
    assertThat(quantized.scales()[0]).isEqualTo(1f);
    assertThat(quantized.values()).containsExactly(0, 0, 127, -47);
  }

  @Test
  void denormalWeights_keepAFiniteInverseScale() {
    WeightQuantizer.QuantizedWeights quantized =
        WeightQuantizer.quantize(new float[] {Float.MIN_VALUE, 0}, 1, 1);
    assertThat(1 / quantized.scales()[0]).isFinite();
  }

  @Test
  void nonFiniteWeights_areRefused() {
    assertThatThrownBy(() -> WeightQuantizer.quantize(new float[] {1, Float.NaN}, 1, 1))
        .isInstanceOf(BadInputException.class);
    assertThatThrownBy(
            () -> WeightQuantizer.quantize(new float[] {1, Float.NEGATIVE_INFINITY}, 1, 1))
        .isInstanceOf(BadInputException.class);
  }

  @Test
  void maxAbsSum_isTheLargestChannels() {
    assertThat(WeightQuantizer.maxAbsSum(new byte[] {1, -2, 127, -127}, 2)).isEqualTo(254);
  }

  @Test
  void activationBits_holdAtTheBoundAndNotOnePast() {
    for (int bits = Headroom.MIN_BITS; bits < Headroom.MAX_BITS; bits++) {
      long limit = (1L << (bits - 1)) - 1;
      long largest = Field.HALF / limit;
      assertThat(Headroom.activationBits(largest)).isGreaterThanOrEqualTo(bits);
      assertThat(limit * largest).isLessThanOrEqualTo(Field.HALF);
      assertThat(limit * (largest + 1)).isGreaterThan(Field.HALF);
      assertThat(Headroom.activationBits(largest + 1)).isLessThan(bits);
    }
    assertThat(Headroom.activationBits(0)).isEqualTo(Headroom.MAX_BITS);
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
      float scale = ActivationQuantizer.scale(values, values.length, bits);
      float inverse = 1 / scale;
      int limit = ActivationQuantizer.limit(bits);
      for (float value : values) {
        int q = ActivationQuantizer.quantize(value, inverse, limit);
        assertThat(Math.abs(q)).isLessThanOrEqualTo(limit);
        // half a step, plus the rounding of value * inverse: 2^22 · 2^-24 steps
        assertThat(Math.abs((double) q * scale - value)).isLessThanOrEqualTo(scale * 0.8);
      }
    }
  }

  @Test
  void integersAndSigns_areHitExactly() {
    float[] pixels = {0, 1, 254.5f, 255, -17};
    float scale = ActivationQuantizer.scale(pixels, pixels.length, 15);
    for (float pixel : pixels) {
      int q = ActivationQuantizer.quantize(pixel, 1 / scale, ActivationQuantizer.limit(15));
      assertThat(q * scale).isEqualTo(pixel);
    }
    assertThat(ActivationQuantizer.scale(new float[] {-127}, 1, 8)).isEqualTo(1);
    assertThat(ActivationQuantizer.scale(new float[] {127.5f}, 1, 8)).isEqualTo(2);
  }

  @Test
  void weightsOnAGridOfAPowerOfTwo_areExact() {
    float[] weights = {1, -1, 1, 0, 0.75f, -31.75f, 0.5f, 0.25f, 0.75f, -32, 0.5f, 0.25f};
    WeightQuantizer.QuantizedWeights quantized = WeightQuantizer.quantize(weights, 3, 1);
    assertThat(quantized.values()).startsWith(1, -1, 1, 0, 3, -127, 2, 1);
    assertThat(quantized.scales()).startsWith(1, 0.25f);
    // 128 quarters are one too many
    assertThat(quantized.scales()[2]).isEqualTo(32f / 127);
  }

  @Test
  void scale_isOneForZerosAndFlooredForDenormals() {
    assertThat(ActivationQuantizer.scale(new float[5], 5, 16)).isEqualTo(1f);
    assertThat(1 / ActivationQuantizer.scale(new float[] {Float.MIN_VALUE}, 1, 16)).isFinite();
    assertThat(ActivationQuantizer.scale(new float[] {Float.MAX_VALUE}, 1, 8)).isFinite();
  }

  @Test
  void scale_refusesNaNAndInfinity() {
    assertThatThrownBy(() -> ActivationQuantizer.scale(new float[] {0, Float.NaN}, 2, 16))
        .isInstanceOf(NonFiniteActivationException.class);
    assertThatThrownBy(
            () -> ActivationQuantizer.scale(new float[] {Float.NEGATIVE_INFINITY}, 1, 16))
        .isInstanceOf(NonFiniteActivationException.class);
    assertThat(ActivationQuantizer.scale(new float[] {1, Float.NaN}, 1, 8)).isEqualTo(1f / 64);
  }

  @Test
  void rounding_isHalfToEven() {
    assertThat(ActivationQuantizer.quantize(0.5f, 1, 127)).isZero();
    assertThat(ActivationQuantizer.quantize(1.5f, 1, 127)).isEqualTo(2);
    assertThat(ActivationQuantizer.quantize(-2.5f, 1, 127)).isEqualTo(-2);
    assertThat(ActivationQuantizer.quantize(1000f, 1, 127)).isEqualTo(127);
    assertThat(ActivationQuantizer.quantize(-1000f, 1, 127)).isEqualTo(-127);
  }
}
