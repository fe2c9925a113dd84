/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.linear;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.lepcnn.core.error.BadInputException;

class LayerWeightsTest {
  @Test
  void everyWeightUpToTheLimit_isTheSumOfPartsInRangeAndOfItsSign() {
    short[] all = new short[2 * LayerWeights.MAX_MAGNITUDE + 1];
    for (int i = 0; i < all.length; i++) {
      all[i] = (short) (i - LayerWeights.MAX_MAGNITUDE);
    }
    LayerWeights weights = LayerWeights.split(all);
    assertThat(weights.parts()).isEqualTo(2);
    for (int i = 0; i < all.length; i++) {
      int high = weights.part(0)[i];
      int low = weights.part(1)[i];
      assertThat(weights.at(i)).isEqualTo(all[i]).isEqualTo(16 * high + low);
      assertThat(high).isBetween(-127, 127);
      assertThat(low).isBetween(-15, 15);
      // so that no part's accumulator holds more than the weight's own
      assertThat(16 * Math.abs(high) + Math.abs(low)).isEqualTo(Math.abs(all[i]));
    }
    assertThat(weights.maxMagnitude()).isEqualTo(2047);
    assertThat(weights.maxAbsSum(1)).isEqualTo(2047L * 2048);
  }

  @Test
  void onePart_holdsAllBytes_andNotOneMore() {
    LayerWeights bytes = LayerWeights.split(new short[] {-128, 127});
    assertThat(bytes.parts()).isEqualTo(1);
    assertThat(bytes.at(0)).isEqualTo(-128);
    assertThat(bytes.maxMagnitude()).isEqualTo(128);
    assertThat(bytes.maxAbsSum(1)).isEqualTo(255);
    assertThat(bytes.bits()).isEqualTo(8);
    assertThat(LayerWeights.split(new short[] {-127, 128}).parts()).isEqualTo(2);
    assertThat(LayerWeights.split(new short[] {-127, 128}).bits()).isEqualTo(9);
    assertThat(LayerWeights.split(new short[] {-2047, 128}).bits()).isEqualTo(12);
    assertThat(LayerWeights.split(new short[] {-129, 127}).parts()).isEqualTo(2);
  }

  @Test
  void whatTheTwoPartsCannotHold_isRefused() {
    for (short weight : new short[] {2048, -2048, Short.MIN_VALUE, Short.MAX_VALUE}) {
      assertThatThrownBy(() -> LayerWeights.split(new short[] {1, weight}))
          .isInstanceOf(BadInputException.class)
          .hasMessageContaining("2047");
    }
    assertThatThrownBy(() -> LayerWeights.of(new byte[] {-128}, new byte[1]))
        .isInstanceOf(BadInputException.class);
    assertThatThrownBy(() -> LayerWeights.of(new byte[] {127}, new byte[] {16}))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("15");
    assertThatThrownBy(() -> LayerWeights.of(new byte[2], new byte[3]))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("3");
  }

  @Test
  void directConvolution_refusesAPartedLayerThatCouldOverflow() {
    ConvGeometry wide = ConvGeometry.fullyConnected(1, DirectConvolution.MAX_PARTED_FAN_IN, 1);
    short[] weights = new short[wide.weightCount()];
    weights[0] = 2047;
    int[] input = new int[wide.inputSize()];
    assertThatThrownBy(
            () -> DirectConvolution.apply(wide, LayerWeights.split(weights), input, new long[1]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("fan-in");
    weights[0] = 127;
    DirectConvolution.apply(wide, LayerWeights.split(weights), input, new long[1]);
  }
}
