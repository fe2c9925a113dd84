/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.deployments;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;

/** Somebody else's server on a port that is wanted. */
final class LoopbackListener implements AutoCloseable {
  private final ServerSocket socket;

  LoopbackListener() throws IOException {
    socket = new ServerSocket(0, 64, InetAddress.getByName("127.0.0.1"));
  }

  int port() {
    return socket.getLocalPort();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
