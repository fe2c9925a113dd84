/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.client;

import java.util.List;

/**
 * Says why a broker does not answer, as far as looking from here can tell: its name, its address, a
 * misunderstanding about TLS, or where it sends its clients.
 */
final class BrokerSilence {
  private static final String UNKNOWN_NAME =
      "that its name is not known here. Is --bootstrap-server right, and does the name service of"
          + " this machine answer?";

  private static final String TLS_ALONE =
      "one that speaks TLS alone, while the client settings do not. Set security.protocol to"
          + " SASL_SSL or SSL in --client-config.";

  private static final String NO_TLS =
      "one that does not speak TLS, while the client settings ask for it. Is --bootstrap-server the"
          + " secured listener?";

  private static final String TLS_SPOKEN =
      "none in time, although it speaks TLS. Does it want another security.protocol (SASL_SSL and a"
          + " user) or a client certificate in --client-config? Else it is overloaded.";

  private static final String ACCEPTED =
      "none in time, although the port accepts connections. Is it a Kafka broker's, and does it want"
          + " another security.protocol (SASL_PLAINTEXT and a user) in --client-config? Else it is"
          + " overloaded.";

  private BrokerSilence() {}

  /** What was expected and found, and what to do; takes some seconds. */
  static String explain(ClientSettings settings) {
    return expected(settings)
        + switch (EndpointProbe.find(settings.bootstrapServers())) {
          case UNKNOWN_NAME -> UNKNOWN_NAME;
          case CLOSED -> "none in time. Is the broker running, and is --bootstrap-server right?";
          case TLS -> settings.usesTls() ? silent(settings, TLS_SPOKEN) : TLS_ALONE;
          case NO_TLS -> settings.usesTls() ? NO_TLS : silent(settings, ACCEPTED);
        };
  }

  /** The same of names that no client can be made with, because nobody knows them. */
  static String unknownName(ClientSettings settings) {
    return expected(settings) + UNKNOWN_NAME;
  }

  private static String expected(ClientSettings settings) {
    return "expected an answer of the Kafka broker at " + settings.bootstrapServers() + "; found ";
  }

  /** A broker that accepts connections may answer, and send its clients where nobody is. */
  private static String silent(ClientSettings settings, String otherwise) {
    List<String> unreachable = AdvertisedListeners.unreachable(settings);
    return unreachable.isEmpty()
        ? otherwise
        : "one that sends its clients to "
            + String.join(", ", unreachable)
            + ", which cannot be reached from here. Correct advertised.listeners in the broker's"
            + " configuration, or make the address reachable.";
  }
}
