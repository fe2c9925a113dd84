/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.net;

import org.lepcnn.core.error.BadInputException;

/**
 * The address of a JobManager's REST endpoint.
 *
 * @param host name or address
 * @param port 1 to 65535
 */
public record HostPort(String host, int port) {
  private static final int MAX_PORT = 65_535;

  public HostPort {
    if (host.isEmpty() || port < 1 || port > MAX_PORT) {
      throw malformed(host + ":" + port);
    }
  }

  /** Parses {@code HOST:PORT}. */
  public static HostPort parse(String text) {
    int colon = text.lastIndexOf(':');
    if (colon < 1) {
      throw malformed(text);
    }
    try {
      return new HostPort(text.substring(0, colon), Integer.parseInt(text.substring(colon + 1)));
    } catch (NumberFormatException e) {
      throw malformed(text);
    }
  }

  @Override
  public String toString() {
    return host + ":" + port;
  }

  private static BadInputException malformed(String found) {
    return BadInputException.about("JobManager address")
        .expected("HOST:PORT with a port of 1 to 65535")
        .found("'" + found + "'");
  }
}
