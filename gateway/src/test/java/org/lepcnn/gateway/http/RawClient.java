/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.http;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A client that sends what it likes. */
final class RawClient implements AutoCloseable {
  private final Socket socket;

  RawClient(int port) throws IOException {
    this.socket = new Socket(InetAddress.getLoopbackAddress(), port);
  }

  /** Sends a text and reads until the other side ends. */
  static String ask(int port, String text) throws IOException {
    try (RawClient client = new RawClient(port)) {
      client.send(text);
      return client.rest();
    }
  }

  void send(String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    socket.getOutputStream().flush();
  }

  /** Ends what it sends; it still reads. */
  void endOutput() throws IOException {
    socket.shutdownOutput();
  }

  /** The first line of an answer, whose headers and body of {@code bytes} bytes are read. */
  String answer(int bytes) throws IOException {
    StringBuilder text = new StringBuilder();
    while (text.indexOf("\r\n\r\n") < 0) {
      text.append((char) socket.getInputStream().read());
    }
    socket.getInputStream().skipNBytes(bytes);
    return text.substring(0, text.indexOf("\r\n"));
  }

  /** What comes until the other side ends, in order or not. */
  String rest() {
    StringBuilder text = new StringBuilder();
    try {
      for (int next = socket.getInputStream().read();
          next >= 0;
          next = socket.getInputStream().read()) {
        text.append((char) next);
      }
    } catch (IOException e) {
      text.append("<reset>");
    }
    return text.toString();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
