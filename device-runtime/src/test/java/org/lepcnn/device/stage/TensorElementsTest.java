/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.stage;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TensorElementsTest {
  @Test
  void fractions_areNumbersAndNotWhole() {
    TensorElements single = new TensorElements(HostTensor.of(new float[] {0.5f, -2}, 2));
    assertThat(single.size()).isEqualTo(2);
    assertThat(single.whole()).isFalse();
    assertThat(single.number(0)).isEqualTo(0.5);
    assertThat(single.number(1)).isEqualTo(-2);
    TensorElements twice = new TensorElements(HostTensor.of(new double[] {0.1}, 1));
    assertThat(twice.whole()).isFalse();
    assertThat(twice.number(0)).isEqualTo(0.1);
  }

  @Test
  void wholeNumbers_areExact() {
    TensorElements longs = new TensorElements(HostTensor.of(new long[] {Long.MAX_VALUE, 3}, 2));
    assertThat(longs.whole()).isTrue();
    assertThat(longs.integer(0)).isEqualTo(Long.MAX_VALUE);
    assertThat(longs.number(1)).isEqualTo(3);
    TensorElements ints = new TensorElements(HostTensor.of(new int[] {-7}, 1));
    assertThat(ints.integer(0)).isEqualTo(-7);
  }

  @Test
  void bytes_haveTheSignOfTheirType() {
    byte[] bytes = {-1, 127};
    TensorElements signed = new TensorElements(HostTensor.ofBytes(HostTensor.INT8, bytes, 2));
    assertThat(signed.integer(0)).isEqualTo(-1);
    assertThat(signed.integer(1)).isEqualTo(127);
    TensorElements unsigned = new TensorElements(HostTensor.ofBytes(HostTensor.UINT8, bytes, 2));
    assertThat(unsigned.integer(0)).isEqualTo(255);
    assertThat(unsigned.whole()).isTrue();
  }

  @Test
  void texts_areNoNumbers() {
    TensorElements texts = new TensorElements(HostTensor.of(new String[] {"cat", "dog"}, 2));
    assertThat(texts.texts()).isTrue();
    assertThat(texts.whole()).isFalse();
    assertThat(texts.text(1)).isEqualTo("dog");
    assertThat(new TensorElements(HostTensor.of(new int[] {1}, 1)).texts()).isFalse();
  }
}
