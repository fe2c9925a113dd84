/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.batch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.flink.record.AssembledRequest;
import org.lepcnn.flink.testkit.Requests;

class BatchQueueTest {
  private static final Fingerprint MODEL = Fingerprint.of(new byte[32]);

  private static AssembledRequest request(String device, int round) {
    return Requests.round(device, MODEL, Requests.INSTANCE, 0, round, 0, List.of());
  }

  private static BatchQueue queue(int maxBatch, long maxWaitMillis) {
    return new BatchQueue(new BatchSettings(1, maxBatch, maxWaitMillis, 64, 1 << 20));
  }

  @Test
  void batch_isTheOldestWithAllOfItsRound_acrossDevices() {
    BatchQueue queue = queue(8, 0);
    AssembledRequest a = request("a", 1);
    AssembledRequest b = request("b", 0);
    AssembledRequest c = request("c", 1);
    List.of(a, b, c).forEach(request -> queue.add(request, 0));
    assertThat(queue.take()).containsExactly(a, c);
    assertThat(queue.take()).containsExactly(b);
    assertThat(queue.isEmpty()).isTrue();
  }

  @Test
  void batch_isBounded_andOrderKept() {
    BatchQueue queue = queue(2, 0);
    AssembledRequest a = request("a", 1);
    AssembledRequest b = request("b", 1);
    AssembledRequest c = request("c", 1);
    List.of(a, b, c).forEach(request -> queue.add(request, 0));
    assertThat(queue.take()).containsExactly(a, b);
    assertThat(queue.size()).isEqualTo(1);
  }

  @Test
  void otherModels_areNotComputedTogether() {
    BatchQueue queue = queue(8, 0);
    byte[] other = new byte[32];
    other[0] = 1;
    AssembledRequest a = request("a", 1);
    queue.add(a, 0);
    queue.add(Requests.round("b", Fingerprint.of(other), Requests.INSTANCE, 0, 1, 0, List.of()), 0);
    assertThat(queue.take()).containsExactly(a);
  }

  @Test
  void withoutAWait_everythingIsDueAtOnce() {
    BatchQueue queue = queue(8, 0);
    assertThat(queue.isDue(0)).isFalse();
    queue.add(request("a", 0), 5);
    assertThat(queue.isDue(5)).isTrue();
  }

  @Test
  void withAWait_aBatchIsDueWhenFullOrOldEnough() {
    BatchQueue queue = queue(2, 10);
    queue.add(request("a", 0), 5);
    assertThat(queue.dueMillis()).isEqualTo(15);
    assertThat(queue.isDue(14)).isFalse();
    assertThat(queue.isDue(15)).isTrue();
    queue.add(request("b", 1), 6);
    assertThat(queue.isDue(14)).isFalse();
    queue.add(request("c", 0), 7);
    assertThat(queue.isDue(7)).isTrue();
  }
}
