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

class HttpSettingsTest {
  @TempDir private Path folder;

  private HttpSettings read(String... lines) throws Exception {
    String config =
        "gateway = home\nbootstrap.servers = b:1\nsession.a.state = s\nsession.a.tables = t\n";
    Path file = Files.writeString(folder.resolve("g"), config + String.join("\n", lines) + "\n");
    return GatewayConfig.read(file).http();
  }

  @Test
  void withoutAPort_thereIsNoDoor() throws Exception {
    assertThat(read()).isNull();
    assertThatThrownBy(() -> read("http.host = localhost"))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("known keys only");
  }

  @Test
  void aPort_opensItForThisMachine() throws Exception {
    HttpSettings settings = read("http.port = 8000");
    assertThat(settings.host()).isEqualTo("127.0.0.1");
    assertThat(settings.port()).isEqualTo(8000);
    assertThat(settings.readyPasses()).isEqualTo(1);
    assertThat(settings.recent()).isEqualTo(Duration.ofMinutes(5));
    assertThat(settings.tokenFile()).isNull();
  }

  @Test
  void beyondThisMachine_tokenAndTlsAreNeeded() throws Exception {
    String[] open = {"http.port = 1", "http.host = 0.0.0.0"};
    assertThatThrownBy(() -> read(open))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("no http.token.file and no http.tls.keystore");
    String token = "http.token.file = token";
    String tls = "http.tls.keystore = keys.p12\nhttp.tls.password.file = password";
    assertThatThrownBy(() -> read(open[0], open[1], token))
        .hasMessageContaining("found no http.tls.keystore");
    assertThatThrownBy(() -> read(open[0], open[1], tls))
        .hasMessageContaining("found no http.token.file");
    HttpSettings settings = read(open[0], open[1], token, tls);
    assertThat(settings.keyStore()).isEqualTo(folder.resolve("keys.p12"));
    assertThat(settings.passwordFile()).isEqualTo(folder.resolve("password"));
    assertThat(settings.tokenFile()).isEqualTo(folder.resolve("token"));
    assertThatThrownBy(() -> read("http.port = 1", "http.tls.keystore = keys.p12"))
        .hasMessageContaining("only one of them");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http.port = -1",
        "http.port = 65536",
        "http.port = x",
        "http.port = 1\nhttp.body.bytes = 0",
        "http.port = 1\nhttp.body.bytes = 1073741825",
        "http.port = 1\nhttp.connections = 0",
        "http.port = 1\nhttp.client.requests = 0",
        "http.port = 1\nhttp.ready.passes = -1",
        "http.port = 1\nhttp.recent.seconds = 86401",
        "http.port = 1\nhttp.recent.bytes = 0",
        "http.port = 1\nhttp.other = 1",
        "http.port = 1\nhttp.host = not a host"
      })
  void whatIsNoSetting_isRefused(String lines) {
    assertThatThrownBy(() -> read(lines))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("http.");
  }

  @Test
  void aSecret_isTheTextOfItsFile() throws Exception {
    Path file = Files.writeString(folder.resolve("secret"), "word\n");
    assertThat(HttpSettings.secret(file)).isEqualTo("word");
    assertThatThrownBy(() -> HttpSettings.secret(folder.resolve("none")))
        .hasMessageContaining("Reading the secret");
  }
}
