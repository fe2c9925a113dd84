/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.transport;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.lepcnn.core.text.Printable;
import org.lepcnn.kafka.consumer.PackedBatch;
import org.lepcnn.kafka.consumer.PlainConsumers;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the results topic from its end at the time of {@link #start}, all partitions, without a
 * consumer group. Partitions that are added later are read from their beginning. Errors of Kafka's
 * and defects are remembered and do not end the reader; compressed batches are stepped over unread.
 */
final class ResultReader implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ResultReader.class);
  private static final Duration POLL = Duration.ofMillis(100);
  private static final long DISCOVERY_NANOS = 1_000_000_000;
  private static final long PAUSE_MILLIS = 250;
  private static final byte[] NOTHING = new byte[0];

  private final String topic;
  private final Duration connectTimeout;
  private final Duration closeTimeout;
  private final Consumer<byte[]> onRecord;
  private final Runnable afterPoll;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final Thread thread;
  private volatile boolean closed;
  private volatile @Nullable String trouble;
  private volatile @Nullable String discoveryTrouble;
  private long lastDiscovery;
  private boolean saidPacked;

  /**
   * @param onRecord gets every record's value, an empty one for a compressed batch, on the reader's
   *     thread
   * @param afterPoll runs on the reader's thread between polls
   */
  ResultReader(
      TransportConfig config, String topic, Consumer<byte[]> onRecord, Runnable afterPoll) {
    this.topic = topic;
    this.connectTimeout = config.connectTimeout();
    this.closeTimeout = config.closeTimeout();
    this.onRecord = onRecord;
    this.afterPoll = afterPoll;
    this.consumer = PlainConsumers.open(config.client().consumer());
    this.thread = new Thread(this::run, "lepcnn-results-" + config.gateway());
    this.thread.setDaemon(true);
  }

  /** Assigns all partitions at their ends, waits until the positions are known, and reads. */
  void start() {
    List<TopicPartition> partitions = partitions(connectTimeout);
    consumer.assign(partitions);
    consumer.seekToEnd(partitions);
    for (TopicPartition partition : partitions) {
      consumer.position(partition, connectTimeout);
    }
    lastDiscovery = System.nanoTime();
    thread.start();
  }

  /** What is wrong with reading now, or null. */
  @Nullable String trouble() {
    String now = trouble;
    return now == null ? discoveryTrouble : now;
  }

  @Override
  public void close() {
    closed = true;
    consumer.wakeup();
    if (thread.isAlive()) {
      try {
        thread.join(closeTimeout.toMillis());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    } else {
      consumer.close(CloseOptions.timeout(closeTimeout));
    }
  }

  private void run() {
    try {
      while (!closed) {
        pollOnce();
      }
    } catch (Error e) { // out of memory, say: open exchanges end with this as the reason
      trouble = "the reader has ended: " + e;
      throw e;
    } finally {
      consumer.close(CloseOptions.timeout(closeTimeout));
    }
  }

  private void pollOnce() {
    try {
      discover();
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        Optional<PackedBatch> packed = PackedBatch.of(record);
        if (packed.isPresent()) {
          packed(record, packed.get());
        } else if (record.value() != null) {
          onRecord.accept(record.value());
        }
      }
      trouble = null;
      afterPoll.run();
    } catch (WakeupException e) {
      LOG.debug("Reading {}: woken up to close.", topic);
    } catch (RuntimeException e) {
      if (trouble == null) {
        LOG.warn("Reading {} fails; trying again: {}", topic, Printable.line(e.toString()));
      }
      trouble = Printable.line(e.toString());
      pause();
    }
  }

  private void packed(ConsumerRecord<byte[], byte[]> record, PackedBatch batch) {
    if (!saidPacked) {
      saidPacked = true;
      LOG.warn(
          "Reading {}-{}, offset {}: {}. Further ones are counted as malformed without a word.",
          topic,
          record.partition(),
          record.offset(),
          batch.describe());
    }
    onRecord.accept(NOTHING);
  }

  private void discover() {
    long now = System.nanoTime();
    if (now - lastDiscovery < DISCOVERY_NANOS) {
      return;
    }
    lastDiscovery = now;
    Set<TopicPartition> assigned = consumer.assignment();
    List<TopicPartition> added = new ArrayList<>(knownPartitions());
    added.removeAll(assigned);
    if (!added.isEmpty()) {
      LOG.info("Reading {}: new partitions {}.", topic, added);
      Set<TopicPartition> all = new HashSet<>(assigned);
      all.addAll(added);
      consumer.assign(all);
      consumer.seekToBeginning(added);
    }
  }

  /** From the client's cache, usually; empty while the broker is away. */
  private List<TopicPartition> knownPartitions() {
    try {
      List<TopicPartition> known = partitions(POLL);
      discoveryTrouble = null;
      return known;
    } catch (TimeoutException e) {
      discoveryTrouble = Printable.line(e.toString());
      return List.of();
    }
  }

  private List<TopicPartition> partitions(Duration timeout) {
    return consumer.partitionsFor(topic, timeout).stream()
        .map(info -> new TopicPartition(topic, info.partition()))
        .toList();
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
