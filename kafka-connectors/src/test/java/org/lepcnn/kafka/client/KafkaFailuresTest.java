/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.NoSuchFileException;
import java.security.cert.CertPathBuilderException;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLHandshakeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.error.LepcnnException;

class KafkaFailuresTest {
  private static final Map<String, String> TLS = Map.of("security.protocol", "SASL_SSL");

  @Test
  void wrongPassword_namesTheConfigurationFile() {
    assertThat(translate("h:1", TLS, new SaslAuthenticationException("invalid credentials")))
        .isInstanceOf(EnvironmentException.class)
        .hasMessageContaining("does not accept the credentials")
        .hasMessageContaining("invalid credentials. Check user, password");
  }

  @Test
  void untrustedCertificate_namesTheTrustStore() {
    SSLHandshakeException handshake = new SSLHandshakeException("PKIX path building failed");
    handshake.initCause(new CertPathBuilderException("unable to find valid certification path"));
    assertThat(translate("h:1", TLS, new SslAuthenticationException("handshake", handshake)))
        .isInstanceOf(EnvironmentException.class)
        .hasMessageContaining("not trusted")
        .hasMessageContaining("ssl.truststore.location");
  }

  @Test
  void missingRule_namesTheCommandThatGrantsIt() {
    Throwable failure = new ExecutionException(new TopicAuthorizationException("Not authorized"));
    assertThat(translate("h:1", TLS, failure))
        .isInstanceOf(EnvironmentException.class)
        .hasMessageContaining("does not allow it")
        .hasMessageContaining("lepcnn topics create --acls");
  }

  @Test
  void missingTrustStore_isBadInput() {
    KafkaException failure =
        new KafkaException("Failed", new NoSuchFileException("/nowhere/ca.pem"));
    assertThat(translate("h:1", TLS, failure))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("/nowhere/ca.pem");
  }

  @Test
  void clientWithTlsOnAPortWithout_isToldApartFromAnOutage() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread closing = closingEveryConnection(server);
      assertThat(translate(address(server), TLS, new TimeoutException()))
          .isInstanceOf(EnvironmentException.class)
          .hasMessageContaining("does not speak TLS");
      server.close();
      closing.join();
      assertThat(translate(address(server), TLS, new TimeoutException()))
          .isInstanceOf(EnvironmentException.class)
          .hasMessageContaining("found none in time");
    }
  }

  /** What a broker does with the first bytes of a handshake: too large a request. */
  private static Thread closingEveryConnection(ServerSocket server) {
    Thread thread =
        new Thread(
            () -> {
              try {
                while (true) {
                  Socket connection = server.accept();
                  connection.getInputStream().read();
                  connection.close();
                }
              } catch (IOException e) {
                // the test has closed the port
              }
            });
    thread.start();
    return thread;
  }

  private static String address(ServerSocket server) {
    return "127.0.0.1:" + server.getLocalPort();
  }

  private static LepcnnException translate(
      String servers, Map<String, String> client, Throwable failure) {
    return KafkaFailures.translate("Testing", ClientSettings.of(servers, client), failure);
  }
}
