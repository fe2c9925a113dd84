/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * The part of a gateway's configuration that switches on its MQTT door.
 *
 * <pre>
 *   mqtt.host             the broker's host
 *   mqtt.port             the broker's port; 1883, with TLS 8883
 *   mqtt.topics           what the door's topics begin with; lepcnn
 *   mqtt.client.id        the gateway's name at the broker; lepcnn-GATEWAY
 *   mqtt.user             the gateway's user name at the broker; optional
 *   mqtt.password.file    a file with its password; needed with it
 *   mqtt.tls              true: TLS; needed beyond loopback
 *   mqtt.tls.truststore   a PKCS #12 file with the certificates that are trusted; those of the JVM
 *   mqtt.tls.truststore.password.file  a file with its password; needed with it
 *   mqtt.tls.keystore     a PKCS #12 file with the gateway's key and certificate; optional
 *   mqtt.tls.keystore.password.file    a file with its password; needed with it
 *   mqtt.payload.bytes    the most bytes of a message's payload; 8 MiB
 *   mqtt.in.flight        the most messages that are not acknowledged; 16
 *   mqtt.client.requests  the most of them with one response topic; as many
 *   mqtt.session.seconds  how long the broker keeps messages while the gateway is away; 86400
 *   mqtt.recent.seconds   how long the answer to a message with correlation data is kept for its
 *                         repetition, 0 for not at all; 300
 *   mqtt.recent.bytes     the most memory for these answers; 64 MiB
 * </pre>
 *
 * @param gateway the gateway's name
 * @param host the broker's host
 * @param port the broker's port
 * @param topics what the door's topics begin with, without a slash at the end
 * @param clientId the gateway's name at the broker
 * @param user null without one
 * @param passwordFile null without a user
 * @param tls null without TLS
 * @param payloadBytes the most bytes of a message's payload
 * @param inFlight the most messages that are not acknowledged
 * @param clientRequests the most of them with one response topic
 * @param session how long the broker keeps messages while the gateway is away
 * @param patience how long to wait for the broker at the start
 * @param recent how long an answer is kept for a repetition of its message
 * @param recentBytes the most memory for these answers
 */
public record MqttSettings(
    String gateway,
    String host,
    int port,
    String topics,
    String clientId,
    String user,
    Path passwordFile,
    Tls tls,
    int payloadBytes,
    int inFlight,
    int clientRequests,
    Duration session,
    Duration patience,
    Duration recent,
    int recentBytes) {
  private static final int PORT = 1_883;
  private static final int TLS_PORT = 8_883;
  private static final int MOST_PORT = 65_535;
  private static final int MEBIBYTES_8 = 8 << 20;
  private static final int MEBIBYTES_64 = 64 << 20;

  /** A packet of MQTT has 256 MiB at most, of which some are not the payload's. */
  private static final int MOST_PAYLOAD_BYTES = 255 << 20;

  private static final int MOST_BYTES = 1 << 30;
  private static final String TOPICS = "[A-Za-z0-9_.-]{1,64}(/[A-Za-z0-9_.-]{1,64}){0,7}";
  private static final String CLIENT_ID = "[A-Za-z0-9_.-]{1,128}";

  /**
   * How TLS is spoken.
   *
   * @param trustStore null for the certificates that the JVM trusts
   * @param trustPasswordFile null without a trust store
   * @param keyStore null when the gateway shows no certificate
   * @param keyPasswordFile null without a key store
   */
  public record Tls(Path trustStore, Path trustPasswordFile, Path keyStore, Path keyPasswordFile) {
    private static final List<String> KEYS =
        List.of(
            "mqtt.tls.truststore",
            "mqtt.tls.truststore.password.file",
            "mqtt.tls.keystore",
            "mqtt.tls.keystore.password.file");

    private static Tls read(ConfigKeys keys) {
      if (!keys.flag("mqtt.tls")) {
        List<String> idle = KEYS.stream().filter(keys::has).toList();
        if (!idle.isEmpty()) {
          throw ConfigKeys.bad("mqtt.tls = true", "none, and " + idle);
        }
        return null;
      }
      Tls tls =
          new Tls(
              keys.path(KEYS.get(0)),
              keys.path(KEYS.get(1)),
              keys.path(KEYS.get(2)),
              keys.path(KEYS.get(3)));
      requireBoth(KEYS.get(0), tls.trustStore, KEYS.get(1), tls.trustPasswordFile);
      requireBoth(KEYS.get(2), tls.keyStore, KEYS.get(3), tls.keyPasswordFile);
      return tls;
    }
  }

  /** Takes the keys of the door; null when it is not switched on. */
  static MqttSettings read(ConfigKeys keys, String gateway, Duration patience) {
    if (!keys.has("mqtt.host")) {
      return null;
    }
    String host = keys.required("mqtt.host");
    Tls tls = Tls.read(keys);
    int inFlight = keys.number("mqtt.in.flight", 16, 1 << 10);
    MqttSettings settings =
        new MqttSettings(
            gateway,
            host,
            keys.number("mqtt.port", tls == null ? PORT : TLS_PORT, MOST_PORT),
            matching(keys, "mqtt.topics", "lepcnn", TOPICS),
            matching(keys, "mqtt.client.id", "lepcnn-" + gateway, CLIENT_ID),
            keys.text("mqtt.user"),
            keys.path("mqtt.password.file"),
            tls,
            keys.number("mqtt.payload.bytes", MEBIBYTES_8, MOST_PAYLOAD_BYTES),
            inFlight,
            keys.number("mqtt.client.requests", inFlight, 1 << 10),
            Duration.ofSeconds(keys.number("mqtt.session.seconds", 86_400, 0, Integer.MAX_VALUE)),
            patience,
            Duration.ofSeconds(keys.number("mqtt.recent.seconds", 300, 0, 86_400)),
            keys.number("mqtt.recent.bytes", MEBIBYTES_64, MOST_BYTES));
    requireBoth("mqtt.user", settings.user, "mqtt.password.file", settings.passwordFile);
    settings.requireProtection();
    return settings;
  }

  private static String matching(ConfigKeys keys, String key, String otherwise, String pattern) {
    String found = Objects.requireNonNullElse(keys.text(key), otherwise);
    if (!found.matches(pattern)) {
      throw ConfigKeys.bad(key + " as " + pattern, "'" + found + "'");
    }
    return found;
  }

  private static void requireBoth(String key, Object value, String other, Object otherValue) {
    if ((value == null) != (otherValue == null)) {
      throw ConfigKeys.bad(key + " and " + other, "only one of them");
    }
  }

  /** Neither inputs nor answers nor passwords go beyond this machine in the clear. */
  private void requireProtection() {
    if (tls == null && !isLoopback()) {
      throw ConfigKeys.bad(
          "TLS for mqtt.host " + host + ", which is not this machine", "no mqtt.tls = true");
    }
  }

  private boolean isLoopback() {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }
}
