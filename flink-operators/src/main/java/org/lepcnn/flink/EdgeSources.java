/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink;

import java.util.Locale;
import java.util.Properties;
import java.util.regex.Pattern;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.KafkaSourceOptions;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.OffsetResetStrategy;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.flink.record.InboundRecord;
import org.lepcnn.flink.source.RequestReader;
import org.lepcnn.flink.source.RequestSource;
import org.lepcnn.kafka.consumer.PlainConsumers;
import org.lepcnn.kafka.topic.Topics;

/** Builds sources of requests. */
public final class EdgeSources {
  /** Several full chunks, so that a large tensor takes few fetches. */
  private static final String PARTITION_FETCH_BYTES = Integer.toString(8 << 20);

  /** A failed look for new topics fails the job; so it sits out broker outages of ten minutes. */
  private static final String OUTAGE_MILLIS = "600000";

  private EdgeSources() {}

  /** Where a job starts that has neither a checkpoint nor committed offsets. */
  public enum Start {
    /** At the oldest record; what is older than its lifetime is answered EXPIRED. */
    EARLIEST,
    /** At the end; what was sent before is never answered. */
    LATEST
  }

  /**
   * A source of all gateways' requests.
   *
   * @param client Kafka client properties, {@code bootstrap.servers} among them; copied
   */
  public static Builder requests(Properties client) {
    return new Builder(client);
  }

  /** Collects and checks the options of a source. */
  public static final class Builder {
    private final Properties client = new Properties();
    private Pattern topics = Topics.REQUESTS_PATTERN;
    private String group = "lepcnn-edge";
    private Start start = Start.EARLIEST;
    private long discoveryMillis = 10_000;

    private Builder(Properties client) {
      this.client.putAll(client);
    }

    /** The request topics; all by default. Results topics follow from their names. */
    public Builder topics(Pattern pattern) {
      topics = pattern;
      return this;
    }

    /** The consumer group under which offsets are committed at checkpoints. */
    public Builder group(String id) {
      group = id;
      return this;
    }

    /** Where to start without committed offsets; EARLIEST by default. */
    public Builder start(Start where) {
      start = where;
      return this;
    }

    /** How often new topics are looked for; 10 s by default. */
    public Builder discoveryMillis(long millis) {
      if (millis < 1) {
        throw BadInputException.about("Source of requests")
            .expected("a discovery interval of at least 1 ms")
            .found(millis);
      }
      discoveryMillis = millis;
      return this;
    }

    /** The source; to be used without watermarks. */
    @SuppressWarnings("deprecation") // the connector's own parameter
    public RequestSource build() {
      OffsetResetStrategy reset =
          switch (start) {
            case EARLIEST -> OffsetResetStrategy.EARLIEST;
            case LATEST -> OffsetResetStrategy.LATEST;
          };
      Properties consumer = consumerProperties();
      KafkaSource<InboundRecord> kafka =
          KafkaSource.<InboundRecord>builder()
              .setProperties(consumer)
              .setTopicPattern(topics)
              .setStartingOffsets(OffsetsInitializer.committedOffsets(reset))
              .setDeserializer(new RequestReader())
              .build();
      consumer.setProperty(
          ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, reset.name().toLowerCase(Locale.ROOT));
      return new RequestSource(kafka, consumer);
    }

    /** What Kafka's source would set too, but where to start, which it sets alone. */
    private Properties consumerProperties() {
      String bytes = ByteArrayDeserializer.class.getName();
      Properties properties = new Properties();
      properties.setProperty(
          ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, PARTITION_FETCH_BYTES);
      properties.setProperty(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, OUTAGE_MILLIS);
      properties.setProperty(ConsumerConfig.ENABLE_METRICS_PUSH_CONFIG, "false");
      properties.putAll(client);
      properties.putAll(PlainConsumers.SETTINGS);
      properties.setProperty(ConsumerConfig.GROUP_ID_CONFIG, group);
      properties.setProperty(KafkaSourceOptions.CLIENT_ID_PREFIX.key(), group);
      properties.setProperty(
          KafkaSourceOptions.PARTITION_DISCOVERY_INTERVAL_MS.key(), Long.toString(discoveryMillis));
      properties.setProperty(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
      // A client must not be able to hold up a partition with a transaction left open.
      properties.setProperty(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_uncommitted");
      properties.setProperty(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, bytes);
      properties.setProperty(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, bytes);
      return properties;
    }
  }
}
