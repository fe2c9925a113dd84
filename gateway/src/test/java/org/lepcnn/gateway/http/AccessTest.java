/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.error.LepcnnException;
import org.lepcnn.gateway.HttpSettings;
import org.lepcnn.gateway.protocol.FakeModel;

/** Who is let in. */
class AccessTest {
  private static final String TOKEN = "0123456789abcdef0123456789abcdef";
  private static final String PASSWORD = "pass-of-the-store";

  @TempDir private Path folder;

  private final FakeModel hall = FakeModel.doubling("hall");

  private Path file(String name, String text) throws Exception {
    return Files.writeString(folder.resolve(name), text + "\n");
  }

  @Test
  void withAToken_nobodyIsLetInWithoutIt_butHealthIsTold() throws Exception {
    HttpSettings settings = DoorFixture.withToken(file("token", TOKEN));
    try (DoorFixture door = new DoorFixture(settings, hall)) {
      for (String path : new String[] {"/v2", "/v2/models/hall", "/openapi.yaml"}) {
        HttpResponse<byte[]> none = door.get(path);
        assertThat(none.statusCode()).isEqualTo(401);
        assertThat(none.headers().firstValue("WWW-Authenticate")).contains("Bearer");
        for (String other : new String[] {"", "Bearer ", "Bearer x", TOKEN, "Basic " + TOKEN}) {
          assertThat(door.get(path, "Authorization", other).statusCode()).as(other).isEqualTo(401);
        }
        assertThat(door.get(path, "Authorization", "Bearer " + TOKEN).statusCode()).isEqualTo(200);
      }
      HttpResponse<byte[]> infer = door.infer("hall", "{}");
      assertThat(infer.statusCode()).isEqualTo(401);
      assertThat(DoorFixture.text(infer)).doesNotContain(TOKEN);
      assertThat(door.get("/v2/health/live").statusCode()).isEqualTo(200);
      assertThat(door.get("/v2/health/ready").statusCode()).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "short", "0123456789 abcdef", "0123456789abcdéf"})
  void aTokenThatIsNone_isRefused_andNotShown(String token) {
    assertThatThrownBy(() -> Access.ofToken("localhost", token))
        .isInstanceOf(LepcnnException.class)
        .hasMessageContaining("http.token.file")
        .hasMessageNotContaining("0123456789");
  }

  @Test
  void withoutAToken_webPagesAreRefused() throws Exception {
    try (DoorFixture door = new DoorFixture(DoorFixture.settings(), hall)) {
      HttpResponse<byte[]> page = door.infer("hall", "{}", "Origin", "https://page.example");
      assertThat(page.statusCode()).isEqualTo(403);
      assertThat(door.get("/v2", "Origin", door.door.address().toString()).statusCode())
          .isEqualTo(403);
      assertThat(hall.passes).hasValue(0);
    }
  }

  /** A name of somebody else's that leads here makes a page of his a page of ours. */
  @Test
  void withoutAToken_otherNamesAreRefused() throws Exception {
    try (DoorFixture door = new DoorFixture(DoorFixture.settings(), hall)) {
      int port = door.door.address().getPort();
      for (String host : new String[] {"localhost", "127.0.0.1", "127.0.0.1:" + port, "[::1]"}) {
        assertThat(RawClient.ask(port, get(host))).as(host).startsWith("HTTP/1.1 200");
      }
      for (String host : new String[] {"page.example", "localhost.page.example", "10.0.0.1"}) {
        assertThat(RawClient.ask(port, get(host))).as(host).startsWith("HTTP/1.1 403");
      }
    }
  }

  private static String get(String host) {
    return "GET /v2 HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n";
  }

  @Test
  void tls_isSpokenWithTheKeyStore() throws Exception {
    Path store = keyStore();
    HttpSettings settings = tls(store, file("password", PASSWORD));
    try (HttpDoor door =
        HttpDoor.open(settings, java.util.List.of(hall), () -> true, DoorFixture.PATIENT)) {
      URI address = door.address();
      assertThat(address.getScheme()).isEqualTo("https");
      HttpClient client = HttpClient.newBuilder().sslContext(trusting(store)).build();
      HttpRequest request =
          HttpRequest.newBuilder(address.resolve("/v2/models/hall"))
              .header("Authorization", "Bearer " + TOKEN)
              .build();
      assertThat(client.send(request, BodyHandlers.ofString()).statusCode()).isEqualTo(200);
      assertThat(RawClient.ask(address.getPort(), get("localhost"))).doesNotContain("200 OK");
    }
  }

  @Test
  void aKeyStoreThatDoesNotOpen_isNamed() throws Exception {
    HttpSettings settings = tls(keyStore(), file("password", "another password"));
    assertThatThrownBy(
            () -> HttpDoor.open(settings, java.util.List.of(hall), () -> true, DoorFixture.PATIENT))
        .isInstanceOf(EnvironmentException.class)
        .hasMessageContaining("key store")
        .hasMessageNotContaining("another password");
  }

  private HttpSettings tls(Path store, Path password) throws Exception {
    return new HttpSettings(
        "127.0.0.1",
        0,
        file("token", TOKEN),
        store,
        password,
        1 << 20,
        64,
        64,
        1,
        Duration.ZERO,
        1);
  }

  private Path keyStore() throws Exception {
    Path store = folder.resolve("gateway.p12");
    Path password = file("store-password", PASSWORD);
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "gateway",
                "-keyalg",
                "EC",
                "-dname",
                "CN=localhost",
                "-ext",
                "san=dns:localhost,ip:127.0.0.1",
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString(),
                "-storepass:file",
                password.toString())
            .inheritIO()
            .start();
    assertThat(keytool.waitFor()).isZero();
    return store;
  }

  private static SSLContext trusting(Path store) throws Exception {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, PASSWORD.toCharArray());
    }
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("gateway", keys.getCertificate("gateway"));
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }
}
