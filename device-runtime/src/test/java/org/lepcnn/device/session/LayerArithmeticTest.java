/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lepcnn.core.field.Field;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.linear.RandomLayers;
import org.lepcnn.core.quant.ActivationQuantizer;

class LayerArithmeticTest {
  @ParameterizedTest
  @ValueSource(ints = {1, 13, 207, 4098})
  void mask_isTheModularSumOfQuantizedValueAndMask_atEveryExtreme(int length) {
    for (int bits : new int[] {8, 16, 22}) {
      float[] x = values(length, bits);
      float scale = ActivationQuantizer.scale(x, length, bits);
      int[] q = new int[length];
      LayerArithmetic.quantize(x, scale, bits, q);
      for (int extreme : new int[] {0, 1, Field.HALF, Field.P - 1}) {
        int[] masked = RandomLayers.constant(length, extreme);
        LayerArithmetic.mask(x, scale, bits, masked);
        for (int i = 0; i < length; i++) {
          assertThat(masked[i]).isEqualTo(Math.floorMod((long) q[i] + extreme, Field.P));
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6})
  void unmask_equalsDequantizationOfThePlainIntegers(int seed) {
    RandomLayers random = new RandomLayers(seed);
    ConvGeometry g = random.geometry();
    int size = g.outputSize();
    int[] plain = random.centred(size, Field.HALF);
    plain[0] = Field.HALF;
    plain[size - 1] = -Field.HALF;
    int[] u = random.residues(size);
    int[] y = new int[size];
    for (int i = 0; i < size; i++) {
      y[i] = Field.add(Field.canonical(plain[i]), u[i]);
    }
    float[] scales = new float[g.outChannels()];
    float[] bias = new float[g.outChannels()];
    for (int i = 0; i < scales.length; i++) {
      scales[i] = 0.3f + i;
      bias[i] = 7 - i;
    }
    float[] expected = new float[size];
    float[] found = new float[size];
    LayerArithmetic.dequantize(g, plain, 0.01f, scales, bias, expected);
    LayerArithmetic.unmask(g, y, u, 0.01f, scales, bias, found);
    assertThat(found).containsExactly(expected);
    assertThat(LayerArithmetic.unmaskedIntegers(y, u)).isEqualTo(plain);
  }

  private static float[] values(int length, int seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] x = new float[length];
    for (int i = 0; i < length; i++) {
      x[i] = (float) random.nextDouble(-3, 3);
    }
    x[0] = -3;
    x[length - 1] = 3;
    return x;
  }
}
