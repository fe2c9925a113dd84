/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.campaign.neighbour;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.error.Mismatch;
import org.lepcnn.core.model.MaskedTensorSpec;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.core.port.InstanceId;
import org.lepcnn.core.port.PassClaim;
import org.lepcnn.core.port.PassId;
import org.lepcnn.core.port.PassRound;
import org.lepcnn.kafka.client.ClientSettings;
import org.lepcnn.kafka.codec.RequestCodec;
import org.lepcnn.kafka.topic.Topics;
import org.lepcnn.kafka.transport.KafkaEdgeTransport;
import org.lepcnn.kafka.transport.TransportConfig;

/**
 * An enrolled device that claims passes and then sends first rounds at a fixed rate, whatever it is
 * answered. Its rounds hold zeros: the edge cannot tell them from masked ones.
 */
final class Flood implements AutoCloseable {
  private static final long LIFETIME_MILLIS = 60_000;
  private static final long PASSES = 1_000_000;
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private final Source source;
  private final long perSecond;
  private final InstanceId instance;
  private final ChainId chain;
  private final CompletableFuture<Void> end = new CompletableFuture<>();
  private volatile boolean stopped;
  private volatile long rounds;
  private volatile double seconds;

  /**
   * Where a flood comes from.
   *
   * @param servers of the broker
   * @param gateway that the device is enrolled for
   * @param device its id
   */
  record Source(String servers, String gateway, String device) {}

  private Flood(Source source, long perSecond, int turn) {
    this.source = source;
    this.perSecond = perSecond;
    this.chain = new ChainId(turn, source.device().hashCode());
    this.instance = new InstanceId(turn, 1);
  }

  /**
   * Claims passes of a new chain, and begins.
   *
   * @param perSecond rounds
   * @param turn another number for every flood of the device
   */
  static Flood start(Source source, ModelBundle bundle, long perSecond, int turn) {
    Flood flood = new Flood(source, perSecond, turn);
    flood.claim(bundle);
    Thread thread = new Thread(() -> flood.run(bundle), "flood-" + source.device());
    thread.setDaemon(true);
    thread.start();
    return flood;
  }

  /** Rounds sent; final when this is closed. */
  long rounds() {
    return rounds;
  }

  /** How long it took to send them; known when this is closed. */
  double seconds() {
    return seconds;
  }

  @Override
  public void close() {
    stopped = true;
    await(end, "end");
  }

  private void claim(ModelBundle bundle) {
    TransportConfig config = TransportConfig.builder(source.servers(), source.gateway()).build();
    try (KafkaEdgeTransport transport = KafkaEdgeTransport.open(config)) {
      await(
          transport.claim(
              new PassClaim(source.device(), chain, bundle.fingerprint(), 0, PASSES - 1, instance)),
          "claim passes");
    }
  }

  private void run(ModelBundle bundle) {
    ClientSettings settings = ClientSettings.of(source.servers(), Map.of());
    try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(settings.producer())) {
      long start = System.nanoTime();
      for (long pass = 0; !stopped && pass < PASSES; pass++) {
        send(producer, bundle, pass);
        rounds = pass + 1;
        long due = start + (pass + 1) * TimeUnit.SECONDS.toNanos(1) / perSecond;
        LockSupport.parkNanos(Math.max(0, due - System.nanoTime()));
      }
      seconds = (System.nanoTime() - start) / 1e9;
      end.complete(null);
    } catch (RuntimeException e) {
      end.completeExceptionally(e);
    }
  }

  private void send(KafkaProducer<byte[], byte[]> producer, ModelBundle bundle, long pass) {
    PassId id = new PassId(source.device(), chain, bundle.fingerprint(), pass);
    byte[] key = source.device().getBytes(StandardCharsets.US_ASCII);
    String topic = Topics.requests(source.gateway());
    for (MaskedTensorSpec tensor : bundle.plan().tensorsOfRound(0)) {
      int[] zeros = new int[tensor.elements()];
      for (byte[] value :
          RequestCodec.current()
              .encodeTensor(new PassRound(id, 0, instance), tensor, zeros, LIFETIME_MILLIS)) {
        var unused = producer.send(new ProducerRecord<>(topic, key, value));
      }
    }
  }

  private void await(CompletableFuture<Void> future, String what) {
    Mismatch<EnvironmentException> problem =
        EnvironmentException.about("Flooding as " + source.device()).expected("to " + what);
    try {
      future.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw problem.found(e.getCause());
    } catch (TimeoutException e) {
      throw problem.because(e).found("nothing within " + LIMIT.toSeconds() + " s");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw problem.because(e).found("an interruption");
    }
  }
}
