/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.port.EdgeTransport;
import org.lepcnn.kafka.client.BrokerUnreachableException;

class GatewayConnectTest {
  private static final Duration LONG = Duration.ofMinutes(10);
  private static final Duration PAUSE = Duration.ofMillis(1);

  private final AtomicInteger attempts = new AtomicInteger();

  private Supplier<EdgeTransport> awayFor(int times, RuntimeException failure) {
    return () -> {
      if (attempts.incrementAndGet() <= times) {
        throw failure;
      }
      return null; // nobody uses it
    };
  }

  @Test
  void brokerThatIsAwayAtTheStart_isWaitedFor() {
    BrokerUnreachableException away = new BrokerUnreachableException("away", null);
    Gateway.connect(awayFor(3, away), LONG, PAUSE);
    assertThat(attempts).hasValue(4);
  }

  @Test
  void patience_ends() {
    BrokerUnreachableException away = new BrokerUnreachableException("away", null);
    Supplier<EdgeTransport> never = awayFor(Integer.MAX_VALUE, away);
    assertThatThrownBy(() -> Gateway.connect(never, Duration.ZERO, PAUSE)).isSameAs(away);
    assertThat(away.exitStatus()).isEqualTo(3);
  }

  @Test
  void whatDoesNotPass_isNotTriedAgain() {
    EnvironmentException missing = new EnvironmentException("no topics");
    Supplier<EdgeTransport> open = awayFor(1, missing);
    assertThatThrownBy(() -> Gateway.connect(open, LONG, PAUSE)).isSameAs(missing);
    assertThat(attempts).hasValue(1);
  }
}
