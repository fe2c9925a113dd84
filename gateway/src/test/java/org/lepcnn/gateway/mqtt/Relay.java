/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.mqtt;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A way to a port of this machine that can be cut, as the death of a process cuts it. */
final class Relay implements AutoCloseable {
  private final ServerSocket server = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
  private final Queue<Socket> sockets = new ConcurrentLinkedQueue<>();

  Relay(int to) throws IOException {
    start(
        () -> {
          while (!server.isClosed()) {
            Socket from = server.accept();
            Socket there = new Socket(InetAddress.getLoopbackAddress(), to);
            sockets.add(from);
            sockets.add(there);
            start(() -> from.getInputStream().transferTo(there.getOutputStream()));
            start(() -> there.getInputStream().transferTo(from.getOutputStream()));
          }
        });
  }

  /** What ends when a socket is closed. */
  private interface Work {
    void run() throws IOException;
  }

  private static void start(Work work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (IOException e) {
                // cut
              }
            },
            "relay");
    thread.setDaemon(true);
    thread.start();
  }

  int port() {
    return server.getLocalPort();
  }

  @Override
  public void close() throws IOException {
    server.close();
    for (Socket socket : sockets) {
      socket.close();
    }
  }
}
