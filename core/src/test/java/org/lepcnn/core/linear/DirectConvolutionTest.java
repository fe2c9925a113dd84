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
          for (int y = 0; y < g.height().out(); y++) {
            for (int x = 0; x < g.width().out(); x++) {
              int index = ((n * g.outChannels() + o) * g.height().out() + y) * g.width().out() + x;
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
    ConvAxis side = ConvAxis.of(size, out, 3).withInputDilation(2).withPadBefore(1);
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
    ConvGeometry geometry = ConvGeometry.of(1, 1, side, side);
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
    assertThatThrownBy(
            () -> new ConvGeometry(1, 3, 4, 2, ConvAxis.pointwise(4), ConvAxis.pointwise(4)))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("groups");
    assertThatThrownBy(
            () ->
                ConvGeometry.of(
                    1,
                    1,
                    ConvAxis.of(4, 4, 3).withStride(Integer.MAX_VALUE),
                    ConvAxis.pointwise(4)))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("an axis reaches beyond");
  }

  /** A single tap in place over planes of 1 to 5 rows, in groups. */
  private static ConvGeometry pointwise(int i) {
    int groups = 1 + i / 10 % 3;
    int height = 1 + i / 10 % 5;
    return new ConvGeometry(
        2,
        4 * groups,
        3 * groups,
        groups,
        ConvAxis.of(height, height, 1).withDilation(2),
        ConvAxis.pointwise(7));
  }

  private static long formula(
      ConvGeometry g, byte[] weights, int[] input, int n, int o, int y, int x) {
    int perGroup = g.inChannels() / g.groups();
    int group = o / (g.outChannels() / g.groups());
    long sum = 0;
    for (int c = 0; c < perGroup; c++) {
      for (int u = 0; u < g.height().kernel(); u++) {
        for (int v = 0; v < g.width().kernel(); v++) {
          int row = y * g.height().stride() + u * g.height().dilation() - g.height().padBefore();
          int column = x * g.width().stride() + v * g.width().dilation() - g.width().padBefore();
          if (row % g.height().inputDilation() != 0 || column % g.width().inputDilation() != 0) {
            continue;
          }
          row /= g.height().inputDilation();
          column /= g.width().inputDilation();
          if (row >= 0 && row < g.height().in() && column >= 0 && column < g.width().in()) {
            int weight =
                weights[((o * perGroup + c) * g.height().kernel() + u) * g.width().kernel() + v];
            int channel = n * g.inChannels() + group * perGroup + c;
            sum +=
                (long) weight * input[(channel * g.height().in() + row) * g.width().in() + column];
          }
        }
      }
    }
    return sum;
  }
}
