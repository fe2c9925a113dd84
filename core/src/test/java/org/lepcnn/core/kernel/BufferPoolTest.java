/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BufferPoolTest {
  private final List<Set> made = new ArrayList<>();
  private final BufferPool<Set> pool =
      new BufferPool<>(
          size -> {
            made.add(new Set(size));
            return made.get(made.size() - 1);
          });

  private static final class Set implements BufferPool.Buffers {
    private final int capacity;
    private int closed;

    Set(int capacity) {
      this.capacity = capacity;
    }

    @Override
    public int capacity() {
      return capacity;
    }

    @Override
    public void close() {
      closed++;
    }
  }

  @Test
  void callsOneAfterTheOther_shareBuffers_andCallsAtTheSameTimeDoNot() {
    Set first = pool.take(3);
    Set second = pool.take(3);
    assertThat(second).isNotSameAs(first);
    pool.give(first);
    assertThat(pool.take(2)).isSameAs(first);
    assertThat(made).hasSize(2);
  }

  @Test
  void buffersThatAreTooSmall_areClosedAndReplaced() {
    Set small = pool.take(2);
    pool.give(small);
    Set large = pool.take(5);
    assertThat(large.capacity).isEqualTo(5);
    assertThat(small.closed).isEqualTo(1);
    assertThat(large.closed).isZero();
  }

  @Test
  void closing_closesWhatWasGivenBack_once() {
    Set first = pool.take(1);
    Set second = pool.take(1);
    pool.give(first);
    pool.give(second);
    pool.close();
    pool.close();
    assertThat(made).allSatisfy(set -> assertThat(set.closed).isEqualTo(1));
  }

  @Test
  void tensors_haveTheirSize() {
    BufferPool.TensorBuffers tensors = BufferPool.ofTensors(7).take(3);
    assertThat(tensors.arrays()).hasDimensions(3, 7);
  }
}
