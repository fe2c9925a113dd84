/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;

class BrokerWatchTest {
  @Test
  void twoLooksInVain_meanAway_oneThatFindsIt_back() throws Exception {
    int port;
    BrokerWatch watch;
    try (ServerSocket broker = new ServerSocket(0, 8, InetAddress.getLoopbackAddress())) {
      port = broker.getLocalPort();
      watch = new BrokerWatch("localhost:1, 127.0.0.1:" + port);
      assertThat(watch.isThere()).isTrue();
      watch.run();
      assertThat(watch.isThere()).isTrue();
    }
    watch.run();
    assertThat(watch.isThere()).isTrue();
    watch.run();
    assertThat(watch.isThere()).isFalse();
    try (ServerSocket broker = new ServerSocket(port, 8, InetAddress.getLoopbackAddress())) {
      watch.run();
      assertThat(watch.isThere()).as("port %d", broker.getLocalPort()).isTrue();
    }
  }

  @Test
  void aNameThatNobodyKnows_isAway() {
    BrokerWatch watch = new BrokerWatch("broker.invalid:9092,[::1]:1");
    watch.run();
    watch.run();
    assertThat(watch.isThere()).isFalse();
  }
}
