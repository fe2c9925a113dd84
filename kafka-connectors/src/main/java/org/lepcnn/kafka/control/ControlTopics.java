/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.control;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiFunction;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.kafka.client.ClientSettings;
import org.lepcnn.kafka.client.KafkaFailures;
import org.lepcnn.kafka.codec.RecordCodec;
import org.lepcnn.kafka.codec.WireIds;
import org.lepcnn.kafka.consumer.PlainConsumers;
import org.lepcnn.kafka.topic.TopicAdmin;
import org.lepcnn.kafka.topic.Topics;
import org.lepcnn.kafka.wire.DeviceRecord;
import org.lepcnn.kafka.wire.ModelRecord;

/**
 * Reads and writes the control topics. A write is done when all replicas have it; a read sees what
 * was written before it. Records of others that cannot be read are passed over.
 *
 * <p>Not safe for use by several threads. All waits are bounded; failures of the broker are {@link
 * EnvironmentException}s.
 */
public final class ControlTopics {
  private static final Duration POLL = Duration.ofMillis(200);

  private final ClientSettings settings;
  private final Duration timeout;

  private ControlTopics(ClientSettings settings, Duration timeout) {
    this.settings = settings;
    this.timeout = timeout;
  }

  /**
   * Looks for the topics.
   *
   * @param timeout the most that one read or write takes
   * @throws EnvironmentException when a topic or the broker is missing
   */
  public static ControlTopics connect(ClientSettings settings, Duration timeout) {
    try (TopicAdmin admin = TopicAdmin.connect(settings, timeout)) {
      List<String> topics = List.of(Topics.MODELS, Topics.DEVICES);
      List<String> missing = admin.missing(topics);
      if (!missing.isEmpty()) {
        throw EnvironmentException.about("Looking for the control topics")
            .expected(topics)
            .found(
                "no " + missing + " on the broker",
                "Create them with 'lepcnn topics create --gateway NAME'.");
      }
      admin.awaitWritable(topics);
    }
    return new ControlTopics(settings, timeout);
  }

  /** Publishes a model, or what became of it. */
  public void put(ModelRecord model) {
    write(
        Topics.MODELS,
        WireIds.fingerprint(model.getModel()).toString(),
        RecordCodec.MODELS.encode(model));
  }

  /** Enrols a device, or says what became of it. */
  public void put(DeviceRecord device) {
    write(Topics.DEVICES, device.getDevice(), RecordCodec.DEVICES.encode(device));
  }

  /** The last record of every model, by fingerprint. */
  public Map<String, ModelRecord> models() {
    return read(Topics.MODELS, ControlRecords::model);
  }

  /** The last record of every device, by id. */
  public Map<String, DeviceRecord> devices() {
    return read(Topics.DEVICES, ControlRecords::device);
  }

  private void write(String topic, String key, byte[] value) {
    String doing = "Writing to " + topic;
    try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(settings.producer())) {
      producer
          .send(new ProducerRecord<>(topic, key.getBytes(StandardCharsets.US_ASCII), value))
          .get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EnvironmentException(doing + ": interrupted.", e);
    } catch (ExecutionException | TimeoutException | KafkaException e) {
      throw KafkaFailures.translate(doing, settings, e);
    }
  }

  private <T> Map<String, T> read(String topic, BiFunction<byte[], byte[], T> decode) {
    String doing = "Reading " + topic;
    Map<String, T> records = new TreeMap<>();
    try (KafkaConsumer<byte[], byte[]> consumer = PlainConsumers.open(settings.consumer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic, timeout).stream()
              .map(info -> new TopicPartition(topic, info.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions, timeout);
      long deadline = System.nanoTime() + timeout.toNanos();
      while (!hasRead(consumer, ends)) {
        if (System.nanoTime() - deadline > 0) {
          throw EnvironmentException.about(doing)
              .expected("its end within " + timeout.toSeconds() + " s")
              .found("that it goes on");
        }
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
          apply(record, decode, records);
        }
      }
      return records;
    } catch (InterruptException e) {
      throw new EnvironmentException(doing + ": interrupted.", e);
    } catch (KafkaException e) {
      throw KafkaFailures.translate(doing, settings, e);
    }
  }

  private boolean hasRead(KafkaConsumer<byte[], byte[]> consumer, Map<TopicPartition, Long> ends) {
    for (Map.Entry<TopicPartition, Long> end : ends.entrySet()) {
      if (consumer.position(end.getKey(), timeout) < end.getValue()) {
        return false;
      }
    }
    return true;
  }

  private static <T> void apply(
      ConsumerRecord<byte[], byte[]> record,
      BiFunction<byte[], byte[], T> decode,
      Map<String, T> records) {
    if (record.key() == null) {
      return;
    }
    String key = new String(record.key(), StandardCharsets.US_ASCII);
    if (record.value() == null) {
      records.remove(key);
      return;
    }
    try {
      records.put(key, decode.apply(record.key(), record.value()));
    } catch (BadInputException e) {
      // not ours; the edge passes over it, too
    }
  }
}
