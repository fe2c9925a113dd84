/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.batch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.port.PassId;
import org.lepcnn.core.port.PassRound;
import org.lepcnn.flink.record.AssembledRequest;
import org.lepcnn.flink.record.RequestHeader;
import org.lepcnn.flink.testkit.Requests;

class BatchQueueTest {
  private static final Fingerprint MODEL = Fingerprint.of(new byte[32]);

  private static AssembledRequest request(String device, int round) {
    return Requests.round(device, MODEL, Requests.INSTANCE, 0, round, 0, List.of());
  }

  private static AssembledRequest request(String topic, String device, long pass, int round) {
    PassId id = new PassId(device, Requests.CHAIN, MODEL, pass);
    RequestHeader header =
        new RequestHeader(topic, 0, 0, new PassRound(id, round, Requests.INSTANCE), Long.MAX_VALUE);
    return new AssembledRequest(header, 0, List.of());
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

  @Test
  void devicesTakeTurns_howeverManyRequestsOneHas() {
    BatchQueue queue = queue(1, 0);
    for (int pass = 0; pass < 20; pass++) {
      queue.add(request("gw", "busy", pass, 0), 0);
    }
    AssembledRequest first = request("gw", "quiet", 0, 1);
    AssembledRequest second = request("gw", "quiet", 1, 1);
    queue.add(first, 1);
    queue.add(second, 1);
    assertThat(devices(queue, 5)).containsExactly("busy", "quiet", "busy", "quiet", "busy");
    assertThat(queue.size()).isEqualTo(17);
  }

  @Test
  void placesInABatch_areSharedOutInTurns_andADevicesOrderIsKept() {
    BatchQueue queue = queue(4, 0);
    for (int pass = 0; pass < 20; pass++) {
      queue.add(request("gw", "busy", pass, 0), 0);
    }
    queue.add(request("gw", "quiet", 0, 0), 1);
    List<AssembledRequest> batch = queue.take();
    assertThat(batch).extracting(r -> r.header().device()).filteredOn("quiet"::equals).hasSize(1);
    assertThat(batch)
        .filteredOn(r -> r.header().device().equals("busy"))
        .extracting(r -> r.header().asRound().pass().pass())
        .containsExactly(0L, 1L, 2L);
  }

  @Test
  void gatewaysTakeTurns_howeverManyDevicesOneHas() {
    BatchQueue queue = queue(1, 0);
    for (int device = 0; device < 20; device++) {
      queue.add(request("crowded", "d" + device, 0, 0), 0);
    }
    queue.add(request("lonely", "e", 0, 0), 1);
    queue.add(request("lonely", "e", 1, 0), 1);
    assertThat(devices(queue, 5)).containsExactly("d0", "e", "d1", "e", "d2");
  }

  @Test
  void surplus_isTheNewestOfWhoHasMost_andNobodysFirstEight() {
    BatchQueue queue = queue(1, 0);
    for (int pass = 0; pass < 8; pass++) {
      queue.add(request("gw", "busy", pass, 0), 0);
      queue.add(request("other", "quiet", pass, 0), 0);
    }
    assertThat(queue.takeSurplus()).isNull();
    AssembledRequest newest = request("gw", "busy", 8, 0);
    queue.add(newest, 0);
    assertThat(queue.takeSurplus()).isSameAs(newest);
    assertThat(queue.takeSurplus()).isNull();
    assertThat(queue.size()).isEqualTo(16);
  }

  @Test
  void surplus_isOfTheBusiestDevice_whereverItStandsInTheTurns() {
    for (List<String> order : List.of(List.of("busy", "quiet"), List.of("quiet", "busy"))) {
      BatchQueue queue = queue(1, 0);
      for (String device : order) {
        int requests = device.equals("busy") ? 12 : 9;
        for (int pass = 0; pass < requests; pass++) {
          queue.add(request("gw", device, pass, 0), 0);
        }
      }
      assertThat(queue.takeSurplus().header().device()).isEqualTo("busy");
    }
  }

  private static List<String> devices(BatchQueue queue, int batches) {
    List<String> devices = new ArrayList<>();
    for (int i = 0; i < batches; i++) {
      queue.take().forEach(request -> devices.add(request.header().device()));
    }
    return devices;
  }
}
