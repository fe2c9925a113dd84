/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.control;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.text.Printable;
import org.lepcnn.flink.model.PublishedModel;
import org.lepcnn.kafka.consumer.PackedBatch;
import org.lepcnn.kafka.consumer.PlainConsumers;
import org.lepcnn.kafka.topic.Topics;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the control topics in a thread of its own.
 *
 * <p>It outlives the broker: a consumer that fails is replaced, and goes on where the last one was,
 * so that no older record of a device comes back to life. Offsets that are gone mean that a topic
 * was made anew; then everything is read again into empty tables, which are not ready before.
 */
final class ControlReader implements Runnable, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ControlReader.class);
  private static final Duration POLL = Duration.ofMillis(500);
  private static final Duration REQUEST_LIMIT = Duration.ofSeconds(20);
  private static final long PAUSE_MILLIS = 1_000;
  private static final long NEW_PARTITIONS_NANOS = 30_000_000_000L;
  private static final List<String> TOPICS = List.of(Topics.MODELS, Topics.DEVICES);

  private final Map<String, Object> client;
  private final Consumer<PublishedModel> modelChanged;
  private final Thread thread;
  private final AtomicLong malformed = new AtomicLong();
  private final Map<TopicPartition, Long> positions = new HashMap<>();
  private final Map<TopicPartition, Long> endsAtStart = new HashMap<>();
  private volatile ControlTables tables = new ControlTables();
  private volatile boolean ready;
  private final CountDownLatch stop = new CountDownLatch(1);
  private volatile @Nullable KafkaConsumer<byte[], byte[]> open;
  private boolean troubled;

  /**
   * @param client Kafka client properties, {@code bootstrap.servers} among them
   * @param modelChanged is told of every model's record, in this reader's thread
   */
  ControlReader(Properties client, Consumer<PublishedModel> modelChanged) {
    this.client = consumerProperties(client);
    this.modelChanged = modelChanged;
    this.thread = new Thread(this, "lepcnn-control");
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  ControlTables tables() {
    return tables;
  }

  /** Whether all that was there at the start has been read. */
  boolean isReady() {
    return ready;
  }

  /** Records that could not be read. */
  long malformed() {
    return malformed.get();
  }

  @Override
  public void run() {
    while (!isClosed()) {
      try {
        follow();
      } catch (InvalidOffsetException e) {
        LOG.warn("The control topics were made anew; reading them from the beginning", e);
        startOver();
      } catch (WakeupException | InterruptException e) {
        return;
      } catch (RuntimeException e) {
        trouble(e);
        pause();
      }
    }
  }

  @Override
  public void close() {
    stop.countDown();
    KafkaConsumer<byte[], byte[]> consumer = open;
    if (consumer != null) {
      consumer.wakeup(); // an interruption would keep it from closing in peace
    }
    try {
      thread.join(PAUSE_MILLIS * 5);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void follow() {
    try (KafkaConsumer<byte[], byte[]> consumer = PlainConsumers.open(client)) {
      open = consumer;
      long assignedNanos = assign(consumer);
      while (!isClosed()) {
        ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
        records.forEach(this::apply);
        for (TopicPartition partition : consumer.assignment()) {
          positions.put(partition, consumer.position(partition, REQUEST_LIMIT));
        }
        becomeReady();
        if (System.nanoTime() - assignedNanos > NEW_PARTITIONS_NANOS) {
          assignedNanos = assign(consumer);
        }
      }
    }
  }

  private long assign(KafkaConsumer<byte[], byte[]> consumer) {
    Set<TopicPartition> partitions = new HashSet<>();
    for (String topic : TOPICS) {
      List<PartitionInfo> infos = consumer.partitionsFor(topic, REQUEST_LIMIT);
      if (infos == null || infos.isEmpty()) {
        throw new UnknownTopicOrPartitionException(
            "topic " + topic + " does not exist; see 'lepcnn topics create'");
      }
      infos.forEach(info -> partitions.add(new TopicPartition(topic, info.partition())));
    }
    if (!partitions.equals(consumer.assignment())) {
      consumer.assign(partitions);
      seek(consumer, partitions);
    }
    if (!ready && endsAtStart.isEmpty()) {
      endsAtStart.putAll(consumer.endOffsets(partitions, REQUEST_LIMIT));
    }
    recovered();
    return System.nanoTime();
  }

  private void seek(KafkaConsumer<byte[], byte[]> consumer, Collection<TopicPartition> partitions) {
    List<TopicPartition> fresh = new ArrayList<>();
    for (TopicPartition partition : partitions) {
      Long position = positions.get(partition);
      if (position == null) {
        fresh.add(partition);
      } else {
        consumer.seek(partition, position);
      }
    }
    consumer.seekToBeginning(fresh);
  }

  private void apply(ConsumerRecord<byte[], byte[]> record) {
    try {
      Optional<PackedBatch> packed = PackedBatch.of(record);
      if (packed.isPresent()) {
        throw new BadInputException(packed.get().describe());
      }
      PublishedModel changed = tables.apply(record.topic(), record.key(), record.value());
      if (changed != null) {
        modelChanged.accept(changed);
      }
    } catch (BadInputException e) {
      malformed.incrementAndGet();
      LOG.warn(
          "Ignoring the record at offset {} of {}-{}: {}",
          record.offset(),
          record.topic(),
          record.partition(),
          e.getMessage());
    }
  }

  private void becomeReady() {
    if (ready) {
      return;
    }
    for (Map.Entry<TopicPartition, Long> end : endsAtStart.entrySet()) {
      if (positions.getOrDefault(end.getKey(), 0L) < end.getValue()) {
        return;
      }
    }
    ready = true;
    LOG.info(
        "Admission is ready: {} devices, {} models", tables.deviceCount(), tables.models().size());
  }

  private void startOver() {
    ready = false;
    tables = new ControlTables();
    positions.clear();
    endsAtStart.clear();
  }

  private void trouble(RuntimeException failure) {
    if (!troubled) {
      LOG.warn("Reading the control topics: {}; trying again", Printable.line(failure.toString()));
    }
    troubled = true;
  }

  private void recovered() {
    if (troubled) {
      LOG.info("Reading the control topics again");
    }
    troubled = false;
  }

  private boolean isClosed() {
    return stop.getCount() == 0;
  }

  private void pause() {
    try {
      boolean unused = stop.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      stop.countDown(); // nobody interrupts this thread but to end it
    }
  }

  private static Map<String, Object> consumerProperties(Properties client) {
    Map<String, Object> properties = new HashMap<>();
    client.forEach((key, value) -> properties.put((String) key, value));
    properties.put(ConsumerConfig.CLIENT_ID_CONFIG, "lepcnn-edge-control");
    properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
    properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
    properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false");
    properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_uncommitted");
    properties.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, "5000");
    properties.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    properties.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    properties.remove(ConsumerConfig.GROUP_ID_CONFIG);
    return properties;
  }
}
