/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.client;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.SaslConfigs;
import org.apache.kafka.common.config.SecurityConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.io.WholeFile;
import org.lepcnn.core.text.Printable;

/**
 * The settings of Kafka clients: the user's (security, mostly) over this project's defaults, under
 * what correctness needs. Unknown keys, and keys that correctness fixes, are refused. Immutable;
 * {@link #toString} shows no value but the servers.
 */
public final class ClientSettings {
  /**
   * What a producer's batch takes: room for the largest record. A producer keeps buffers of this
   * size for the next batch; a larger record gets one of its own, which the JVM allocates and
   * zeroes each time.
   */
  public static final int PRODUCER_BUFFER_BYTES = 1 << 20;

  private static final Set<String> FIXED =
      Set.of(
          ProducerConfig.ACKS_CONFIG,
          ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
          ProducerConfig.COMPRESSION_TYPE_CONFIG,
          ProducerConfig.TRANSACTIONAL_ID_CONFIG,
          ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG,
          ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG,
          ConsumerConfig.GROUP_ID_CONFIG,
          ConsumerConfig.GROUP_PROTOCOL_CONFIG,
          ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
          ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
          ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG,
          ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG,
          ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG);

  private static final Set<String> MECHANISMS =
      new TreeSet<>(List.of("GSSAPI", "PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER"));

  private static final String PROVIDERS = AbstractConfig.CONFIG_PROVIDERS_CONFIG + ".";

  private final String bootstrapServers;
  private final Map<String, String> user;

  private ClientSettings(String bootstrapServers, Map<String, String> user) {
    this.bootstrapServers = bootstrapServers;
    this.user = user;
  }

  /**
   * Checked settings.
   *
   * @param bootstrapServers {@code host:port[,host:port]...}
   * @param user further client settings under Kafka's names; their bootstrap servers are ignored
   */
  public static ClientSettings of(String bootstrapServers, Map<String, String> user) {
    if (bootstrapServers == null || bootstrapServers.isBlank()) {
      throw BadInputException.about("Kafka client")
          .expected("bootstrap servers HOST:PORT[,HOST:PORT]...")
          .found("none");
    }
    Map<String, String> checked = new TreeMap<>(user);
    checked.remove(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG);
    checked.keySet().forEach(ClientSettings::check);
    checkMechanism(checked);
    return new ClientSettings(bootstrapServers, checked);
  }

  /** Reads a client configuration file, as Kafka's own tools take it: Java properties. */
  public static Map<String, String> load(Path file) {
    Properties properties = new Properties();
    try {
      String what = "Kafka client configuration " + file;
      byte[] bytes = WholeFile.read(what, file, WholeFile.MAX_SETTINGS_BYTES);
      properties.load(new ByteArrayInputStream(bytes, afterByteOrderMark(bytes), bytes.length));
    } catch (NoSuchFileException e) {
      throw BadInputException.about("Kafka client configuration")
          .expected("a readable file")
          .because(e)
          .found("no " + file);
    } catch (IOException e) {
      throw EnvironmentException.about("Reading Kafka client configuration " + file).found(e);
    } catch (IllegalArgumentException e) {
      throw BadInputException.about("Kafka client configuration")
          .expected("a properties file")
          .because(e)
          .found(file + ", which is none");
    }
    Map<String, String> settings = new HashMap<>();
    properties.forEach((key, value) -> settings.put((String) key, ((String) value).strip()));
    return settings;
  }

  /** Some editors put one in front, where it would become a part of the first key. */
  private static int afterByteOrderMark(byte[] bytes) {
    boolean marked =
        bytes.length >= 3
            && bytes[0] == (byte) 0xef
            && bytes[1] == (byte) 0xbb
            && bytes[2] == (byte) 0xbf;
    return marked ? 3 : 0;
  }

  public String bootstrapServers() {
    return bootstrapServers;
  }

  /** Whether the user's settings ask for TLS. */
  boolean usesTls() {
    String protocol = user.getOrDefault(CommonClientConfigs.SECURITY_PROTOCOL_CONFIG, "PLAINTEXT");
    return protocol.toUpperCase(Locale.ROOT).endsWith("SSL");
  }

  /** The user's mechanism of SASL. */
  Optional<String> mechanism() {
    return Optional.ofNullable(user.get(SaslConfigs.SASL_MECHANISM));
  }

  /** For an admin client whose calls end within the time-out. */
  public Map<String, Object> admin(Duration timeout) {
    Map<String, Object> result = new HashMap<>();
    int millis = Math.toIntExact(timeout.toMillis());
    result.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, millis);
    result.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, Math.min(millis, 10_000));
    return finish(result, AdminClientConfig.configNames());
  }

  /**
   * For a producer of byte arrays without delay, loss or reordering. Up to five requests are in
   * flight; that is safe on topics created by {@link org.lepcnn.kafka.topic.TopicAdmin}.
   */
  public Map<String, Object> producer() {
    Map<String, Object> result = new HashMap<>();
    result.put(ProducerConfig.LINGER_MS_CONFIG, 0);
    result.put(ProducerConfig.BATCH_SIZE_CONFIG, PRODUCER_BUFFER_BYTES);
    result.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 96L << 20);
    result.put(ProducerConfig.ENABLE_METRICS_PUSH_CONFIG, false);
    result.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 10_000);
    result.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 10_000);
    result.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 30_000);
    finish(result, ProducerConfig.configNames());
    result.put(ProducerConfig.ACKS_CONFIG, "all");
    result.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    result.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "none");
    result.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
    result.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
    return result;
  }

  /** For a consumer of byte arrays that assigns its partitions itself. */
  public Map<String, Object> consumer() {
    Map<String, Object> result = new HashMap<>();
    result.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, 16 << 20);
    result.put(ConsumerConfig.METADATA_MAX_AGE_CONFIG, 10_000);
    result.put(ConsumerConfig.ENABLE_METRICS_PUSH_CONFIG, false);
    finish(result, ConsumerConfig.configNames());
    result.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    result.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    result.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    result.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    result.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    return result;
  }

  @Override
  public String toString() {
    return "Kafka at " + bootstrapServers;
  }

  private Map<String, Object> finish(Map<String, Object> result, Set<String> names) {
    result.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
    user.forEach(
        (key, value) -> {
          if (names.contains(key) || key.startsWith(AbstractConfig.CONFIG_PROVIDERS_CONFIG)) {
            result.put(key, value);
          }
        });
    return result;
  }

  /** Kafka's clients try an unknown mechanism until their time-out, and never say so. */
  private static void checkMechanism(Map<String, String> user) {
    String mechanism = user.get(SaslConfigs.SASL_MECHANISM);
    if (mechanism != null
        && !MECHANISMS.contains(mechanism)
        && !mechanism.startsWith("${")
        && !user.containsKey(SecurityConfig.SECURITY_PROVIDERS_CONFIG)) {
      throw BadInputException.about("Kafka client configuration")
          .expected(SaslConfigs.SASL_MECHANISM + " to be one of " + MECHANISMS)
          .found("'" + Printable.name(mechanism) + "'");
    }
  }

  private static void check(String key) {
    if (FIXED.contains(key)) {
      throw BadInputException.about("Kafka client configuration")
          .expected("nothing that lepcnn sets itself")
          .found("'" + key + "'", "Remove it.");
    }
    if (key.startsWith(PROVIDERS)) {
      return; // where values come from: ${env:NAME}, say
    }
    if (!key.equals(AbstractConfig.CONFIG_PROVIDERS_CONFIG)
        && !ProducerConfig.configNames().contains(key)
        && !ConsumerConfig.configNames().contains(key)
        && !AdminClientConfig.configNames().contains(key)) {
      throw BadInputException.about("Kafka client configuration")
          .expected("settings of Kafka's clients")
          .found("'" + key + "'");
    }
  }
}
