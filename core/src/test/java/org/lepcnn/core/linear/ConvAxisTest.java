/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.linear;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lepcnn.core.error.BadInputException;

class ConvAxisTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0, -1",
    "0, 1, 0",
    "0, 2, -1",
    "1, 1, -1",
    "1, 2, 1",
    "4, 2, -1",
    "3, 1, -1",
    "3, 2, 2"
  })
  void input_isWhereAnOutputLooks_orNone(int output, int tap, int expected) {
    // places of the inputs 0, 2, 4; output i looks at i − 1 + tap
    ConvAxis axis = ConvAxis.of(3, 5, 3).withInputDilation(2).withPadBefore(1);
    assertThat(axis.input(output, tap)).isEqualTo(expected);
  }

  @Test
  void input_leavesOutWhatIsCroppedAndWhatIsBeyond() {
    ConvAxis cropped = ConvAxis.of(5, 2, 2).withStride(2).withDilation(2).withPadBefore(-1);
    assertThat(cropped.input(0, 0)).isEqualTo(1);
    assertThat(cropped.input(0, 1)).isEqualTo(3);
    assertThat(cropped.input(1, 0)).isEqualTo(3);
    assertThat(cropped.input(1, 1)).isEqualTo(-1);
  }

  @Test
  void padAfter_followsFromTheOutputSize() {
    assertThat(ConvAxis.centred(7, 3).padAfter()).isEqualTo(1);
    assertThat(ConvAxis.padded(8, 3, 2, 1).padAfter()).isZero();
    assertThat(ConvAxis.of(8, 2, 3).withStride(2).padAfter()).isEqualTo(-3);
    assertThat(ConvAxis.of(3, 5, 3).withInputDilation(2).withPadBefore(1).padAfter()).isEqualTo(1);
  }

  @Test
  void padded_hasAsManyOutputsAsFit() {
    assertThat(ConvAxis.padded(227, 11, 4, 0).out()).isEqualTo(55);
    assertThat(ConvAxis.padded(224, 7, 2, 3).out()).isEqualTo(112);
    assertThat(ConvAxis.centred(9, 3)).isEqualTo(new ConvAxis(9, 9, 3, 1, 1, 1, 1));
  }

  @Test
  void pointwise_isAnInputForEveryOutput() {
    assertThat(ConvAxis.pointwise(4).isPointwise()).isTrue();
    assertThat(ConvAxis.pointwise(1).withStride(3).isPointwise()).isTrue();
    assertThat(ConvAxis.pointwise(4).withStride(2).isPointwise()).isFalse();
    assertThat(ConvAxis.pointwise(4).withPadBefore(1).isPointwise()).isFalse();
    assertThat(ConvAxis.pointwise(4).withInputDilation(2).isPointwise()).isFalse();
    assertThat(ConvAxis.of(4, 3, 1).isPointwise()).isFalse();
    assertThat(ConvAxis.centred(4, 3).isPointwise()).isFalse();
  }

  @Test
  void impossibleAxes_areRefused() {
    assertRefused(0, 1, 1, 1, 1, 1, "input size");
    assertRefused(1, 0, 1, 1, 1, 1, "output size");
    assertRefused(1, 1, 0, 1, 1, 1, "kernel size");
    assertRefused(1, 1, 1, 0, 1, 1, "stride");
    assertRefused(1, 1, 1, 1, 0, 1, "dilation");
    assertRefused(1, 1, 1, 1, 1, 0, "input dilation");
    assertThatThrownBy(() -> ConvAxis.pointwise(1).withPadBefore(Integer.MIN_VALUE))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("padding");
  }

  private static void assertRefused(
      int in, int out, int kernel, int stride, int dilation, int inputDilation, String what) {
    assertThatThrownBy(() -> new ConvAxis(in, out, kernel, stride, dilation, inputDilation, 0))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("the " + what + " of");
  }
}
