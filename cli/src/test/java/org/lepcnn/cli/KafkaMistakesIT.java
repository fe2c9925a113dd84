/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.lepcnn.deployments.LocalBroker;
import org.lepcnn.deployments.LocalLayout;
import org.lepcnn.deployments.security.ClientAuthentication;
import org.lepcnn.deployments.security.LocalSecurity;
import org.lepcnn.process.FreePorts;

/** What a command says about mistakes in {@code --client-config}, on a real secured broker. */
class KafkaMistakesIT {
  private static final String SCRAM =
      "org.apache.kafka.common.security.scram.ScramLoginModule required";
  private static final String USER = " username=\"admin\" password=\"s3cret\"";
  private static final String JAAS = "sasl.jaas.config";
  private static final String MECHANISM = "sasl.mechanism";
  private static final String STORE = "ssl.truststore.location";

  @TempDir private static Path folder;
  private static LocalBroker broker;
  private static LocalSecurity security;

  @BeforeAll
  static void start() {
    security =
        LocalSecurity.prepare(folder.resolve("security"), ClientAuthentication.SCRAM, List.of());
    broker =
        LocalBroker.start(LocalLayout.find(), folder.resolve("broker"), FreePorts.find(), security);
  }

  @AfterAll
  static void stop() {
    broker.close();
  }

  private record Ran(int status, String err) {}

  private static Ran run(Consumer<Properties> mistake) throws IOException {
    Properties settings = new Properties();
    try (InputStream in = Files.newInputStream(security.clientConfig(LocalSecurity.ADMIN))) {
      settings.load(in);
    }
    mistake.accept(settings);
    Path file = Files.createTempFile(folder, "client", ".properties");
    try (OutputStream out = Files.newOutputStream(file)) {
      settings.store(out, null);
    }
    return run(broker.bootstrapServers(), file);
  }

  private static Ran run(String servers, Path config) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream before = System.err;
    System.setErr(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    try {
      int status =
          Main.execute(
              "models",
              "list",
              "--bootstrap-server",
              servers,
              "--client-config",
              config.toString());
      return new Ran(status, bytes.toString(StandardCharsets.UTF_8));
    } finally {
      System.setErr(before);
    }
  }

  static Stream<Arguments> mistakes() {
    return Stream.of(
        mistake("no protocol", 3, "TLS alone", p -> p.remove("security.protocol")),
        mistake("no such protocol", 2, "SASLSSL", p -> p.put("security.protocol", "SASLSSL")),
        mistake("no mechanism", 2, "sasl.mechanism, which is missing", p -> p.remove(MECHANISM)),
        mistake("other mechanism", 3, "not enabled", p -> p.put(MECHANISM, "SCRAM-SHA-256")),
        mistake("no such mechanism", 2, "SCRAM-SHA-512", p -> p.put(MECHANISM, "SCRAM-512")),
        mistake("no user", 2, "sasl.jaas.config", p -> p.remove(JAAS)),
        mistake("no semicolon", 2, "semi-colon", p -> p.put(JAAS, SCRAM + USER)),
        mistake("no flag", 2, "flag", p -> p.put(JAAS, SCRAM.split(" ")[0] + USER + ";")),
        mistake("no such class", 2, "Absent", p -> p.put(JAAS, "Absent required" + USER + ";")),
        mistake("password", 3, "invalid credentials", p -> p.put(JAAS, SCRAM + USER + ";")),
        mistake("no authority", 3, "is not trusted", KafkaMistakesIT::withoutTrustStore),
        mistake("no such file", 2, "/nowhere/ca.pem", p -> p.put(STORE, "/nowhere/ca.pem")),
        mistake("other type", 2, "ssl.truststore", p -> p.remove("ssl.truststore.type")));
  }

  private static Arguments mistake(
      String name, int status, String reason, Consumer<Properties> change) {
    return Arguments.of(name, status, reason, change);
  }

  private static void withoutTrustStore(Properties settings) {
    settings.remove("ssl.truststore.type");
    settings.remove(STORE);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("mistakes")
  void mistake_isNamed(String name, int status, String reason, Consumer<Properties> change)
      throws IOException {
    Ran ran = run(change);
    assertThat(ran.status()).as(ran.err()).isEqualTo(status);
    assertThat(ran.err())
        .startsWith("lepcnn: ")
        .contains(reason)
        .contains("lient")
        .doesNotContain("Failed to create", "s3cret", "\tat ");
  }

  @Test
  void settingsWithoutAMistake_reachTheBroker() throws IOException {
    assertThat(run(settings -> {}).err()).contains("no [lepcnn.models");
  }

  @Test
  void addressOfNobody_isTheEnvironments_andNoAddressAtAllBadUsage() throws IOException {
    Path config = security.clientConfig(LocalSecurity.ADMIN);
    Ran unknown = run("lepcnn.invalid:9092", config);
    assertThat(unknown.status()).as(unknown.err()).isEqualTo(3);
    assertThat(unknown.err()).contains("lepcnn.invalid:9092", "name is not known here");
    assertThat(run("localhost", config).status()).isEqualTo(2);
    assertThat(run("localhost:99999", config).status()).isEqualTo(2);
  }
}
