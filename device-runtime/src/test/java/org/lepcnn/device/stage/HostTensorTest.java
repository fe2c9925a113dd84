/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.stage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import java.lang.reflect.Array;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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
            HostTensor.ofBytes(HostTensor.BOOL, new byte[] {1, 0}, 2),
            HostTensor.of(new String[] {"a", "", "\u00e9"}, 3),
            HostTensor.of(new String[] {"a", "b", "c", "d"}, 2, 1, 2),
            HostTensor.of(new String[] {"alone"}),
            HostTensor.of(new String[0], 2, 0));
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
  void aDimensionOfZero_isATensorWithoutElements() {
    assertThat(HostTensor.of(new float[0], 0, 3).shape()).containsExactly(0, 3);
    assertThat(HostTensor.elements(new long[] {1 << 20, 0})).isZero();
  }

  @Test
  void asManyElementsAsAnArrayCanHave_areAllowed_oneMoreIsNot() {
    assertThat(HostTensor.elements(new long[] {Integer.MAX_VALUE, 1})).isEqualTo(Integer.MAX_VALUE);
    for (long[] shape :
        new long[][] {{Integer.MAX_VALUE + 1L}, {1 << 16, 1 << 15}, {2, 1L << 62}}) {
      assertThatThrownBy(() -> HostTensor.elements(shape))
          .isInstanceOf(BadInputException.class)
          .hasMessageContaining("at most 2^31 - 1 elements");
    }
  }

  @Test
  void zeros_areOfTheTypeAndShapeAskedFor() {
    for (int type : new int[] {1, 2, 3, 6, 7, 8, 9, 11}) {
      HostTensor zeros = HostTensor.zeros(type, 2, 3);
      assertThat(zeros.onnxType()).isEqualTo(type);
      assertThat(zeros.shape()).containsExactly(2, 3);
      assertThat(Array.getLength(zeros.array())).isEqualTo(6);
    }
  }

  @Test
  void aTypeThatIsNotSupported_isRefused() {
    for (int type : new int[] {1, 4, 10}) {
      assertThatThrownBy(() -> HostTensor.ofBytes(type, new byte[1], 1))
          .isInstanceOf(BadInputException.class)
          .hasMessageContaining("found " + type);
    }
    assertThatThrownBy(() -> HostTensor.of(new int[1], 1).floats())
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("float32); found 6");
  }

  @Test
  void typesOfOnnxRuntimeAlone_areWidened() throws OrtException {
    ByteBuffer bits = ByteBuffer.allocateDirect(4).order(ByteOrder.nativeOrder());
    bits.putShort(0, (short) 0xbc00).putShort(2, (short) 0x3c00);
    assertThat(widened(bits, OnnxJavaType.FLOAT16).floats()).containsExactly(-1, 1);
    bits.putShort(0, (short) 0xbf80).putShort(2, (short) 0x3f80);
    assertThat(widened(bits, OnnxJavaType.BFLOAT16).floats()).containsExactly(-1, 1);
    bits.putShort(0, (short) -2).putShort(2, (short) 7);
    assertThat((int[]) widened(bits, OnnxJavaType.INT16).array()).containsExactly(-2, 7);
  }

  private static HostTensor widened(ByteBuffer bits, OnnxJavaType type) throws OrtException {
    try (OnnxTensor tensor =
        OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), bits, new long[] {2}, type)) {
      return HostTensor.copyOf(tensor);
    }
  }

  @Test
  void oneBitOfTheLastElement_isADifference_inEveryType() {
    assertThat(
            HostTensor.of(new double[] {1, 0.0}, 2)
                .sameBits(HostTensor.of(new double[] {1, -0.0}, 2)))
        .isFalse();
    assertThat(
            HostTensor.of(new float[] {1, 0f}, 2).sameBits(HostTensor.of(new float[] {1, -0f}, 2)))
        .isFalse();
    assertThat(HostTensor.of(new int[] {1, 2}, 2).sameBits(HostTensor.of(new int[] {1, 3}, 2)))
        .isFalse();
    assertThat(HostTensor.of(new long[] {1, 2}, 2).sameBits(HostTensor.of(new long[] {1, 3}, 2)))
        .isFalse();
    assertThat(
            HostTensor.ofBytes(HostTensor.INT8, new byte[] {1, 2}, 2)
                .sameBits(HostTensor.ofBytes(HostTensor.INT8, new byte[] {1, 3}, 2)))
        .isFalse();
    assertThat(
            HostTensor.of(new String[] {"a", "b"}, 2)
                .sameBits(HostTensor.of(new String[] {"a", "B"}, 2)))
        .isFalse();
    assertThat(
            HostTensor.of(new double[] {1, Double.NaN}, 2)
                .sameBits(HostTensor.of(new double[] {1, Double.NaN}, 2)))
        .isTrue();
  }

  @Test
  void dimensions_areCopiedInAndOut() {
    long[] shape = {2};
    HostTensor tensor = HostTensor.of(new float[2], shape);
    shape[0] = 7;
    tensor.shape()[0] = 8;
    assertThat(tensor.shape()).containsExactly(2);
  }

  @Test
  void text_showsNoContents() {
    assertThat(HostTensor.of(new float[] {42.5f}, 1))
        .asString()
        .isEqualTo("HostTensor[onnxType=1, shape=[1]]");
  }
}
