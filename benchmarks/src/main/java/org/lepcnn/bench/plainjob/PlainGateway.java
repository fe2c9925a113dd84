/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.bench.plainjob;

import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.lepcnn.kafka.client.ClientSettings;

/**
 * The gateway's side of the plain job: the client settings of the private transport, one record up
 * and one down a call. Without its retries: a lost record is a call that fails after a minute.
 */
public final class PlainGateway implements AutoCloseable {
  private static final long CALL_SECONDS = 60;
  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration CONNECT = Duration.ofSeconds(30);

  private final String requests;
  private final KafkaProducer<byte[], byte[]> producer;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final ConcurrentMap<Long, CompletableFuture<PlainRecord>> open =
      new ConcurrentHashMap<>();
  private final AtomicLong calls = new AtomicLong();
  private final Thread reader = new Thread(this::read, "plain-results");
  private volatile boolean closed;

  private PlainGateway(ClientSettings settings, String requests) {
    this.requests = requests;
    this.producer = new KafkaProducer<>(settings.producer());
    this.consumer = new KafkaConsumer<>(settings.consumer());
  }

  /** Connects and reads results from their present end on. */
  public static PlainGateway open(ClientSettings settings, String requests, String results) {
    PlainGateway gateway = new PlainGateway(settings, requests);
    List<TopicPartition> partitions =
        gateway.consumer.partitionsFor(results, CONNECT).stream()
            .map(info -> new TopicPartition(results, info.partition()))
            .toList();
    gateway.consumer.assign(partitions);
    gateway.consumer.seekToEnd(partitions);
    partitions.forEach(partition -> gateway.consumer.position(partition, CONNECT));
    gateway.producer.partitionsFor(requests);
    gateway.reader.setDaemon(true);
    gateway.reader.start();
    return gateway;
  }

  /**
   * One inference, there and back. Thread-safe.
   *
   * @param device the record's key
   * @return completes with the result; exceptionally after a minute without one
   */
  @SuppressWarnings("FutureReturnValueIgnored") // the callback gets the outcome
  public CompletableFuture<PlainRecord> submit(String device, FloatBuffer... inputs) {
    long call = calls.getAndIncrement();
    byte[] value = PlainRecord.encode(device, call, inputs);
    byte[] key = device.getBytes(StandardCharsets.US_ASCII);
    CompletableFuture<PlainRecord> future = new CompletableFuture<>();
    open.put(call, future);
    producer.send(
        new ProducerRecord<>(requests, key, value),
        (metadata, error) -> {
          if (error != null) {
            future.completeExceptionally(error);
          }
        });
    return future
        .orTimeout(CALL_SECONDS, TimeUnit.SECONDS)
        .whenComplete((result, error) -> open.remove(call));
  }

  @Override
  public void close() {
    closed = true;
    consumer.wakeup();
    try {
      reader.join(CONNECT.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    producer.close(Duration.ofSeconds(1));
  }

  private void read() {
    try (consumer) {
      while (!closed) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
          PlainRecord result = PlainRecord.decode(record.value());
          CompletableFuture<PlainRecord> future = open.remove(result.call());
          if (future != null) {
            future.complete(result);
          }
        }
      }
    } catch (WakeupException e) {
      // closed
    } catch (RuntimeException e) {
      open.values().forEach(future -> future.completeExceptionally(e));
      throw e;
    }
  }
}
