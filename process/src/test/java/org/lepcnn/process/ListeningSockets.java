/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The TCP sockets that a process listens on, as Linux tells them. */
public final class ListeningSockets {
  private static final String LISTENS = "0A";
  private static final int ADDRESS = 1;
  private static final int STATE = 3;
  private static final int INODE = 9;
  private static final int WORD = 4;

  private ListeningSockets() {}

  /** Whether this system tells them. */
  public static boolean areTold() {
    return Files.isReadable(Path.of("/proc/self/net/tcp"));
  }

  /** Those of a process of this user that others than this machine can reach. */
  public static List<InetSocketAddress> reachableFromElsewhere(long pid) {
    return of(pid).stream().filter(socket -> !socket.getAddress().isLoopbackAddress()).toList();
  }

  /** All of a process of this user. */
  public static List<InetSocketAddress> of(long pid) {
    Path process = Path.of("/proc", Long.toString(pid));
    try {
      Set<String> inodes = socketInodes(process.resolve("fd"));
      List<InetSocketAddress> sockets = new ArrayList<>();
      for (String table : List.of("tcp", "tcp6")) {
        for (String line : lines(process.resolve("net").resolve(table))) {
          String[] fields = line.strip().split("\\s+");
          if (fields[STATE].equals(LISTENS) && inodes.contains("socket:[" + fields[INODE] + "]")) {
            sockets.add(parse(fields[ADDRESS]));
          }
        }
      }
      return sockets;
    } catch (IOException e) {
      throw new UncheckedIOException("Reading the sockets of process " + pid, e);
    }
  }

  private static List<String> lines(Path table) throws IOException {
    return Files.exists(table) ? Files.readAllLines(table) : List.of();
  }

  private static Set<String> socketInodes(Path descriptors) throws IOException {
    Set<String> inodes = new HashSet<>();
    try (Stream<Path> links = Files.list(descriptors)) {
      for (Path link : links.toList()) {
        try {
          inodes.add(Files.readSymbolicLink(link).toString());
        } catch (IOException e) {
          // closed in between
        }
      }
    }
    return inodes;
  }

  /** {@code ADDRESS:PORT} in hexadecimal; every four bytes of the address in reverse. */
  static InetSocketAddress parse(String text) throws UnknownHostException {
    String[] parts = text.split(":");
    byte[] told = HexFormat.of().parseHex(parts[0]);
    byte[] address = new byte[told.length];
    for (int i = 0; i < told.length; i++) {
      address[i] = told[i / WORD * WORD + WORD - 1 - i % WORD];
    }
    return new InetSocketAddress(InetAddress.getByAddress(address), Integer.parseInt(parts[1], 16));
  }
}
