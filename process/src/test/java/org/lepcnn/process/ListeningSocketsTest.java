/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;

class ListeningSocketsTest {
  private static final long SELF = ProcessHandle.current().pid();

  @Test
  void socketOnEveryInterface_isSeen_andOneOnTheLoopbackInterfaceIsNotReachable() throws Exception {
    assumeTrue(ListeningSockets.areTold(), "this system does not tell sockets");
    try (ServerSocket open = new ServerSocket(0);
        ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThat(ListeningSockets.of(SELF))
          .extracting(InetSocketAddress::getPort)
          .contains(open.getLocalPort(), closed.getLocalPort());
      assertThat(ListeningSockets.reachableFromElsewhere(SELF))
          .extracting(InetSocketAddress::getPort)
          .contains(open.getLocalPort())
          .doesNotContain(closed.getLocalPort());
    }
  }

  @Test
  void addresses_areReadInTheirOrder() throws Exception {
    assertThat(ListeningSockets.parse("0100007F:1F90"))
        .isEqualTo(new InetSocketAddress("127.0.0.1", 8080));
    assertThat(ListeningSockets.parse("0000000000000000FFFF00000100007F:0050"))
        .isEqualTo(new InetSocketAddress("127.0.0.1", 80));
    assertThat(ListeningSockets.parse("00000000000000000000000001000000:0001").getAddress())
        .isEqualTo(InetAddress.getByName("::1"));
  }
}
