/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.linear;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.lepcnn.core.error.BadInputException;

class DirectConvolutionTest {
  @Test
  void randomLayers_equalTheFormulaEvaluatedPerOutput() {
    RandomLayers random = new RandomLayers(11);
    for (int i = 0; i < 200; i++) {
      ConvGeometry g = i % 10 == 0 ? pointwise(i) : random.geometry();
      byte[] weights = random.weights(g);
      int[] input = random.centred(g.inputSize(), 1000);
      long[] output = new long[g.outputSize()];
      DirectConvolution.apply(g, weights, input, output);
      for (int n = 0; n < g.batch(); n++) {
        for (int o = 0; o < g.outChannels(); o++) {
          for (int y = 0; y < g.outHeight(); y++) {
            for (int x = 0; x < g.outWidth(); x++) {
              int index = ((n * g.outChannels() + o) * g.outHeight() + y) * g.outWidth() + x;
              assertThat(output[index])
                  .as("%s at %d", g, index)
                  .isEqualTo(formula(g, weights, input, n, o, y, x));
            }
          }
        }
      }
    }
  }

  @Test
  void transposedConvolution_equalsScatteringEveryInput() {
    // kernel 3, stride 2, padding 1, one channel: out = 2·(n−1) + 3 − 2
    int size = 4;
    int out = 7;
    int[] kernel = {1, 2, 3, 4, 5, 6, 7, 8, 9};
    int[] input = new RandomLayers(1).centred(size * size, 9);
    long[] expected = new long[out * out];
    for (int y = 0; y < size; y++) {
      for (int x = 0; x < size; x++) {
        for (int k = 0; k < 9; k++) {
          int oy = 2 * y + k / 3 - 1;
          int ox = 2 * x + k % 3 - 1;
          if (oy >= 0 && oy < out && ox >= 0 && ox < out) {
            expected[oy * out + ox] += (long) kernel[k] * input[y * size + x];
          }
        }
      }
    }
    byte[] flipped = new byte[9];
    for (int k = 0; k < 9; k++) {
      flipped[8 - k] = (byte) kernel[k];
    }
    ConvGeometry geometry =
        new ConvGeometry(1, 1, size, size, 1, out, out, 3, 3, 1, 1, 1, 1, 1, 1, 2, 2, 1);
    long[] actual = new long[out * out];
    DirectConvolution.apply(geometry, flipped, input, actual);
    assertThat(actual).isEqualTo(expected);
  }

  @Test
  void impossibleGeometries_areRefused() {
    assertThatThrownBy(() -> ConvGeometry.fullyConnected(0, 1, 1))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("batch");
    assertThatThrownBy(
            () -> ConvGeometry.fullyConnected(1, ConvGeometry.MAX_TENSOR_ELEMENTS + 1, 1))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("input tensor");
    assertThatThrownBy(() -> ConvGeometry.fullyConnected(1, 1 << 17, 1 << 17))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("weights");
    assertThatThrownBy(() -> new ConvGeometry(1, 3, 4, 4, 4, 4, 4, 1, 1, 1, 1, 0, 0, 1, 1, 1, 1, 2))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("groups");
    assertThatThrownBy(
            () ->
                new ConvGeometry(
                    1, 1, 4, 4, 1, 4, 4, 3, 1, Integer.MAX_VALUE, 1, 0, 0, 1, 1, 1, 1, 1))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("height");
  }

  /** A single tap in place over planes of 1 to 5 rows, in groups. */
  private static ConvGeometry pointwise(int i) {
    int groups = 1 + i / 10 % 3;
    int height = 1 + i / 10 % 5;
    return new ConvGeometry(
        2, 4 * groups, height, 7, 3 * groups, height, 7, 1, 1, 1, 1, 0, 0, 2, 1, 1, 1, groups);
  }

  private static long formula(
      ConvGeometry g, byte[] weights, int[] input, int n, int o, int y, int x) {
    int perGroup = g.inChannels() / g.groups();
    int group = o / (g.outChannels() / g.groups());
    long sum = 0;
    for (int c = 0; c < perGroup; c++) {
      for (int u = 0; u < g.kernelHeight(); u++) {
        for (int v = 0; v < g.kernelWidth(); v++) {
          int row = y * g.strideHeight() + u * g.dilationHeight() - g.padTop();
          int column = x * g.strideWidth() + v * g.dilationWidth() - g.padLeft();
          if (row % g.inputDilationHeight() != 0 || column % g.inputDilationWidth() != 0) {
            continue;
          }
          row /= g.inputDilationHeight();
          column /= g.inputDilationWidth();
          if (row >= 0 && row < g.inHeight() && column >= 0 && column < g.inWidth()) {
            int weight = weights[((o * perGroup + c) * g.kernelHeight() + u) * g.kernelWidth() + v];
            int channel = n * g.inChannels() + group * perGroup + c;
            sum += (long) weight * input[(channel * g.inHeight() + row) * g.inWidth() + column];
          }
        }
      }
    }
    return sum;
  }
}
