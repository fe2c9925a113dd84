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
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.lepcnn.kafka.client.ClientSettings;
import org.lepcnn.kafka.consumer.PlainConsumers;

/**
 * The gateway's side of a baseline job: the client settings of the private transport, without its
 * retries: a lost record is a call that fails after a minute.
 */
public final class PlainGateway implements AutoCloseable {
  private static final long CALL_SECONDS = 60;
  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration CONNECT = Duration.ofSeconds(30);

  private final String requests;
  private final KafkaProducer<byte[], byte[]> producer;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final ConcurrentMap<Long, Call> open = new ConcurrentHashMap<>();
  private final AtomicLong calls = new AtomicLong();
  private final Thread reader = new Thread(this::read, "plain-results");
  private volatile boolean closed;

  private PlainGateway(ClientSettings settings, String requests) {
    this.requests = requests;
    this.producer = new KafkaProducer<>(settings.producer());
    this.consumer = PlainConsumers.open(settings.consumer());
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
   * One inference, there and back, a record each way. Thread-safe.
   *
   * @param device the record's key
   * @return completes with the result; exceptionally after a minute without one
   */
  public CompletableFuture<PlainRecord> submit(String device, FloatBuffer... inputs) {
    return call(device, 1, call -> List.of(PlainRecord.encode(device, call, inputs)));
  }

  /**
   * The records of a round to an echo and back. Thread-safe.
   *
   * @param device the records' key
   * @return completes with the last result when all are there; exceptionally after a minute
   */
  public CompletableFuture<PlainRecord> echo(String device, EchoRound round) {
    return call(device, round.down().size(), call -> round.requests(device, call));
  }

  @SuppressWarnings("FutureReturnValueIgnored") // the callback gets the outcome
  private CompletableFuture<PlainRecord> call(
      String device, int answers, LongFunction<List<byte[]>> records) {
    long number = calls.getAndIncrement();
    byte[] key = device.getBytes(StandardCharsets.US_ASCII);
    Call call = new Call(new CompletableFuture<>(), new AtomicInteger(answers));
    open.put(number, call);
    for (byte[] value : records.apply(number)) {
      producer.send(
          new ProducerRecord<>(requests, key, value),
          (metadata, error) -> {
            if (error != null) {
              call.future().completeExceptionally(error);
            }
          });
    }
    return call.future()
        .orTimeout(CALL_SECONDS, TimeUnit.SECONDS)
        .whenComplete((result, error) -> open.remove(number));
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
          received(PlainRecord.decode(record.value()));
        }
      }
    } catch (WakeupException e) {
      // closed
    } catch (RuntimeException e) {
      open.values().forEach(call -> call.future().completeExceptionally(e));
      throw e;
    }
  }

  private void received(PlainRecord result) {
    Call call = open.get(result.call());
    if (call != null && call.missing().decrementAndGet() == 0) {
      call.future().complete(result);
    }
  }

  /** A call without all its answers. */
  private record Call(CompletableFuture<PlainRecord> future, AtomicInteger missing) {}
}
