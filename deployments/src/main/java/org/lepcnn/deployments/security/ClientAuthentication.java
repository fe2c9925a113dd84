/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.deployments.security;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.lepcnn.core.error.BadInputException;

/** How clients prove who they are to a secured broker; the connection is TLS either way. */
public enum ClientAuthentication {
  /** User and password by SCRAM-SHA-512. */
  SCRAM("SASL_SSL", "none"),

  /** A certificate of the cluster's authority; its common name is the user. */
  MUTUAL_TLS("SSL", "required");

  private final String protocol;
  private final String clientCertificate;

  ClientAuthentication(String protocol, String clientCertificate) {
    this.protocol = protocol;
    this.clientCertificate = clientCertificate;
  }

  /** Kafka's {@code security.protocol}. */
  public String protocol() {
    return protocol;
  }

  /** Kafka's {@code ssl.client.auth} for the clients' listener. */
  public String clientCertificate() {
    return clientCertificate;
  }

  /** The name on the command line: {@code scram} or {@code mutual-tls}. */
  public String text() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The constant of a name on the command line. */
  public static ClientAuthentication parse(String text) {
    List<ClientAuthentication> all = Arrays.asList(values());
    return all.stream()
        .filter(each -> each.text().equals(text))
        .findFirst()
        .orElseThrow(
            () ->
                BadInputException.about("Client authentication")
                    .expected("one of " + all.stream().map(ClientAuthentication::text).toList())
                    .found("'" + text + "'"));
  }
}
