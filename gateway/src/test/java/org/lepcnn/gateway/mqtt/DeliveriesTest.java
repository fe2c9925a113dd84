/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.lepcnn.gateway.mqtt.Deliveries.Delivery;

class DeliveriesTest {
  private static final int MOST = 3;

  private final Deliveries deliveries = new Deliveries(MOST);
  private final List<String> acknowledged = new ArrayList<>();

  private Delivery arrive(int message, String packet) {
    return deliveries.arrived(
        ByteBuffer.allocate(Integer.BYTES).putInt(0, message), () -> acknowledged.add(packet));
  }

  @Test
  void equalMessagesOfOneConnection_areTwo() {
    Delivery first = arrive(1, "a");
    Delivery second = arrive(1, "b");
    assertThat(second.number()).isNotEqualTo(first.number());
    deliveries.done(second);
    deliveries.done(first);
    assertThat(acknowledged).containsExactly("b", "a");
    assertThat(deliveries.underWay()).isZero();
  }

  @Test
  void whatIsUnderWayWhenTheConnectionIsLost_isAcknowledgedOnTheNext_once() {
    Delivery first = arrive(1, "a");
    deliveries.connectionLost();
    assertThat(acknowledged).as("room in the client").containsExactly("a");
    assertThat(arrive(1, "a again")).isNull();
    deliveries.done(first);
    assertThat(acknowledged).containsExactly("a", "a again");
    assertThat(deliveries.awaited()).isZero();
  }

  @Test
  void aRedeliveryAfterTheAnswer_isTheSameMessage() {
    Delivery first = arrive(1, "a");
    deliveries.connectionLost();
    deliveries.done(first);
    Delivery again = arrive(1, "a again");
    assertThat(again.number()).isEqualTo(first.number());
    assertThat(arrive(1, "b").number()).isNotEqualTo(first.number());
  }

  @Test
  void anAcknowledgementThatWasLost_makesARedeliveryTheSameMessage() {
    Delivery first = arrive(1, "a");
    deliveries.done(first);
    deliveries.connectionLost();
    assertThat(arrive(1, "a again").number()).isEqualTo(first.number());
  }

  @Test
  void aConnectionThatIsLostBeforeTheRedelivery_changesNothing() {
    Delivery first = arrive(1, "a");
    deliveries.connectionLost();
    deliveries.connectionLost();
    assertThat(acknowledged).containsExactly("a");
    assertThat(arrive(1, "a again")).isNull();
    deliveries.connectionLost();
    assertThat(arrive(1, "third time")).isNull();
    deliveries.done(first);
    assertThat(acknowledged).containsExactly("a", "a again", "third time");
  }

  @Test
  void withoutASession_nothingIsARedelivery() {
    Delivery first = arrive(1, "a");
    deliveries.connectionLost();
    deliveries.sessionLost();
    assertThat(arrive(1, "b").number()).isNotEqualTo(first.number());
  }

  @Test
  void whatIsAbandoned_isNotAcknowledged() {
    deliveries.abandoned(arrive(1, "a"));
    assertThat(deliveries.underWay()).isZero();
    assertThat(acknowledged).isEmpty();
  }

  @Test
  void onlyTheLastAcknowledged_areAwaited_howeverManyConnections() {
    for (int i = 0; i < 100; i++) {
      deliveries.done(arrive(i, "x"));
      if (i % 7 == 0) {
        deliveries.connectionLost();
      }
    }
    assertThat(deliveries.awaited()).isLessThanOrEqualTo(2 * MOST);
  }
}
