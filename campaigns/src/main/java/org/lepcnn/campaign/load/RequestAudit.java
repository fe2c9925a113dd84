/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.campaign.load;

import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.io.CheckedFile;
import org.lepcnn.core.port.PassId;
import org.lepcnn.kafka.codec.RequestCodec;
import org.lepcnn.kafka.codec.TensorChunkView;
import org.lepcnn.kafka.consumer.PackedBatch;
import org.lepcnn.kafka.consumer.PlainConsumers;

/**
 * Reads a whole request topic as an eavesdropper at the broker would, and looks for the one thing
 * that must never stand there: two payloads under one id.
 *
 * @param records all records of the topic
 * @param ids distinct (chain, pass, tensor, chunk)
 * @param repetitions further records under a known id with the identical payload
 * @param reuses records under a known id with another payload
 */
public record RequestAudit(long records, long ids, long repetitions, long reuses) {
  private static final Duration LIMIT = Duration.ofMinutes(10);
  private static final Duration POLL = Duration.ofMillis(200);

  /** Audits a topic of a broker without access rules. */
  public static RequestAudit of(String bootstrapServers, String topic) {
    Tally tally = new Tally();
    Map<String, Object> settings =
        Map.of(
            ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers,
            ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class,
            ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    try (KafkaConsumer<byte[], byte[]> consumer = PlainConsumers.open(settings)) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic).stream()
              .map(info -> new TopicPartition(topic, info.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      requireEverything(consumer, partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      long deadline = System.nanoTime() + LIMIT.toNanos();
      while (ends.entrySet().stream()
          .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
        if (System.nanoTime() - deadline > 0) {
          throw EnvironmentException.about("Reading " + topic)
              .expected("its end within " + LIMIT.toSeconds() + " s")
              .found("that it goes on");
        }
        consumer.poll(POLL).forEach(tally::add);
      }
    }
    return new RequestAudit(tally.records, tally.payloads.size(), tally.repetitions, tally.reuses);
  }

  /** A topic whose beginning was deleted would prove nothing. */
  private static void requireEverything(
      KafkaConsumer<byte[], byte[]> consumer, List<TopicPartition> partitions) {
    consumer
        .beginningOffsets(partitions)
        .forEach(
            (partition, offset) -> {
              if (offset > 0) {
                throw EnvironmentException.about("Reading " + partition)
                    .expected("it whole")
                    .found("that records before offset " + offset + " are deleted");
              }
            });
  }

  private static final class Tally {
    private final Map<String, String> payloads = new HashMap<>();
    private long records;
    private long repetitions;
    private long reuses;

    void add(ConsumerRecord<byte[], byte[]> record) {
      PackedBatch.of(record)
          .ifPresent(
              packed -> {
                throw new EnvironmentException(
                    "Reading %s at offset %d: %s."
                        .formatted(record.topic(), record.offset(), packed.describe()));
              });
      records++;
      if (RequestCodec.current().decode(record.value()) instanceof TensorChunkView chunk) {
        PassId pass = chunk.call().pass();
        String id = pass.chain() + "/" + pass.pass() + "/" + chunk.tensor() + "/" + chunk.chunk();
        String payload =
            HexFormat.of().formatHex(CheckedFile.sha256().digest(chunk.payload().toBytes()));
        String known = payloads.putIfAbsent(id, payload);
        if (payload.equals(known)) {
          repetitions++;
        } else if (known != null) {
          reuses++;
        }
      }
    }
  }
}
