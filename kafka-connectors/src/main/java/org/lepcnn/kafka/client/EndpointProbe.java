/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.client;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/**
 * Finds out why a broker does not answer: a client without TLS on a port with TLS, or the other way
 * round, is met with silence, which Kafka's clients take for an outage. Sends nothing but the
 * beginning of a handshake.
 */
final class EndpointProbe {
  /** What stands behind an address. */
  enum Finding {
    /** The name of none of them is known here. */
    UNKNOWN_NAME,
    /** Nobody accepts a connection. */
    CLOSED,
    /** Connections are accepted, and TLS is spoken. */
    TLS,
    /** Connections are accepted; a TLS handshake gets no answer, or another one. */
    NO_TLS
  }

  private static final int LIMIT_MILLIS = 2_000;
  private static final Pattern ADDRESS = Pattern.compile("\\[?([^,\\]]+)\\]?:(\\d{1,5})");

  private EndpointProbe() {}

  /**
   * Looks at the first of the servers that accepts a connection; at most a few seconds each.
   *
   * @param servers {@code host:port[,host:port]...}
   */
  static Finding find(String servers) {
    Matcher address = ADDRESS.matcher(servers);
    boolean known = false;
    boolean any = false;
    while (address.find()) {
      Finding finding = look(address.group(1).strip(), Integer.parseInt(address.group(2)));
      if (finding.compareTo(Finding.CLOSED) > 0) {
        return finding;
      }
      any = true;
      known |= finding == Finding.CLOSED;
    }
    return any && !known ? Finding.UNKNOWN_NAME : Finding.CLOSED;
  }

  private static Finding look(String host, int port) {
    try (Socket plain = new Socket()) {
      InetSocketAddress address = new InetSocketAddress(host, port);
      if (address.isUnresolved()) {
        return Finding.UNKNOWN_NAME;
      }
      plain.connect(address, LIMIT_MILLIS);
      return handshake(plain, host, port);
    } catch (IOException | IllegalArgumentException e) {
      return Finding.CLOSED;
    }
  }

  private static Finding handshake(Socket plain, String host, int port) {
    SSLSocketFactory factory = (SSLSocketFactory) SSLSocketFactory.getDefault();
    try (SSLSocket tls = (SSLSocket) factory.createSocket(plain, host, port, true)) {
      tls.setSoTimeout(LIMIT_MILLIS);
      tls.startHandshake();
      return Finding.TLS;
    } catch (SSLHandshakeException e) {
      // A certificate that is not trusted here, or an alert: an answer in TLS all the same. The end
      // of the stream is reported by this exception too, with another cause.
      return e.getCause() instanceof java.io.EOFException ? Finding.NO_TLS : Finding.TLS;
    } catch (IOException e) {
      return Finding.NO_TLS;
    }
  }
}
