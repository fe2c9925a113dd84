/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lepcnn.core.error.BadInputException;

class MqttSettingsTest {
  @TempDir private Path folder;

  private MqttSettings read(String... lines) throws Exception {
    String config =
        "gateway = home\nbootstrap.servers = b:1\nsession.a.state = s\nsession.a.tables = t\n";
    Path file = Files.writeString(folder.resolve("g"), config + String.join("\n", lines) + "\n");
    return GatewayConfig.read(file).mqtt();
  }

  @Test
  void withoutAHost_thereIsNoDoor() throws Exception {
    assertThat(read()).isNull();
    assertThatThrownBy(() -> read("mqtt.port = 1883"))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("known keys only");
  }

  @Test
  void aHost_opensIt() throws Exception {
    MqttSettings settings = read("mqtt.host = localhost");
    assertThat(settings.port()).isEqualTo(1_883);
    assertThat(settings.topics()).isEqualTo("lepcnn");
    assertThat(settings.clientId()).isEqualTo("lepcnn-home");
    assertThat(settings.inFlight()).isEqualTo(16);
    assertThat(settings.clientRequests()).isEqualTo(16);
    assertThat(settings.session()).isEqualTo(Duration.ofDays(1));
    assertThat(settings.patience()).isEqualTo(Duration.ofMinutes(1));
    assertThat(settings.tls()).isNull();
    assertThat(settings.user()).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"192.0.2.1", "broker.invalid"})
  void beyondThisMachine_tlsIsNeeded(String host) throws Exception {
    assertThatThrownBy(() -> read("mqtt.host = " + host))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("no mqtt.tls = true");
    MqttSettings settings = read("mqtt.host = " + host, "mqtt.tls = true");
    assertThat(settings.port()).isEqualTo(8_883);
    assertThat(settings.tls().trustStore()).isNull();
  }

  @Test
  void storesAndSecrets_areFiles() throws Exception {
    MqttSettings settings =
        read(
            "mqtt.host = broker.invalid",
            "mqtt.tls = true",
            "mqtt.tls.truststore = ca.p12",
            "mqtt.tls.truststore.password.file = ca-password",
            "mqtt.tls.keystore = gateway.p12",
            "mqtt.tls.keystore.password.file = password",
            "mqtt.user = gateway",
            "mqtt.password.file = secret");
    assertThat(settings.tls().trustStore()).isEqualTo(folder.resolve("ca.p12"));
    assertThat(settings.tls().keyPasswordFile()).isEqualTo(folder.resolve("password"));
    assertThat(settings.passwordFile()).isEqualTo(folder.resolve("secret"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mqtt.port = 0",
        "mqtt.port = 65536",
        "mqtt.topics = a/#",
        "mqtt.topics = /a",
        "mqtt.topics = $SYS",
        "mqtt.client.id = a b",
        "mqtt.user = gateway",
        "mqtt.password.file = p",
        "mqtt.password = secret",
        "mqtt.tls = yes",
        "mqtt.tls.truststore = p",
        "mqtt.tls = true\nmqtt.tls.truststore = p",
        "mqtt.tls = true\nmqtt.tls.keystore = p",
        "mqtt.payload.bytes = 0",
        "mqtt.payload.bytes = 268435456",
        "mqtt.in.flight = 0",
        "mqtt.client.requests = 0",
        "mqtt.session.seconds = -1",
        "mqtt.recent.seconds = 86401",
        "mqtt.recent.bytes = 0",
        "mqtt.other = 1"
      })
  void whatIsNoSetting_isRefused(String lines) {
    assertThatThrownBy(() -> read("mqtt.host = localhost\n" + lines))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("mqtt.")
        .hasMessageNotContaining("secret");
  }
}
