/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.fuzz.SparseFiles;
import org.lepcnn.kafka.chunk.ChunkLayout;
import org.lepcnn.kafka.topic.TopicAdmin;

class ClientSettingsTest {
  private static final String SECRET = "pa55word";
  private static final ClientSettings SETTINGS =
      ClientSettings.of(
          "broker:9092",
          Map.of(
              "security.protocol", "SASL_SSL",
              "sasl.jaas.config", SECRET,
              "linger.ms", "7",
              "bootstrap.servers", "elsewhere:1"));

  @Test
  void usersSettings_goToTheClientsThatKnowThem() {
    assertThat(SETTINGS.producer())
        .containsEntry("linger.ms", "7")
        .containsEntry("security.protocol", "SASL_SSL")
        .containsEntry("bootstrap.servers", "broker:9092")
        .containsEntry("acks", "all")
        .containsEntry("enable.idempotence", true)
        .containsEntry("compression.type", "none");
    assertThat(SETTINGS.consumer())
        .doesNotContainKey("linger.ms")
        .doesNotContainKey("group.id")
        .containsEntry("sasl.jaas.config", SECRET);
    assertThat(SETTINGS.admin(Duration.ofSeconds(3))).containsEntry("default.api.timeout.ms", 3000);
  }

  @Test
  void producer_doesNotLingerByDefault() {
    assertThat(ClientSettings.of("b:1", Map.of()).producer()).containsEntry("linger.ms", 0);
  }

  @Test
  void producer_keepsBuffersThatHoldTheLargestRecord() {
    assertThat(ClientSettings.PRODUCER_BUFFER_BYTES).isGreaterThan(ChunkLayout.MAX_RECORD_BYTES);
    assertThat(ClientSettings.of("b:1", Map.of()).producer())
        .containsEntry("batch.size", ClientSettings.PRODUCER_BUFFER_BYTES);
    assertThat(ClientSettings.of("b:1", Map.of("batch.size", "16384")).producer())
        .containsEntry("batch.size", "16384");
  }

  @Test
  void clients_tellBrokersNothingOfThemselves_unlessAsked() {
    ClientSettings silent = ClientSettings.of("b:1", Map.of());
    assertThat(silent.producer()).containsEntry("enable.metrics.push", false);
    assertThat(silent.consumer()).containsEntry("enable.metrics.push", false);
    assertThat(ClientSettings.of("b:1", Map.of("enable.metrics.push", "true")).producer())
        .containsEntry("enable.metrics.push", "true");
  }

  @Test
  void aHugeConfigurationFile_isRefused(@TempDir Path folder) throws IOException {
    Path file = SparseFiles.enlarge(folder.resolve("huge.properties"));

    assertThatThrownBy(() -> ClientSettings.load(file))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("expected at most");
  }

  @Test
  void secrets_areNotShown() {
    assertThat(SETTINGS.toString()).contains("broker:9092").doesNotContain(SECRET);
  }

  @ParameterizedTest
  @ValueSource(strings = {"acks", "group.id", "compression.type", "value.serializer"})
  void settingsThatCorrectnessFixes_areRefused(String key) {
    assertThatThrownBy(() -> ClientSettings.of("b:1", Map.of(key, "x")))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining(key)
        .hasMessageContaining("that lepcnn sets itself");
  }

  @Test
  void unknownSettings_areRefused() {
    assertThatThrownBy(() -> ClientSettings.of("b:1", Map.of("sasl.mechansim", "PLAIN")))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("sasl.mechansim");
    assertThatThrownBy(() -> ClientSettings.of(" ", Map.of()))
        .isInstanceOf(BadInputException.class);
  }

  @Test
  void file_isReadAsKafkasToolsDo(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("client.properties");
    Files.writeString(file, "# how to connect\nsecurity.protocol = SSL \nlinger.ms=1\n");
    assertThat(ClientSettings.load(file))
        .containsExactlyInAnyOrderEntriesOf(Map.of("security.protocol", "SSL", "linger.ms", "1"));
    Files.writeString(file, "a=\\u12");
    assertThatThrownBy(() -> ClientSettings.load(file)).isInstanceOf(BadInputException.class);
    assertThatThrownBy(() -> ClientSettings.load(folder.resolve("none")))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("none");
  }

  @Test
  void failures_haveAKindAndARemedy() {
    assertThat(translate(new ExecutionException(new TimeoutException("t"))))
        .isInstanceOf(EnvironmentException.class)
        .hasMessageContaining("Testing: ")
        .hasMessageContaining("broker:9092")
        .hasMessageContaining("--bootstrap-server");
    assertThat(translate(new SaslAuthenticationException("no such user.")))
        .isInstanceOf(EnvironmentException.class)
        .hasMessageContaining("--client-config");
    assertThat(translate(new TopicAuthorizationException("t")))
        .isInstanceOf(EnvironmentException.class)
        .hasMessageContaining("ACL");
    BadInputException ours = new BadInputException("ours");
    assertThat(translate(ours)).isSameAs(ours);
  }

  @Test
  void unusableSettings_areBadInput() {
    ClientSettings wrong = ClientSettings.of("no-port", Map.of());
    assertThatThrownBy(() -> TopicAdmin.connect(wrong, Duration.ofSeconds(1)))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("no-port");
  }

  private static Throwable translate(Throwable failure) {
    return KafkaFailures.translate("Testing", SETTINGS, failure);
  }
}
