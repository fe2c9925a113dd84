/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.campaign.neighbour;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.model.MaskedTensorSpec;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.core.port.InstanceId;
import org.lepcnn.core.port.PassId;
import org.lepcnn.core.port.PassRound;
import org.lepcnn.kafka.chunk.ChunkLayout;
import org.lepcnn.kafka.client.ClientSettings;
import org.lepcnn.kafka.codec.RequestCodec;
import org.lepcnn.kafka.topic.Topics;

/**
 * An enrolled device that holds the edge's memory as cheaply as it can: it begins round after round
 * with one chunk, sends each a further chunk just before the edge's time-out, and never the last
 * one. It stays within its quota and needs no claim, because the edge asks for that when a round is
 * complete.
 */
final class HalfSender implements AutoCloseable {
  private static final long LIFETIME_MILLIS = 60_000;

  /** Just below the edge's default time-out of ten seconds. */
  private static final long DRIP_NANOS = TimeUnit.SECONDS.toNanos(8);

  private final Flood.Source source;
  private final ModelBundle bundle;
  private final MaskedTensorSpec tensor;
  private final Deque<HalfSent> rounds = new ArrayDeque<>(); // whose next chunk is due first
  private final Thread thread;
  private volatile boolean stopped;
  private volatile long chunks;
  private volatile RuntimeException failure;

  /** A round that lacks more than its last chunk. */
  private record HalfSent(long pass, int nextChunk, long dueNanos) {}

  private HalfSender(Flood.Source source, ModelBundle bundle, long perSecond) {
    this.source = source;
    this.bundle = bundle;
    this.tensor = bundle.plan().tensorsOfRound(0).get(0);
    this.thread = new Thread(() -> run(perSecond), "half-sender-" + source.device());
    this.thread.setDaemon(true);
  }

  /**
   * Begins.
   *
   * @param bundle of a model whose first round has several chunks
   * @param perSecond chunks
   */
  static HalfSender start(Flood.Source source, ModelBundle bundle, long perSecond) {
    HalfSender sender = new HalfSender(source, bundle, perSecond);
    sender.thread.start();
    return sender;
  }

  /** Chunks sent so far. */
  long chunks() {
    if (failure != null) {
      throw EnvironmentException.about("Sending halves of rounds as " + source.device())
          .found(failure);
    }
    return chunks;
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

  private void run(long perSecond) {
    ClientSettings settings = ClientSettings.of(source.servers(), Map.of());
    try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(settings.producer())) {
      long start = System.nanoTime();
      long pass = 0;
      while (!stopped) {
        HalfSent next = rounds.peek();
        boolean drip = next != null && System.nanoTime() - next.dueNanos() >= 0;
        send(producer, drip ? rounds.remove() : new HalfSent(pass++, 0, 0));
        long sent = chunks + 1;
        chunks = sent;
        long due = start + sent * TimeUnit.SECONDS.toNanos(1) / perSecond;
        LockSupport.parkNanos(Math.max(0, due - System.nanoTime()));
      }
    } catch (RuntimeException e) {
      failure = e;
    }
  }

  private void send(KafkaProducer<byte[], byte[]> producer, HalfSent round) {
    PassId id = new PassId(source.device(), new ChainId(1, 1), bundle.fingerprint(), round.pass());
    int elements = tensor.elements();
    byte[] value =
        RequestCodec.current()
            .encodeTensor(
                new PassRound(id, 0, new InstanceId(1, 1)),
                tensor,
                new int[elements],
                LIFETIME_MILLIS)
            .get(round.nextChunk());
    byte[] key = source.device().getBytes(StandardCharsets.US_ASCII);
    var unused = producer.send(new ProducerRecord<>(Topics.requests(source.gateway()), key, value));
    if (round.nextChunk() + 2 < ChunkLayout.count(elements)) {
      rounds.add(new HalfSent(round.pass(), round.nextChunk() + 1, System.nanoTime() + DRIP_NANOS));
    }
  }
}
