/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.process;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.EnvironmentException;

/**
 * TCP ports of the loopback interface that nobody listens on.
 *
 * <p>A port is free at the moment of the call; between the call and its use another process may
 * take it, and whoever uses it then reports that.
 */
public final class FreePorts {
  /** Above the ports of most well-known services. */
  private static final int FIRST = 10_240;

  /** Linux gives connections ports from 32,768 on, others from higher ones. */
  private static final int LAST = 32_767;

  private static final int MAX_TRIES = 100_000;

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
   * Distinct free ports, drawn at random below those that operating systems give to outgoing
   * connections: such a port stays free for its server, however many connections a busy machine
   * opens before the server binds it.
   *
   * @param count how many, 1 to 1000
   */
  public static List<Integer> find(int count) {
    if (count < 1 || count > 1000) {
      throw BadInputException.about("Number of free ports").expected("1 to 1000").found(count);
    }
    Set<Integer> ports = new LinkedHashSet<>();
    for (int tries = 0; ports.size() < count; tries++) {
      if (tries == MAX_TRIES) {
        throw EnvironmentException.about("Free ports on the loopback interface")
            .expected(count + " from " + FIRST + " to " + LAST)
            .found(ports.size() + " in " + tries + " tries");
      }
      int port = ThreadLocalRandom.current().nextInt(FIRST, LAST + 1);
      if (isFree(port)) {
        ports.add(port);
      }
    }
    return List.copyOf(ports);
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
}
