/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.deployments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.deployments.security.ClientAuthentication;
import org.lepcnn.deployments.security.LocalSecurity;
import org.lepcnn.process.FreePorts;

class SecuredBrokerIT {
  private static final long LIMIT_SECONDS = 600;
  private static final Pattern PASSWORD = Pattern.compile("password=\"([^\"]+)\"");

  @TempDir Path folder;

  /** Watches the command lines of all processes from before the first secret is made. */
  @Test
  void noPasswordIsEverOnACommandLine_andAKilledSecuredBrokerComesBack() throws Exception {
    try (CommandLines seen = new CommandLines()) {
      LocalSecurity security =
          LocalSecurity.prepare(
              folder.resolve("security"), ClientAuthentication.SCRAM, List.of("home"));
      try (LocalBroker broker = start(security)) {
        createTopic(broker, security, LocalSecurity.ADMIN, "kept");
        assertThatThrownBy(() -> createTopic(broker, security, LocalSecurity.EDGE, "forbidden"))
            .hasCauseInstanceOf(TopicAuthorizationException.class);
        broker.kill();
        broker.restart();
        createTopic(broker, security, LocalSecurity.ADMIN, "later");
      }
      assertThat(seen.all()).anyMatch(line -> line.contains("kafka.tools.StorageTool"));
      assertThat(seen.all()).anyMatch(line -> line.contains("keytool"));
      List<String> passwords = passwords(security);
      assertThat(passwords).hasSize(3).doesNotHaveDuplicates();
      for (String password : passwords) {
        assertThat(seen.all()).noneMatch(line -> line.contains(password));
        assertThat(Files.readString(folder.resolve("broker").resolve("broker.log")))
            .doesNotContain(password);
        assertThat(Files.readString(folder.resolve("broker").resolve("server.properties")))
            .doesNotContain(password);
      }
    }
  }

  @Test
  void mutualTls_knowsUsersByTheirCertificatesAndRefusesWhoHasNone() throws Exception {
    LocalSecurity security =
        LocalSecurity.prepare(
            folder.resolve("security"), ClientAuthentication.MUTUAL_TLS, List.of("home"));
    try (LocalBroker broker = start(security)) {
      createTopic(broker, security, LocalSecurity.ADMIN, "kept");
      assertThatThrownBy(
              () -> createTopic(broker, security, LocalSecurity.gatewayUser("home"), "forbidden"))
          .hasCauseInstanceOf(TopicAuthorizationException.class);
      Map<String, Object> nobody = settings(broker, security, LocalSecurity.ADMIN);
      nobody.keySet().removeIf(key -> key.startsWith("ssl.keystore"));
      assertThatThrownBy(() -> createTopic(nobody, "forbidden"))
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(SslAuthenticationException.class);
    }
  }

  private LocalBroker start(LocalSecurity security) {
    return LocalBroker.start(
        LocalLayout.find(), folder.resolve("broker"), FreePorts.find(), security);
  }

  private static void createTopic(
      LocalBroker broker, LocalSecurity security, String user, String topic) throws Exception {
    createTopic(settings(broker, security, user), topic);
  }

  private static void createTopic(Map<String, Object> settings, String topic) throws Exception {
    try (Admin admin = Admin.create(settings)) {
      NewTopic wanted = new NewTopic(topic, 1, (short) 1);
      admin.createTopics(List.of(wanted)).all().get(LIMIT_SECONDS, TimeUnit.SECONDS);
    }
  }

  private static Map<String, Object> settings(
      LocalBroker broker, LocalSecurity security, String user) throws IOException {
    Properties properties = new Properties();
    try (InputStream in = Files.newInputStream(security.clientConfig(user))) {
      properties.load(in);
    }
    Map<String, Object> settings = new HashMap<>();
    properties.forEach((key, value) -> settings.put((String) key, value));
    settings.put("bootstrap.servers", broker.bootstrapServers());
    return settings;
  }

  private static List<String> passwords(LocalSecurity security) throws IOException {
    List<String> passwords = new ArrayList<>();
    try (Stream<Path> files = Files.list(security.folder().resolve("clients"))) {
      for (Path file : files.toList()) {
        Matcher matcher = PASSWORD.matcher(Files.readString(file));
        assertThat(matcher.find()).isTrue();
        passwords.add(matcher.group(1));
      }
    }
    return passwords;
  }
}
