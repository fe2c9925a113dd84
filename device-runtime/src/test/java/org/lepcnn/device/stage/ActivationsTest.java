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
  void anotherNumberOfElements_isRefused_whereverTheValueIs() {
    values.create("a", 3);
    for (String name : new String[] {"a", "x"}) {
      assertThatThrownBy(() -> values.buffer(name, 4))
          .isInstanceOf(BadInputException.class)
          .hasMessageContaining("'" + name + "': expected 4 elements; found 3");
    }
  }
}
