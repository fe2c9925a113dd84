/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.campaign.neighbour;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.kafka.client.ClientSettings;
import org.lepcnn.kafka.codec.AnswerCodec;
import org.lepcnn.kafka.codec.EdgeReplyView;
import org.lepcnn.kafka.topic.Topics;

/** Counts the typed errors that the edge writes to a gateway's results topic, by device. */
final class RefusalCount implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(200);

  private final Map<String, Long> byDevice = new ConcurrentHashMap<>();
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final Thread thread;
  private volatile boolean stopped;
  private volatile RuntimeException failure;

  private RefusalCount(String servers, String gateway) {
    String topic = Topics.results(gateway);
    consumer = new KafkaConsumer<>(ClientSettings.of(servers, Map.of()).consumer());
    List<TopicPartition> partitions =
        consumer.partitionsFor(topic).stream()
            .map(info -> new TopicPartition(topic, info.partition()))
            .toList();
    consumer.assign(partitions);
    consumer.seekToEnd(partitions);
    partitions.forEach(consumer::position);
    thread = new Thread(this::run, "refusals-" + gateway);
    thread.setDaemon(true);
  }

  /** Counts from now on. */
  static RefusalCount start(String servers, String gateway) {
    RefusalCount count = new RefusalCount(servers, gateway);
    count.thread.start();
    return count;
  }

  /** Typed errors for a device so far. */
  long of(String device) {
    if (failure != null) {
      throw EnvironmentException.about("Counting refusals").found(failure);
    }
    return byDevice.getOrDefault(device, 0L);
  }

  @Override
  public void close() {
    stopped = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try (consumer) {
      while (!stopped) {
        consumer.poll(POLL).forEach(record -> count(record.value()));
      }
    } catch (RuntimeException e) {
      failure = e;
    }
  }

  private void count(byte[] value) {
    if (AnswerCodec.current().decode(value) instanceof EdgeReplyView reply
        && reply.error().isPresent()) {
      byDevice.merge(reply.call().pass().device(), 1L, Long::sum);
    }
  }
}
