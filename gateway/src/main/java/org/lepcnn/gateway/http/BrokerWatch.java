/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.http;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whether a broker accepts connections. Looked at now and then, so that no request waits for it:
 * two looks in a row that find none mean that it is away, the first one that finds one means that
 * it is back.
 */
final class BrokerWatch implements Runnable {
  private static final int CONNECT_MILLIS = 2_000;
  private static final int LOOKS_UNTIL_AWAY = 2;
  private static final Pattern ADDRESS = Pattern.compile("\\[?([^,\\]]+)\\]?:(\\d{1,5})");

  private final List<InetSocketAddress> servers = new ArrayList<>();
  private volatile int looksInVain;

  /**
   * @param servers {@code host:port[,host:port]...}
   */
  BrokerWatch(String servers) {
    Matcher address = ADDRESS.matcher(servers);
    while (address.find()) {
      this.servers.add(
          InetSocketAddress.createUnresolved(
              address.group(1).strip(), Integer.parseInt(address.group(2))));
    }
  }

  /** Whether it is there, as far as the last looks say. */
  boolean isThere() {
    return looksInVain < LOOKS_UNTIL_AWAY;
  }

  /** Looks. */
  @Override
  public void run() {
    looksInVain = servers.stream().anyMatch(BrokerWatch::accepts) ? 0 : looksInVain + 1;
  }

  private static boolean accepts(InetSocketAddress server) {
    try (Socket socket = new Socket()) {
      // a name may mean another address by now
      socket.connect(
          new InetSocketAddress(server.getHostString(), server.getPort()), CONNECT_MILLIS);
      return true;
    } catch (IOException | IllegalArgumentException e) {
      return false;
    }
  }
}
