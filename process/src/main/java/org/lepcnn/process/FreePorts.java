/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.process;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.EnvironmentException;

/**
 * TCP ports of the loopback interface that nobody listens on.
 *
 * <p>A port is free at the moment of the call; between the call and its use another process may
 * take it, and whoever uses it then reports that.
 */
public final class FreePorts {
  private FreePorts() {}

  /**
   * Prints {@code args[0]} distinct free ports, one to a line; for scripts, which cannot ask the
   * operating system themselves.
   */
  public static void main(String[] args) {
    find(args.length == 0 ? 1 : Integer.parseInt(args[0])).forEach(System.out::println);
  }

  /** One free port. */
  public static int find() {
    return find(1).get(0);
  }

  /**
   * Distinct free ports, chosen by the operating system.
   *
   * @param count how many, 1 to 1000
   */
  public static List<Integer> find(int count) {
    if (count < 1 || count > 1000) {
      throw BadInputException.about("Number of free ports").expected("1 to 1000").found(count);
    }
    List<ServerSocket> held = new ArrayList<>(count);
    try {
      List<Integer> ports = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        held.add(socket);
        ports.add(socket.getLocalPort());
      }
      return ports;
    } catch (IOException e) {
      throw EnvironmentException.about("Free ports on the loopback interface").found(e);
    } finally {
      held.forEach(FreePorts::close);
    }
  }

  /** Whether nobody listens on this port of the loopback interface now. */
  public static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static void close(ServerSocket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw EnvironmentException.about("Releasing port " + socket.getLocalPort()).found(e);
    }
  }
}
