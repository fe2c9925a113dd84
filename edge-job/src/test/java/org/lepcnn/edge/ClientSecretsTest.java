/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.ObjectOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import java.util.stream.Collectors;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.flink.answer.KafkaTopicViews;

/** The job carries where the client configuration lies, never what is in it. */
class ClientSecretsTest {
  private static final String SECRET = "correct-horse-battery";

  @TempDir private Path folder;

  @Test
  void settingsOfTheFile_travelAsReferencesThatKafkaResolves() throws Exception {
    Properties client = options("client.properties", "sasl.jaas.config=" + SECRET).client();
    assertThat(serialized(client)).doesNotContain(SECRET);
    assertThat(serialized(new KafkaTopicViews(client))).doesNotContain(SECRET);
    assertThat(client.getProperty("bootstrap.servers")).isEqualTo("localhost:9092");

    client.put("key.serializer", "org.apache.kafka.common.serialization.ByteArraySerializer");
    client.put("value.serializer", "org.apache.kafka.common.serialization.ByteArraySerializer");
    assertThat(new ProducerConfig(client).getPassword("sasl.jaas.config").value())
        .isEqualTo(SECRET);
    Files.writeString(folder.resolve("client.properties"), "sasl.jaas.config=changed");
    assertThat(new ProducerConfig(client).getPassword("sasl.jaas.config").value())
        .isEqualTo("changed");
  }

  @Test
  void fileWithProvidersOfItsOwn_isTakenAsItIs() throws Exception {
    String own =
        "config.providers=env\n"
            + "config.providers.env.class=org.apache.kafka.common.config.provider.EnvVarConfigProvider\n"
            + "sasl.jaas.config=${env:NO_SUCH_VARIABLE}\n";
    Properties client = options("client.properties", own).client();
    assertThat(client.getProperty("config.providers")).isEqualTo("env");
    assertThat(client.getProperty("sasl.jaas.config")).isEqualTo("${env:NO_SUCH_VARIABLE}");
  }

  @Test
  void pathThatAReferenceCannotName_isRefused() throws Exception {
    EdgeJobOptions options = options("a:b.properties", "client.id=x");
    assertThatThrownBy(options::client)
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("--client-config");
  }

  private EdgeJobOptions options(String file, String contents) throws Exception {
    EdgeJobOptions options = new EdgeJobOptions();
    options.bootstrapServer = "localhost:9092";
    options.clientConfig = Files.writeString(folder.resolve(file), contents);
    return options;
  }

  private static String serialized(Object object) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(object);
    }
    return bytes.toString(StandardCharsets.ISO_8859_1).lines().collect(Collectors.joining());
  }
}
