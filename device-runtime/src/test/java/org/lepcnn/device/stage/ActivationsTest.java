/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.stage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.error.BadInputException;

/** Where the values of a pass are, who owns them, and that nothing of them stays. */
class ActivationsTest {
  private static final OrtEnvironment ENVIRONMENT = OrtEnvironment.getEnvironment();
  private static final HostTensor HOST = HostTensor.of(new float[] {1, 2, 3}, 3);

  private final NativeTensors pool = new NativeTensors();
  private final Activations values = new Activations(Map.of("x", HOST), pool);

  @Test
  void aValueThatIsReplaced_goesBackToWhereItCameFrom() throws OrtException {
    NativeTensor tensor = values.create("a", 3);
    values.put("a", HOST);
    assertThat(pool.take(3)).isSameAs(tensor);
    OnnxTensor first = HOST.toOnnx(ENVIRONMENT);
    values.put("a", first);
    OnnxTensor second = HOST.toOnnx(ENVIRONMENT);
    values.put("a", second);
    assertThat(first.isClosed()).isTrue();
    assertThat(second.isClosed()).isFalse();
    values.create("a", 3);
    assertThat(second.isClosed()).isTrue();
    assertThat(values.size()).as("x and a").isEqualTo(2);
  }

  @Test
  void aReleasedValue_isNotThereAnyMore_whereverItWas() throws OrtException {
    NativeTensor pooled = values.create("a", 3);
    OnnxTensor onnx = HOST.toOnnx(ENVIRONMENT);
    values.put("b", onnx);
    values.release("a");
    values.release("b");
    values.release("x");
    assertThat(values.size()).isZero();
    assertThat(pool.take(3)).isSameAs(pooled);
    assertThat(onnx.isClosed()).isTrue();
    for (String name : new String[] {"a", "b", "x"}) {
      assertThatThrownBy(() -> values.host(name)).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> values.onnx(ENVIRONMENT, name))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining(name);
    }
  }

  @Test
  void aClose_givesTensorsBack_endsOnnxRuntimesOnes_andForgetsTheRest() throws OrtException {
    NativeTensor pooled = values.create("a", 3);
    OnnxTensor onnx = HOST.toOnnx(ENVIRONMENT);
    values.put("b", onnx);
    assertThat(values.size()).isEqualTo(3);
    values.close();
    assertThat(values.size()).isZero();
    assertThat(pool.take(3)).isSameAs(pooled);
    assertThat(onnx.isClosed()).isTrue();
    values.close();
    assertThat(pool.take(3)).as("given back once").isNotSameAs(pooled);
  }

  @Test
  void aValue_isTheSameEverywhere_andConvertedOnce() throws OrtException {
    NativeTensor pooled = values.create("a", 3);
    pooled.floats().put(0, new float[] {4, 5, 6});
    values.put("b", HOST.toOnnx(ENVIRONMENT));
    assertThat(values.onnx(ENVIRONMENT, "a")).isSameAs(pooled.onnx(ENVIRONMENT));
    assertThat(values.onnx(ENVIRONMENT, "x")).isSameAs(values.onnx(ENVIRONMENT, "x"));
    assertThat(values.host("a").floats()).containsExactly(4, 5, 6);
    assertThat(values.host("a")).isSameAs(values.host("a"));
    assertThat(values.host("b").sameBits(HOST)).isTrue();
    assertThat(values.host("x")).isSameAs(HOST);
    assertThat(values.floats("x", 3)).isSameAs(HOST.floats());
    assertThat(values.buffer("a", 3)).isSameAs(pooled.floats());
    assertThat(values.buffer("x", 3).array()).isSameAs(HOST.floats());
  }

  @Test
  void aValueOfTheHeap_isCopiedToMemoryThatIsUsedAgain_whateverItsType() throws OrtException {
    long[] shape = {3};
    for (HostTensor value :
        new HostTensor[] {
          HOST,
          HostTensor.of(new double[] {1, Double.NaN, -0.0}, shape),
          HostTensor.of(new int[] {1, -2, Integer.MIN_VALUE}, shape),
          HostTensor.of(new long[] {1, -2, Long.MIN_VALUE}, shape),
          HostTensor.ofBytes(HostTensor.UINT8, new byte[] {0, 1, -1}, shape),
          HostTensor.ofBytes(HostTensor.INT8, new byte[] {0, 1, -128}, shape),
          HostTensor.ofBytes(HostTensor.BOOL, new byte[] {0, 1, 1}, shape)
        }) {
      OnnxTensor first;
      try (Activations pass = new Activations(Map.of("v", value), pool)) {
        first = pass.onnx(ENVIRONMENT, "v");
        assertThat(HostTensor.copyOf(first).sameBits(value)).as("%s", value).isTrue();
        assertThat(pass.host("v")).isSameAs(value);
      }
      try (Activations pass = new Activations(Map.of("v", value), pool)) {
        assertThat(pass.onnx(ENVIRONMENT, "v")).as("%s", value).isSameAs(first);
      }
    }
    HostTensor texts = HostTensor.of(new String[] {"a", "", "ü"}, shape);
    try (Activations pass = new Activations(Map.of("v", texts), pool)) {
      assertThat(HostTensor.copyOf(pass.onnx(ENVIRONMENT, "v")).sameBits(texts)).isTrue();
    }
  }

  @Test
  void integers_areNotReadAsFloats_alsoAfterOnnxRuntimeHadThem() throws OrtException {
    values.put("i", HostTensor.of(new int[] {1, 2, 3}, 3));
    values.onnx(ENVIRONMENT, "i");
    assertThatThrownBy(() -> values.buffer("i", 3)).isInstanceOf(BadInputException.class);
  }

  @Test
  void anotherNumberOfElements_isRefused_whereverTheValueIs() {
    values.create("a", 3);
    for (String name : new String[] {"a", "x"}) {
      assertThatThrownBy(() -> values.buffer(name, 4))
          .isInstanceOf(BadInputException.class)
          .hasMessageContaining("'" + name + "': expected 4 elements; found 3");
    }
  }
}
