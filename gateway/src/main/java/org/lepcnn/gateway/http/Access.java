/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.http;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.gateway.protocol.RefusedRequestException;
import org.lepcnn.gateway.protocol.Statuses;

/**
 * Who is let in: with a token whoever sends it, without one any program of this machine. A web page
 * is no program of this machine, although its browser is: without a token, requests that come from
 * a page are refused, and so are those for a name that somebody else's DNS server points here.
 */
final class Access {
  private static final int LEAST_CHARACTERS = 16;
  private static final String SCHEME = "Bearer ";
  private static final Pattern LOOPBACK =
      Pattern.compile("localhost|127(\\.\\d{1,3}){3}|\\[?::1]?|\\[?0:0:0:0:0:0:0:1]?");

  private final String host;
  private final byte @Nullable [] credentials;

  private Access(String host, byte @Nullable [] credentials) {
    this.host = host;
    this.credentials = credentials;
  }

  /** For programs of this machine. */
  static Access ofLoopback(String host) {
    return new Access(host, null);
  }

  /**
   * For whoever has a token.
   *
   * @throws BadInputException the token is one that can be guessed, or cannot be sent
   */
  static Access ofToken(String host, String token) {
    if (token.length() < LEAST_CHARACTERS || !token.matches("[\\x21-\\x7e]+")) {
      throw BadInputException.about("The token of http.token.file")
          .expected("at least " + LEAST_CHARACTERS + " printable ASCII characters")
          .found("another text", "'openssl rand -hex 32' makes a good one.");
    }
    return new Access(host, (SCHEME + token).getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Checks a request. Health is for everybody: those who watch a gateway have no token. So are the
   * files of the page that asks for one.
   *
   * @throws RefusedRequestException it is not let in
   */
  void check(Request request, Route route) {
    if (route.call().isOpen()) {
      return;
    }
    if (credentials == null) {
      requireProgramOfThisMachine(request);
      return;
    }
    String sent = request.getHeaders().get(HttpHeader.AUTHORIZATION);
    byte[] bytes = sent == null ? new byte[0] : sent.getBytes(StandardCharsets.UTF_8);
    if (!MessageDigest.isEqual(credentials, bytes)) {
      throw RefusedRequestException.about(Statuses.UNAUTHORIZED, "Request")
          .expected("the header Authorization: Bearer TOKEN")
          .found(sent == null ? "none" : "another token");
    }
  }

  private void requireProgramOfThisMachine(Request request) {
    if (request.getHeaders().contains(HttpHeader.ORIGIN)) {
      throw RefusedRequestException.about(Statuses.FORBIDDEN, "Request without a token")
          .expected("one that no web page makes")
          .found("the header Origin", "Set http.token.file.");
    }
    String name = Request.getServerName(request);
    if (!name.equals(host) && !LOOPBACK.matcher(name).matches()) {
      throw RefusedRequestException.about(Statuses.FORBIDDEN, "Request without a token")
          .expected("this machine's name in the header Host, such as localhost")
          .found("another");
    }
  }
}
