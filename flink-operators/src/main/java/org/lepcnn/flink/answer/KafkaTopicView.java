/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.answer;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.jspecify.annotations.Nullable;
import org.lepcnn.core.text.Printable;
import org.lepcnn.flink.clock.BrokerClock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A view of a cluster's topics, refreshed by a thread of its own every few seconds and soon after
 * somebody asked for a topic that is not in it.
 *
 * <p>A topic enters the view after the offsets of all its partitions could be listed: an idempotent
 * producer may silently lose records on partitions whose leader is not ready yet (KAFKA-15591).
 * While the cluster cannot be reached the last view stays.
 */
final class KafkaTopicView implements TopicView {
  private static final Logger LOG = LoggerFactory.getLogger(KafkaTopicView.class);
  private static final long REFRESH_MILLIS = 3_000;
  private static final long EARLY_REFRESH_MILLIS = 200;
  private static final long REQUEST_SECONDS = 20;

  private final Admin admin;
  private final Predicate<String> relevant;
  private final ScheduledExecutorService thread;
  private final AtomicBoolean earlyRefresh = new AtomicBoolean();

  /** Of a topic's batches, by topic; null before the first view. */
  private volatile @Nullable Map<String, Integer> maxBytes;

  private final CountDownLatch firstAttempt = new CountDownLatch(1);
  private final BrokerClock clock = new BrokerClock();
  private final NewestRequests newestRequests;
  private long nextClockLook = Long.MIN_VALUE;
  private boolean reachable = true;

  KafkaTopicView(Properties client, Predicate<String> relevant) {
    this.relevant = relevant;
    this.admin = Admin.create(client);
    this.newestRequests = new NewestRequests(admin, clock, System::currentTimeMillis);
    this.thread =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread daemon = new Thread(task, "lepcnn-topic-view");
              daemon.setDaemon(true);
              return daemon;
            });
    awaitFirstView(
        thread.scheduleWithFixedDelay(this::refresh, 0, REFRESH_MILLIS, TimeUnit.MILLISECONDS));
  }

  /**
   * Waits for the first view while the task starts, so that nothing that is read is dropped for
   * want of one. A cluster that does not answer in time is no reason not to start.
   */
  private void awaitFirstView(Future<?> refreshes) {
    try {
      if (!firstAttempt.await(REQUEST_SECONDS, TimeUnit.SECONDS)) {
        LOG.warn(
            "The cluster has not told its topics within {} s; going on without", REQUEST_SECONDS);
      }
    } catch (InterruptedException e) {
      refreshes.cancel(true);
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public Fit check(String topic, int batchBytes) {
    Map<String, Integer> view = maxBytes;
    if (view == null) {
      return Fit.UNKNOWN;
    }
    Integer limit = view.get(topic);
    if (limit == null) {
      refreshEarly();
      return Fit.MISSING;
    }
    return batchBytes <= limit ? Fit.FITS : Fit.TOO_SMALL;
  }

  @Override
  public BrokerClock clock() {
    return clock;
  }

  @Override
  public void close() {
    thread.shutdownNow();
    admin.close(Duration.ofSeconds(1));
  }

  private void refreshEarly() {
    if (earlyRefresh.compareAndSet(false, true)) {
      try {
        var unused = thread.schedule(this::refresh, EARLY_REFRESH_MILLIS, TimeUnit.MILLISECONDS);
      } catch (RejectedExecutionException e) {
        LOG.debug("The topic view is closed", e);
      }
    }
  }

  private void refresh() {
    earlyRefresh.set(false);
    try {
      maxBytes = read();
      if (!reachable) {
        LOG.info("The topic view is current again");
      }
      reachable = true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException | RuntimeException e) {
      if (reachable) {
        LOG.warn(
            "Refreshing the topic view: expected an answer of the cluster; found {}",
            Printable.line(e.toString()));
      }
      reachable = false;
    } finally {
      firstAttempt.countDown();
    }
  }

  private Map<String, Integer> read()
      throws ExecutionException, InterruptedException, TimeoutException {
    Set<String> all = admin.listTopics().names().get(REQUEST_SECONDS, TimeUnit.SECONDS);
    lookAtTheClock(all);
    Set<String> names = all.stream().filter(relevant).collect(Collectors.toSet());
    Map<String, Integer> last = maxBytes;
    Map<String, Integer> known = last == null ? Map.of() : last;
    Set<String> added = new HashSet<>(names);
    added.removeAll(known.keySet());
    names.removeAll(notReady(added));
    List<ConfigResource> resources = new ArrayList<>();
    names.forEach(name -> resources.add(new ConfigResource(ConfigResource.Type.TOPIC, name)));
    Map<String, Integer> view = new HashMap<>();
    for (var entry : admin.describeConfigs(resources).values().entrySet()) {
      Config config = valueOrNull(entry.getValue(), entry.getKey().name());
      if (config != null) {
        view.put(
            entry.getKey().name(),
            Integer.valueOf(config.get(TopicConfig.MAX_MESSAGE_BYTES_CONFIG).value()));
      }
    }
    return Map.copyOf(view);
  }

  /** Often enough that one difference is always in the clock's window. */
  private void lookAtTheClock(Set<String> topics) throws InterruptedException {
    if (System.nanoTime() - nextClockLook >= 0 || nextClockLook == Long.MIN_VALUE) {
      newestRequests.look(topics);
      nextClockLook =
          System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(BrokerClock.WINDOW_MILLIS / 3);
    }
  }

  /** Those of the topics that cannot be written to yet. */
  private Set<String> notReady(Set<String> topics) throws InterruptedException, TimeoutException {
    Set<String> notReady = new HashSet<>();
    if (topics.isEmpty()) {
      return notReady;
    }
    for (var entry : admin.describeTopics(topics).topicNameValues().entrySet()) {
      TopicDescription description = valueOrNull(entry.getValue(), entry.getKey());
      if (description == null || !hasLeaders(description)) {
        notReady.add(entry.getKey());
      }
    }
    return notReady;
  }

  private boolean hasLeaders(TopicDescription topic) throws InterruptedException, TimeoutException {
    Map<TopicPartition, OffsetSpec> partitions = new HashMap<>();
    topic
        .partitions()
        .forEach(
            partition ->
                partitions.put(
                    new TopicPartition(topic.name(), partition.partition()), OffsetSpec.latest()));
    return valueOrNull(admin.listOffsets(partitions).all(), topic.name()) != null;
  }

  private static <T> @Nullable T valueOrNull(KafkaFuture<T> future, String topic)
      throws InterruptedException, TimeoutException {
    try {
      return future.get(REQUEST_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      LOG.debug("Looking up topic {}: {}", topic, Printable.line(e.toString()));
      return null;
    }
  }
}
