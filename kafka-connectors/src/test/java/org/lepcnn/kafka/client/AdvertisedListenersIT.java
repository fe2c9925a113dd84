/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.kafka.testkit.LocalKafka;
import org.lepcnn.kafka.topic.TopicAdmin;

class AdvertisedListenersIT {
  private static final Duration LIMIT = Duration.ofSeconds(3);

  /** A broker with a second listener, of which it says that it is elsewhere. */
  private static final Map<String, String> LOST =
      Map.of(
          "listeners",
          "PLAINTEXT://localhost:@BROKER@,LOST://localhost:@FURTHER@,CONTROLLER://localhost:@CONTROLLER@",
          "advertised.listeners",
          "PLAINTEXT://localhost:@BROKER@,LOST://lepcnn.invalid:9092",
          "listener.security.protocol.map",
          "PLAINTEXT:PLAINTEXT,LOST:PLAINTEXT,CONTROLLER:PLAINTEXT",
          "inter.broker.listener.name",
          "PLAINTEXT");

  @Test
  void brokerThatSendsItsClientsElsewhere_isNamedWithThatAddress() {
    try (LocalKafka broker = LocalKafka.start(LOST)) {
      ClientSettings lost = ClientSettings.of(broker.furtherServers(), Map.of());
      assertThat(AdvertisedListeners.unreachable(lost)).containsExactly("lepcnn.invalid:9092");
      try (TopicAdmin admin = TopicAdmin.connect(lost, LIMIT)) {
        assertThatThrownBy(() -> admin.missing(List.of("any")))
            .isInstanceOf(EnvironmentException.class)
            .hasMessageContaining(broker.furtherServers())
            .hasMessageContaining("sends its clients to lepcnn.invalid:9092")
            .hasMessageContaining("advertised.listeners");
      }
      ClientSettings right = ClientSettings.of(broker.bootstrapServers(), Map.of());
      assertThat(AdvertisedListeners.unreachable(right)).isEmpty();
    }
  }
}
