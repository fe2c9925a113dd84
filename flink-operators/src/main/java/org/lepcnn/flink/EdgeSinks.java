/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink;

import java.nio.charset.StandardCharsets;
import java.util.Properties;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.sink.KafkaSinkBuilder;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.lepcnn.flink.record.OutgoingRecord;
import org.lepcnn.kafka.client.ClientSettings;

/** Builds sinks for results, replies and rejections. */
public final class EdgeSinks {
  /** The longest broker outage that a sink sits out: ten minutes. */
  private static final String DELIVERY_TIMEOUT_MILLIS = "600000";

  /** Ten minutes too; brokers allow fifteen by default. */
  private static final String TRANSACTION_TIMEOUT_MILLIS = "600000";

  private EdgeSinks() {}

  /** What a sink promises. */
  public enum Delivery {
    /** Duplicates after a failure, which gateways drop; lowest latency. The default. */
    AT_LEAST_ONCE,
    /** Transactions: results become visible with the next checkpoint. */
    EXACTLY_ONCE
  }

  /**
   * A sink that writes every record to its own topic. It must only see records whose topic exists
   * and admits them, as the operators of {@link EdgePipeline} make sure.
   *
   * @param client Kafka client properties, {@code bootstrap.servers} among them; copied
   * @param delivery what it promises
   * @param name tells the sinks of all jobs on one cluster apart; part of transactional ids
   */
  public static KafkaSink<OutgoingRecord> records(
      Properties client, Delivery delivery, String name) {
    Properties producer = new Properties();
    producer.setProperty(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, DELIVERY_TIMEOUT_MILLIS);
    producer.setProperty(
        ProducerConfig.BATCH_SIZE_CONFIG, Integer.toString(ClientSettings.PRODUCER_BUFFER_BYTES));
    producer.setProperty(ProducerConfig.ENABLE_METRICS_PUSH_CONFIG, "false");
    producer.putAll(client);
    producer.setProperty(ProducerConfig.LINGER_MS_CONFIG, "0");
    producer.setProperty(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, "true");
    producer.setProperty(ProducerConfig.ACKS_CONFIG, "all");
    producer.setProperty(ProducerConfig.COMPRESSION_TYPE_CONFIG, "none");
    KafkaSinkBuilder<OutgoingRecord> builder =
        KafkaSink.<OutgoingRecord>builder()
            .setBootstrapServers(producer.getProperty(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG))
            .setRecordSerializer(new RecordWriter());
    switch (delivery) {
      case AT_LEAST_ONCE -> builder.setDeliveryGuarantee(DeliveryGuarantee.AT_LEAST_ONCE);
      case EXACTLY_ONCE -> {
        producer.setProperty(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, TRANSACTION_TIMEOUT_MILLIS);
        builder.setDeliveryGuarantee(DeliveryGuarantee.EXACTLY_ONCE).setTransactionalIdPrefix(name);
      }
    }
    return builder.setKafkaProducerConfig(producer).build();
  }

  /** Keyed by device, in the record's own topic. */
  private static final class RecordWriter
      implements KafkaRecordSerializationSchema<OutgoingRecord> {
    private static final long serialVersionUID = 1L;

    @Override
    public ProducerRecord<byte[], byte[]> serialize(
        OutgoingRecord record, KafkaSinkContext context, @Nullable Long timestamp) {
      byte[] key = record.key().isEmpty() ? null : record.key().getBytes(StandardCharsets.US_ASCII);
      return new ProducerRecord<>(record.topic(), key, record.value());
    }
  }
}
