/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.provider.FileConfigProvider;
import org.apache.kafka.common.errors.ClusterAuthorizationException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.deployments.LocalBroker;
import org.lepcnn.deployments.LocalEdge;
import org.lepcnn.deployments.LocalLayout;
import org.lepcnn.deployments.security.ClientAuthentication;
import org.lepcnn.deployments.security.LocalSecurity;
import org.lepcnn.kafka.access.AccessRules;
import org.lepcnn.kafka.client.ClientSettings;
import org.lepcnn.kafka.topic.Topics;
import org.lepcnn.kafka.transport.KafkaEdgeTransport;
import org.lepcnn.kafka.transport.TransportConfig;
import org.lepcnn.process.FreePorts;

/**
 * The table of forbidden acts against a secured broker: each is refused, and whoever tries is told
 * why. The topics and rules are those that {@code lepcnn topics create --acls} makes.
 */
class ForbiddenActsIT {
  private static final Duration LIMIT = Duration.ofSeconds(100);

  /** Where the broker says nothing: the error comes when this is over. */
  private static final Duration SILENCE = Duration.ofSeconds(3);

  @TempDir private static Path folder;

  private static LocalBroker broker;
  private static LocalSecurity security;

  @BeforeAll
  static void start() {
    security =
        LocalSecurity.prepare(
            folder.resolve("security"), ClientAuthentication.SCRAM, List.of("home", "other"));
    broker =
        LocalBroker.start(LocalLayout.find(), folder.resolve("broker"), FreePorts.find(), security);
    for (String gateway : List.of("home", "other")) {
      assertThat(createTopics(gateway, security.clientConfig(LocalSecurity.ADMIN))).isZero();
    }
  }

  @AfterAll
  static void stop() {
    if (broker != null) {
      broker.close();
    }
  }

  /** The others are worth nothing unless this works. */
  @Test
  void ownTopics_areOpen() {
    assertThat(open("home", client("home"))).isNull();
    assertThat(createTopics("home", security.clientConfig(LocalSecurity.ADMIN))).isZero();
  }

  @Test
  void secretsByReference_areReadWhereTheClientIsMade() {
    Map<String, String> references = new HashMap<>();
    references.put("config.providers", "file");
    references.put("config.providers.file.class", FileConfigProvider.class.getName());
    Path file = security.clientConfig(LocalSecurity.gatewayUser("home"));
    for (String key : client("home").keySet()) {
      references.put(key, "${file:" + file + ":" + key + "}");
    }
    assertThat(open("home", references)).isNull();
  }

  @Test
  void withoutTls_isToldThatTheBrokerWantsIt() {
    assertThat(open("home", Map.of()))
        .isInstanceOf(EnvironmentException.class)
        .hasMessageContaining("speaks TLS alone")
        .hasMessageContaining("security.protocol");
  }

  @Test
  void tlsWithoutAUser_isRefused() {
    Map<String, String> nobody = new HashMap<>(client("home"));
    nobody.keySet().removeIf(key -> key.startsWith("sasl"));
    nobody.put("security.protocol", "SSL");
    assertThat(open("home", nobody))
        .isInstanceOf(EnvironmentException.class)
        .hasMessageContaining("SASL_SSL and a user");
  }

  @Test
  void wrongPassword_isRefused() {
    Map<String, String> wrong = new HashMap<>(client("home"));
    wrong.computeIfPresent(
        "sasl.jaas.config",
        (key, text) -> text.replaceAll("password=\"[^\"]*\"", "password=\"x\""));
    assertThat(open("home", wrong))
        .isInstanceOf(EnvironmentException.class)
        .hasMessageContaining("does not accept the credentials");
  }

  @Test
  void brokerWithAnotherAuthority_isNotTrusted() {
    Map<String, String> strangers = new HashMap<>(client("home"));
    strangers.keySet().removeIf(key -> key.startsWith("ssl.truststore"));
    assertThat(open("home", strangers))
        .isInstanceOf(EnvironmentException.class)
        .hasMessageContaining("not trusted")
        .hasMessageContaining("ssl.truststore.location");
  }

  @Test
  void anotherGatewaysTopics_areClosedToItsTransport() {
    assertThat(open("other", client("home")))
        .isInstanceOf(EnvironmentException.class)
        .hasMessageContaining("does not allow it")
        .hasMessageContaining("lepcnn topics create --acls");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "lepcnn.requests.other",
        "lepcnn.results.home",
        "lepcnn.results.other",
        Topics.MODELS,
        Topics.DEVICES,
        Topics.REJECTED
      })
  void gateway_writesNothingButItsOwnRequests(String topic) {
    assertThatThrownBy(() -> write(client("home"), topic))
        .hasRootCauseInstanceOf(TopicAuthorizationException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "lepcnn.requests.home",
        "lepcnn.requests.other",
        "lepcnn.results.other",
        Topics.DEVICES,
        Topics.REJECTED
      })
  void gateway_readsNothingButItsOwnResults(String topic) {
    assertThatThrownBy(() -> read(client("home"), topic))
        .isInstanceOf(TopicAuthorizationException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"lepcnn.requests.home", Topics.MODELS, Topics.DEVICES})
  void edge_writesNothingButResultsAndRejections(String topic) throws Exception {
    Map<String, String> edge = config(LocalSecurity.EDGE);
    write(edge, Topics.results("home"));
    write(edge, Topics.REJECTED);
    assertThatThrownBy(() -> write(edge, topic))
        .hasRootCauseInstanceOf(TopicAuthorizationException.class);
  }

  @Test
  void nobodyButTheAdministrator_makesTopicsOrRules() {
    for (String user : List.of(LocalSecurity.EDGE, LocalSecurity.gatewayUser("home"))) {
      assertThat(createTopics("third", security.clientConfig(user))).isEqualTo(3);
      ClientSettings settings = ClientSettings.of(broker.bootstrapServers(), config(user));
      try (Admin admin = Admin.create(settings.admin(LIMIT))) {
        assertThatThrownBy(
                () ->
                    admin
                        .createAcls(AccessRules.ofGateway("other", "User:" + user))
                        .all()
                        .get(100, TimeUnit.SECONDS))
            .isInstanceOf(ExecutionException.class)
            .hasCauseInstanceOf(ClusterAuthorizationException.class);
        assertThatThrownBy(
                () ->
                    admin
                        .createTopics(List.of(new NewTopic("lepcnn.requests.third", 1, (short) 1)))
                        .all()
                        .get(100, TimeUnit.SECONDS))
            .hasCauseInstanceOf(TopicAuthorizationException.class);
      }
    }
  }

  @Test
  void edgeWithoutItsRights_endsWithAReasonInsteadOfRestarting() {
    Path config = security.clientConfig(LocalSecurity.gatewayUser("home"));
    List<String> options = List.of("--client-config", config.toString());
    assertThatThrownBy(
            () ->
                LocalEdge.start(
                    LocalLayout.find(), folder.resolve("edge"), broker.bootstrapServers(), options))
        .isInstanceOf(EnvironmentException.class)
        .hasMessageContaining("it ended with status 3")
        .hasMessageContaining("offsets of the consumer group lepcnn-edge")
        .hasMessageContaining("does not allow it");
  }

  private static int createTopics(String gateway, Path config) {
    return Main.execute(
        "topics",
        "create",
        "--gateway",
        gateway,
        "--acls",
        "--bootstrap-server",
        broker.bootstrapServers(),
        "--client-config",
        config.toString());
  }

  /** The error of opening a gateway's transport, or null. */
  private static RuntimeException open(String gateway, Map<String, String> client) {
    TransportConfig config =
        TransportConfig.builder(broker.bootstrapServers(), gateway)
            .clientConfig(client)
            .connectTimeout(client.containsKey("sasl.mechanism") ? LIMIT : SILENCE)
            .build();
    try (KafkaEdgeTransport transport = KafkaEdgeTransport.open(config)) {
      assertThat(transport.statistics().recordsSent()).isZero();
      return null;
    } catch (RuntimeException e) {
      return e;
    }
  }

  private static void write(Map<String, String> client, String topic) throws Exception {
    ClientSettings settings = ClientSettings.of(broker.bootstrapServers(), client);
    try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(settings.producer())) {
      producer.send(new ProducerRecord<>(topic, new byte[1])).get(100, TimeUnit.SECONDS);
    }
  }

  private static void read(Map<String, String> client, String topic) {
    ClientSettings settings = ClientSettings.of(broker.bootstrapServers(), client);
    try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings.consumer())) {
      consumer.assign(List.of(new TopicPartition(topic, 0)));
      consumer.seekToBeginning(consumer.assignment());
      consumer.poll(LIMIT);
    }
  }

  private static Map<String, String> client(String gateway) {
    return config(LocalSecurity.gatewayUser(gateway));
  }

  private static Map<String, String> config(String user) {
    return ClientSettings.load(security.clientConfig(user));
  }
}
