/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.transport;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.common.KafkaException;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.model.Plan;
import org.lepcnn.core.port.EdgeCall;
import org.lepcnn.core.port.EdgeTransport;
import org.lepcnn.core.port.PassClaim;
import org.lepcnn.core.port.PassRelease;
import org.lepcnn.core.port.RoundRequest;
import org.lepcnn.core.port.RoundResult;
import org.lepcnn.kafka.chunk.RoundShape;
import org.lepcnn.kafka.client.KafkaFailures;
import org.lepcnn.kafka.codec.RequestCodec;
import org.lepcnn.kafka.topic.TopicAdmin;
import org.lepcnn.kafka.topic.Topics;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The gateway's transport: claims, releases and masked rounds over {@code
 * lepcnn.requests.<gateway>}, answers over {@code lepcnn.results.<gateway>}. Any number of devices
 * may share one.
 *
 * <p>Without an answer the identical bytes are sent again, with growing pauses, until the patience
 * ends in an {@link EnvironmentException}; refusals that allow it are retried the same way, others
 * become an {@link org.lepcnn.core.port.EdgeRefusedException}. Results are matched by (device,
 * chain, model, pass, round, layer, chunk); the first one counts, and what nobody waits for is
 * counted and ignored. Tensors of up to 64 MiB ({@link
 * org.lepcnn.core.linear.ConvGeometry#MAX_TENSOR_ELEMENTS} residues) pass in either direction, in
 * records below 1,000,000 bytes. An open round holds its encoded bytes and, from the first result
 * on, the memory of its result; nothing else grows.
 *
 * <p>{@link #claim} and {@link #exchange} encode and hand over on the caller's thread; they block
 * for a while only when the producer's memory is full. Futures complete on the thread that read the
 * answer, or found that there will be none: whoever does more then than hand over uses the {@code
 * Async} methods, and delays no other device.
 */
public final class KafkaEdgeTransport implements EdgeTransport {
  private static final Logger LOG = LoggerFactory.getLogger(KafkaEdgeTransport.class);
  private static final long TICK_MILLIS = 20;

  private final TransportConfig config;
  private final Counters counters = new Counters();
  private final AtomicBoolean closed = new AtomicBoolean();
  private final ScheduledExecutorService timer;
  private final OpenExchanges open;
  private final AnswerHandler answers;
  private final ResultReader reader;
  private final RequestSender sender;

  private KafkaEdgeTransport(TransportConfig config) {
    this.config = config;
    this.timer = Executors.newSingleThreadScheduledExecutor(this::timerThread);
    this.open = new OpenExchanges();
    this.answers = new AnswerHandler(open, counters);
    this.reader =
        new ResultReader(
            config, Topics.results(config.gateway()), answers::handle, answers::dropForgotten);
    this.sender = sender();
  }

  /**
   * Connects and is ready to send: topics exist and are safe to write, the reader stands at the end
   * of the results.
   *
   * @throws EnvironmentException if the broker is not reachable or a topic does not exist
   */
  public static KafkaEdgeTransport open(TransportConfig config) {
    requireTopics(config);
    KafkaEdgeTransport transport = null;
    try {
      transport = new KafkaEdgeTransport(config);
      transport.start();
      return transport;
    } catch (KafkaException e) {
      if (transport != null) {
        transport.close();
      }
      throw KafkaFailures.translate(
          "Opening the transport of gateway " + config.gateway(), config.client(), e);
    }
  }

  @Override
  public CompletableFuture<Void> claim(PassClaim claim) {
    return announce(claim, RequestCodec.current().encode(claim, config.lifetime().toMillis()));
  }

  @Override
  public CompletableFuture<Void> release(PassRelease release) {
    return announce(release, RequestCodec.current().encode(release, config.lifetime().toMillis()));
  }

  @Override
  public CompletableFuture<RoundResult> exchange(RoundRequest request) {
    CompletableFuture<RoundResult> future = new CompletableFuture<>();
    RoundShape results = RoundShape.layersOf(request.plan(), request.round());
    submit(
        new Exchange(
            request.call(),
            RoundCoding.encode(request, config.lifetime().toMillis()),
            results,
            future,
            parts -> future.complete(RoundCoding.result(request, results, parts)),
            schedule()),
        future);
    return future;
  }

  @Override
  public void warmUp(Plan plan) {
    int passes = new TransportWarmUp(config, plan).run();
    LOG.debug("Warmed the transport up with {} passes", passes);
  }

  /** What was done so far. */
  public TransportStatistics statistics() {
    return counters.snapshot();
  }

  /** Ends within a few close time-outs; what is open fails with an {@link EnvironmentException}. */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    timer.shutdownNow();
    open.failAll(closedError());
    reader.close();
    sender.close();
  }

  /** Sends a record without a tensor; completes when the edge has accepted it. */
  private CompletableFuture<Void> announce(EdgeCall call, byte[] value) {
    CompletableFuture<Void> future = new CompletableFuture<>();
    submit(
        new Exchange(
            call,
            List.of(value),
            RoundShape.empty(),
            future,
            none -> future.complete(null),
            schedule()),
        future);
    return future;
  }

  private static void requireTopics(TransportConfig config) {
    List<String> topics =
        List.of(Topics.requests(config.gateway()), Topics.results(config.gateway()));
    try (TopicAdmin admin = TopicAdmin.connect(config.client(), config.connectTimeout())) {
      List<String> missing = admin.missing(topics);
      if (!missing.isEmpty()) {
        throw EnvironmentException.about("Opening the transport of gateway " + config.gateway())
            .expected("the topics " + topics + " on " + config.client())
            .found(
                "no " + missing,
                "Create them with: lepcnn topics create --gateway " + config.gateway());
      }
      admin.awaitWritable(topics);
    }
  }

  @SuppressWarnings("FutureReturnValueIgnored") // runs until close
  private void start() {
    reader.start();
    sender.warmUp();
    timer.scheduleWithFixedDelay(this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
  }

  @SuppressWarnings("FutureReturnValueIgnored") // the stage only cleans up
  private void submit(Exchange exchange, CompletableFuture<?> future) {
    if (!open.add(exchange)) {
      throw new IllegalStateException(
          "Two requests at a time for " + exchange.id() + ": wait for the first one's answer.");
    }
    future.whenComplete(
        (result, failure) -> {
          open.remove(exchange);
          answers.forget(exchange);
        });
    if (closed.get()) {
      open.remove(exchange);
      exchange.fail(closedError());
      return;
    }
    sender.send(exchange);
  }

  private void tick() {
    try {
      long now = System.nanoTime();
      for (Exchange exchange : open.all()) {
        switch (exchange.due(now)) {
          case GIVE_UP -> open.fail(exchange, exchange.patienceOver(config, reader.trouble()));
          case SEND_AGAIN -> {
            counters.retries.increment();
            sender.send(exchange);
          }
          case WAIT -> {}
        }
      }
    } catch (RuntimeException e) {
      LOG.error("Retrying requests of gateway {} failed.", config.gateway(), e);
    }
  }

  private RequestSender sender() {
    try {
      return new RequestSender(
          config, Topics.requests(config.gateway()), counters, this::sendFailed);
    } catch (KafkaException e) {
      reader.close();
      throw e;
    }
  }

  private void sendFailed(Exchange exchange, Exception error) {
    open.fail(
        exchange, KafkaFailures.translate("Sending " + exchange.id(), config.client(), error));
  }

  private RetrySchedule schedule() {
    return new RetrySchedule(
        config, System.nanoTime(), () -> ThreadLocalRandom.current().nextDouble());
  }

  private EnvironmentException closedError() {
    return new EnvironmentException(
        "The transport of gateway " + config.gateway() + " was closed before the edge answered.");
  }

  private Thread timerThread(Runnable task) {
    Thread thread = new Thread(task, "lepcnn-retries-" + config.gateway());
    thread.setDaemon(true);
    return thread;
  }
}
