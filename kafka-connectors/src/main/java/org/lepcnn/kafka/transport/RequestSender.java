/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.transport;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.BiConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.UnsupportedVersionException;

/** Sends an exchange's records under the device's key. Thread-safe. */
final class RequestSender implements AutoCloseable {
  private final String topic;
  private final KafkaProducer<byte[], byte[]> producer;
  private final Counters counters;
  private final Duration closeTimeout;
  private final BiConsumer<Exchange, Exception> onFatal;

  /**
   * @param onFatal told of errors that no repetition repairs
   */
  RequestSender(
      TransportConfig config,
      String topic,
      Counters counters,
      BiConsumer<Exchange, Exception> onFatal) {
    this.topic = topic;
    this.counters = counters;
    this.closeTimeout = config.closeTimeout();
    this.onFatal = onFatal;
    this.producer = new KafkaProducer<>(config.client().producer());
  }

  /** Fetches the topic's metadata, so that the first request does not wait for it. */
  void warmUp() {
    producer.partitionsFor(topic);
  }

  /** Sends all records; blocks while the producer's memory is full. */
  void send(Exchange exchange) {
    byte[] key = exchange.id().pass().device().getBytes(StandardCharsets.US_ASCII);
    exchange.sending(exchange.records().size());
    for (byte[] value : exchange.records()) {
      counters.recordsSent.increment();
      counters.bytesSent.add(value.length);
      sendOne(exchange, new ProducerRecord<>(topic, key, value));
    }
  }

  @Override
  public void close() {
    producer.close(closeTimeout);
  }

  @SuppressWarnings("FutureReturnValueIgnored") // the callback gets the outcome
  private void sendOne(Exchange exchange, ProducerRecord<byte[], byte[]> sent) {
    try {
      producer.send(sent, (metadata, error) -> acknowledged(exchange, error));
    } catch (KafkaException | IllegalStateException e) {
      acknowledged(exchange, e);
    }
  }

  private void acknowledged(Exchange exchange, Exception error) {
    exchange.sent(error);
    if (error instanceof RecordTooLargeException
        || error instanceof AuthorizationException
        || error instanceof AuthenticationException
        || error instanceof InvalidTopicException
        || error instanceof ProducerFencedException
        || error instanceof UnsupportedVersionException) {
      onFatal.accept(exchange, error);
    }
  }
}
