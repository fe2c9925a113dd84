/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.error.BadInputException;

class FreePortsTest {
  @Test
  void ports_areDistinct_andNoneThatAConnectionMayGet() {
    List<Integer> ports = FreePorts.find(1000);

    assertThat(ports).doesNotHaveDuplicates().hasSize(1000);
    assertThat(ports).allMatch(port -> port >= 10_240 && port < 32_768);
  }

  @Test
  void aPortThatSomebodyListensOn_isNotFree() throws IOException {
    int port = FreePorts.find();
    try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      assertThat(FreePorts.isFree(socket.getLocalPort())).isFalse();
    }
    assertThat(FreePorts.isFree(port)).isTrue();
  }

  @Test
  void noNumberOfPorts_isRefused() {
    assertThatThrownBy(() -> FreePorts.find(0)).isInstanceOf(BadInputException.class);
  }
}
