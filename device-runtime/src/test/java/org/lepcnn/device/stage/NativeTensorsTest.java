/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.stage;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import org.junit.jupiter.api.Test;

class NativeTensorsTest {
  private final NativeTensors pool = new NativeTensors();

  @Test
  void aTensorThatWasGivenBack_servesTheNextOfItsShape_andOfNoOther() {
    NativeTensor one = pool.take(2, 3);
    NativeTensor other = pool.take(3, 2);
    assertThat(other).isNotSameAs(one);
    pool.give(one);
    pool.give(other);
    assertThat(pool.take(6)).isNotIn(one, other);
    assertThat(pool.take(2, 3)).isSameAs(one);
    assertThat(pool.take(3, 2)).isSameAs(other);
    assertThat(pool.take(2, 3)).isNotSameAs(one);
  }

  @Test
  void closing_overwritesWhatIsFree_andWhatIsGivenBackLater() throws OrtException {
    NativeTensor free = filled();
    NativeTensor used = filled();
    OnnxTensor onnx = free.onnx(OrtEnvironment.getEnvironment());
    pool.give(free);
    pool.close();
    assertThat(free.toHost().floats()).containsOnly(0);
    assertThat(onnx.isClosed()).isTrue();
    assertThat(used.toHost().floats()).containsExactly(7, 8);
    pool.give(used);
    assertThat(used.toHost().floats()).containsOnly(0);
    assertThat(pool.take(2)).as("nothing is kept").isNotIn(free, used);
  }

  @Test
  void itsValues_areSharedWithOnnxRuntime_andCopiedToTheHeap() throws OrtException {
    NativeTensor tensor = filled();
    OnnxTensor onnx = tensor.onnx(OrtEnvironment.getEnvironment());
    assertThat(tensor.onnx(OrtEnvironment.getEnvironment())).isSameAs(onnx);
    HostTensor host = tensor.toHost();
    assertThat(host.shape()).containsExactly(2);
    tensor.floats().put(0, 9);
    assertThat(onnx.getFloatBuffer().get(0)).isEqualTo(9);
    assertThat(host.floats()).containsExactly(7, 8);
    tensor.close();
  }

  private NativeTensor filled() {
    NativeTensor tensor = pool.take(2);
    tensor.floats().put(0, new float[] {7, 8});
    return tensor;
  }
}
