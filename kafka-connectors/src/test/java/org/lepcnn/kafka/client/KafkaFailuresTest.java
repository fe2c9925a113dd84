/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.NoSuchFileException;
import java.security.cert.CertPathBuilderException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import javax.net.ssl.SSLHandshakeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.error.LepcnnException;
import org.lepcnn.kafka.topic.TopicAdmin;

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
  void recordThatTheTopicDoesNotTake_namesTheLimit() {
    RecordTooLargeException failure = new RecordTooLargeException("The record has 999999 bytes.");
    assertThat(translate("h:1", Map.of(), failure))
        .isInstanceOf(EnvironmentException.class)
        .hasMessageContaining("999999 bytes. Raise max.message.bytes of the topic")
        .hasMessageContaining("max.request.size");
  }

  static Stream<Arguments> settingsOfWhichNoClientCanBeMade() {
    String scram = "org.apache.kafka.common.security.scram.ScramLoginModule";
    String open = " required username=\"edge\" password=\"s3cret-word\"";
    return Stream.of(
        Arguments.of("no mechanism", jaas(scram + open + ";", null), "sasl.mechanism"),
        Arguments.of("no entry", jaas(null, "SCRAM-SHA-512"), "java.security.auth.login.config"),
        Arguments.of("no semicolon", jaas(scram + open, "SCRAM-SHA-512"), "semi-colon"),
        Arguments.of(
            "no flag",
            jaas(scram + open.replace(" required", "") + ";", "SCRAM-SHA-512"),
            "control flag"),
        Arguments.of(
            "a password cut in two",
            jaas(scram + " required username=edge password=s3c;ret-word;", "SCRAM-SHA-512"),
            "JAAS"),
        Arguments.of(
            "no such class", jaas("org.lepcnn.Absent" + open + ";", "PLAIN"), "org.lepcnn.Absent"),
        Arguments.of(
            "a store of another type",
            Map.of("security.protocol", "SSL", "ssl.truststore.location", "pom.xml"),
            "ssl.truststore"),
        Arguments.of("no such protocol", Map.of("security.protocol", "SASLSSL"), "SASLSSL"));
  }

  private static Map<String, String> jaas(@Nullable String entry, @Nullable String mechanism) {
    Map<String, String> settings = new HashMap<>(TLS);
    if (entry != null) {
      settings.put("sasl.jaas.config", entry);
    }
    if (mechanism != null) {
      settings.put("sasl.mechanism", mechanism);
    }
    return settings;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("settingsOfWhichNoClientCanBeMade")
  void unusableSettings_areBadInputThatSaysWhy_andNoSecret(
      String name, Map<String, String> client, String reason) {
    ClientSettings settings = ClientSettings.of("localhost:1", client);
    assertThatThrownBy(() -> TopicAdmin.connect(settings, Duration.ofSeconds(1)))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("the client settings are not usable: ")
        .hasMessageContaining(reason)
        .hasMessageContaining("--client-config")
        .hasMessageNotContainingAny("Failed to create", "s3c", "ret-word")
        .satisfies(e -> assertThat(KafkaFailures.isHopeless((BadInputException) e)).isTrue());
  }

  @Test
  void aFileThatIsMissingHere_mayBeThereElsewhere() {
    ClientSettings settings =
        ClientSettings.of(
            "localhost:1",
            Map.of("security.protocol", "SSL", "ssl.truststore.location", "/nowhere/ca.jks"));
    assertThatThrownBy(() -> TopicAdmin.connect(settings, Duration.ofSeconds(1)))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("/nowhere/ca.jks")
        .satisfies(e -> assertThat(KafkaFailures.isHopeless((BadInputException) e)).isFalse());
  }

  @Test
  void mechanismThatKafkaDoesNotHave_isRefusedAtOnce() {
    assertThatThrownBy(() -> ClientSettings.of("h:1", Map.of("sasl.mechanism", "SCRAM-512")))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("SCRAM-SHA-512")
        .hasMessageContaining("'SCRAM-512'");
  }

  @Test
  void brokerWhoseNameIsNotKnown_isTheEnvironmentsFault() {
    ClientSettings settings = ClientSettings.of("lepcnn.invalid:9092", Map.of());
    assertThatThrownBy(() -> TopicAdmin.connect(settings, Duration.ofSeconds(1)))
        .isInstanceOf(BrokerUnreachableException.class)
        .hasMessageContaining("lepcnn.invalid:9092")
        .hasMessageContaining("name is not known here");
    ClientSettings malformed = ClientSettings.of("lepcnn.invalid", Map.of());
    assertThatThrownBy(() -> TopicAdmin.connect(malformed, Duration.ofSeconds(1)))
        .isInstanceOf(BadInputException.class);
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
