/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.error.BadInputException;

class HostTensorTest {
  @Test
  void everyElementType_survivesTheWayThroughOnnxRuntime() throws OrtException {
    List<HostTensor> tensors =
        List.of(
            HostTensor.of(new float[] {1.5f, Float.NaN}, 2),
            HostTensor.of(new double[] {1.5, -0.0}, 1, 2),
            HostTensor.of(new int[] {Integer.MIN_VALUE, 7}, 2, 1),
            HostTensor.of(new long[] {Long.MAX_VALUE}),
            HostTensor.ofBytes(HostTensor.UINT8, new byte[] {-1, 3}, 2),
            HostTensor.ofBytes(HostTensor.INT8, new byte[] {-128, 3}, 2),
            HostTensor.ofBytes(HostTensor.BOOL, new byte[] {1, 0}, 2));
    for (HostTensor tensor : tensors) {
      try (OnnxTensor onnx = tensor.toOnnx(OrtEnvironment.getEnvironment())) {
        HostTensor back = HostTensor.copyOf(onnx);
        assertThat(back.sameBits(tensor)).as(tensor.toString()).isTrue();
      }
    }
  }

  @Test
  void differentBitsTypesOrShapes_areNotTheSame() {
    HostTensor zero = HostTensor.of(new float[] {0f, 1f}, 2);
    assertThat(zero.sameBits(HostTensor.of(new float[] {-0f, 1f}, 2))).isFalse();
    assertThat(zero.sameBits(HostTensor.of(new float[] {0f, 1f}, 1, 2))).isFalse();
    assertThat(zero.sameBits(HostTensor.of(new int[] {0, 1}, 2))).isFalse();
    assertThat(zero.sameBits(HostTensor.of(new float[] {0f, 1f}, 2))).isTrue();
  }

  @Test
  void lengthThatDoesNotFitTheShape_isRefused() {
    assertThatThrownBy(() -> HostTensor.of(new float[5], 2, 3))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("6 elements")
        .hasMessageContaining("found 5");
    assertThatThrownBy(() -> HostTensor.of(new float[0], 1L << 40, 1L << 40))
        .isInstanceOf(BadInputException.class);
    assertThatThrownBy(() -> HostTensor.of(new float[0], -1)).isInstanceOf(BadInputException.class);
  }

  @Test
  void text_showsNoContents() {
    assertThat(HostTensor.of(new float[] {42.5f}, 1)).asString().doesNotContain("42");
  }
}
