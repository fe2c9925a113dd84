/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.io.TextFile;

/**
 * The part of a gateway's configuration that switches on its HTTP door.
 *
 * <pre>
 *   http.port             the port; 0 for one that is free
 *   http.host             the address that it listens on; 127.0.0.1
 *   http.token.file       a file with the token that clients send; needed beyond loopback
 *   http.tls.keystore     a PKCS #12 file with key and certificates; needed beyond loopback
 *   http.tls.password.file  a file with its password; needed with it
 *   http.body.bytes       the most bytes of a request's body; 64 MiB
 *   http.connections      the most connections at a time; 256
 *   http.client.requests  the most requests for inference of one client at a time; 64
 *   http.ready.passes     the least passes that a model that is ready has left; 1
 *   http.recent.seconds   how long the answer to a request with an id is kept for its repetition,
 *                         0 for not at all; 300
 *   http.recent.bytes     the most memory for these answers; 64 MiB
 * </pre>
 *
 * @param host the address that it listens on
 * @param port the port; 0 for one that is free
 * @param tokenFile null when clients need no token
 * @param keyStore null without TLS
 * @param passwordFile null without TLS
 * @param bodyBytes the most bytes of a request's body
 * @param connections the most connections at a time
 * @param clientRequests the most requests for inference of one client at a time
 * @param readyPasses the least passes that a model that is ready has left
 * @param recent how long an answer is kept for a repetition of its request
 * @param recentBytes the most memory for these answers
 */
public record HttpSettings(
    String host,
    int port,
    Path tokenFile,
    Path keyStore,
    Path passwordFile,
    int bodyBytes,
    int connections,
    int clientRequests,
    int readyPasses,
    Duration recent,
    int recentBytes) {
  private static final int MEBIBYTES_64 = 64 << 20;
  private static final int MOST_BYTES = 1 << 30;
  private static final int MOST_SECRET_BYTES = 4_096;
  private static final int MOST_PORT = 65_535;

  /** Takes the keys of the door; null when it is not switched on. */
  static HttpSettings read(ConfigKeys keys) {
    if (!keys.has("http.port")) {
      return null;
    }
    String host = keys.text("http.host");
    HttpSettings settings =
        new HttpSettings(
            host == null ? "127.0.0.1" : host,
            keys.number("http.port", 0, 0, MOST_PORT),
            keys.path("http.token.file"),
            keys.path("http.tls.keystore"),
            keys.path("http.tls.password.file"),
            keys.number("http.body.bytes", MEBIBYTES_64, MOST_BYTES),
            keys.number("http.connections", 256, 1 << 16),
            keys.number("http.client.requests", 64, 1 << 16),
            keys.number("http.ready.passes", 1, 0, Integer.MAX_VALUE),
            Duration.ofSeconds(keys.number("http.recent.seconds", 300, 0, 86_400)),
            keys.number("http.recent.bytes", MEBIBYTES_64, MOST_BYTES));
    settings.requireProtection();
    return settings;
  }

  /** Beyond this machine nobody is let in without a token, and no token goes in the clear. */
  private void requireProtection() {
    if ((keyStore == null) != (passwordFile == null)) {
      throw ConfigKeys.bad("http.tls.keystore and http.tls.password.file", "only one of them");
    }
    List<String> missing = new ArrayList<>();
    if (tokenFile == null) {
      missing.add("http.token.file");
    }
    if (keyStore == null) {
      missing.add("http.tls.keystore");
    }
    if (!missing.isEmpty() && !isLoopback()) {
      throw ConfigKeys.bad(
          "a token and TLS for http.host " + host + ", which others can reach",
          "no " + String.join(" and no ", missing));
    }
  }

  private boolean isLoopback() {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      throw ConfigKeys.bad("an address of this machine for http.host", "'" + host + "'");
    }
  }

  /** The secret that a file holds: its text without the line end. */
  public static String secret(Path file) {
    try {
      return TextFile.read("secret " + file, file, MOST_SECRET_BYTES).stripTrailing();
    } catch (IOException e) {
      throw EnvironmentException.about("Reading the secret " + file)
          .expected("a readable file")
          .found(e);
    }
  }
}
