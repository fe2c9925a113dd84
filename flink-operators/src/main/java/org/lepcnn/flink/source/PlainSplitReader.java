/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.source;

import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.util.Properties;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.connector.kafka.source.metrics.KafkaSourceReaderMetrics;
import org.apache.flink.connector.kafka.source.reader.KafkaPartitionSplitReader;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.kafka.consumer.PlainConsumers;

/** Kafka's reader of partitions, whose consumer steps over compressed batches unread. */
final class PlainSplitReader extends KafkaPartitionSplitReader {
  PlainSplitReader(
      Properties consumer, SourceReaderContext context, KafkaSourceReaderMetrics metrics) {
    super(consumer, context, metrics);
    KafkaConsumer<?, ?> opened = consumer();
    try {
      PlainConsumers.guard(opened);
    } catch (EnvironmentException e) {
      opened.close();
      throw e;
    }
  }

  /** The connector makes the consumer itself, and shows it to its own package only. */
  private KafkaConsumer<?, ?> consumer() {
    try {
      Field field = KafkaPartitionSplitReader.class.getDeclaredField("consumer");
      field.setAccessible(true);
      return (KafkaConsumer<?, ?>) field.get(this);
    } catch (ReflectiveOperationException | InaccessibleObjectException | ClassCastException e) {
      throw EnvironmentException.about("Opening the source of requests")
          .expected("flink-connector-kafka 5.0, whose consumer can be kept from unpacking")
          .because(e)
          .found("another inside", "Use the version that lepcnn was built with.");
    }
  }
}
