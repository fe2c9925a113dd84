/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.topic;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.CreateTopicsResult;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.kafka.client.ClientSettings;
import org.lepcnn.kafka.client.KafkaFailures;

/**
 * Creates topics and looks at them. Creating is idempotent: an existing topic is left as it is, and
 * the report says where it differs.
 *
 * <p>Just-created topics can lose records of idempotent producers silently (KAFKA-15591) until
 * every partition has been asked for its offsets once; {@link #create} does that before it returns.
 */
public final class TopicAdmin implements AutoCloseable {
  private static final int SETTLE_ATTEMPTS = 40;
  private static final long SETTLE_PAUSE_MILLIS = 250;

  private final ClientSettings settings;
  private final long timeoutMillis;
  private final Admin admin;

  private TopicAdmin(ClientSettings settings, long timeoutMillis, Admin admin) {
    this.settings = settings;
    this.timeoutMillis = timeoutMillis;
    this.admin = admin;
  }

  /** A connection whose calls end within the time-out. Whether a broker is there shows later. */
  public static TopicAdmin connect(ClientSettings settings, Duration timeout) {
    try {
      return new TopicAdmin(settings, timeout.toMillis(), Admin.create(settings.admin(timeout)));
    } catch (KafkaException e) {
      throw KafkaFailures.translate("Connecting to Kafka", settings, e);
    }
  }

  /** Sees to it that a gateway's two topics and the three shared ones exist, in this order. */
  public List<TopicReport> create(String gateway, TopicSettings topicSettings) {
    List<TopicSpec> specs = new ArrayList<>(TopicSpec.ofGateway(gateway, topicSettings));
    specs.addAll(TopicSpec.shared(topicSettings));
    String doing = "Creating the topics of gateway " + gateway;
    try {
      Set<String> created = createMissing(specs);
      settle(names(specs));
      return report(specs, created);
    } catch (ExecutionException | KafkaException e) {
      throw KafkaFailures.translate(doing, settings, e);
    }
  }

  /**
   * Which of the topics do not exist.
   *
   * @throws EnvironmentException if the broker is not reachable or does not allow to look
   */
  public List<String> missing(List<String> topics) {
    List<String> missing = new ArrayList<>();
    try {
      for (Map.Entry<String, KafkaFuture<TopicDescription>> entry :
          admin.describeTopics(topics).topicNameValues().entrySet()) {
        if (!exists(entry.getValue())) {
          missing.add(entry.getKey());
        }
      }
    } catch (ExecutionException | KafkaException e) {
      throw KafkaFailures.translate("Looking for the topics " + topics, settings, e);
    }
    return missing;
  }

  /**
   * Asks every partition of existing topics for its end, again until all answer: only then an
   * idempotent producer is safe there.
   */
  public void awaitWritable(List<String> topics) {
    try {
      settle(topics);
    } catch (ExecutionException | KafkaException e) {
      throw KafkaFailures.translate("Looking at the topics " + topics, settings, e);
    }
  }

  /**
   * Whether a consumer group has committed offsets; not so, too, when this user may not see it.
   *
   * @throws EnvironmentException if the broker is not reachable
   */
  public boolean hasOffsets(String group) {
    try {
      return !KafkaFailures.await(
              admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata(), timeoutMillis)
          .isEmpty();
    } catch (ExecutionException | KafkaException e) {
      Throwable cause = KafkaFailures.unwrap(e);
      if (cause instanceof AuthorizationException || cause instanceof GroupIdNotFoundException) {
        return false;
      }
      throw KafkaFailures.translate("Looking at the consumer group " + group, settings, e);
    }
  }

  @Override
  public void close() {
    admin.close(Duration.ofMillis(timeoutMillis));
  }

  private boolean exists(KafkaFuture<TopicDescription> future) throws ExecutionException {
    try {
      KafkaFailures.await(future, timeoutMillis);
      return true;
    } catch (ExecutionException e) {
      if (KafkaFailures.unwrap(e) instanceof UnknownTopicOrPartitionException) {
        return false;
      }
      throw e;
    }
  }

  private Set<String> createMissing(List<TopicSpec> specs) throws ExecutionException {
    Set<String> created = new LinkedHashSet<>();
    Map<String, Integer> replicas = replicas(specs);
    List<NewTopic> wanted =
        specs.stream()
            .map(spec -> spec.toNewTopic(replicas.getOrDefault(spec.name(), -1)))
            .toList();
    for (Map.Entry<String, KafkaFuture<Void>> entry :
        admin.createTopics(wanted).values().entrySet()) {
      try {
        KafkaFailures.await(entry.getValue(), timeoutMillis);
        created.add(entry.getKey());
      } catch (ExecutionException e) {
        if (!(KafkaFailures.unwrap(e) instanceof TopicExistsException)) {
          throw e;
        }
      }
    }
    return created;
  }

  /** How many copies the broker would make of topics that do not exist; none is made by this. */
  private Map<String, Integer> replicas(List<TopicSpec> specs) throws ExecutionException {
    Map<String, Integer> replicas = new HashMap<>();
    CreateTopicsResult dryRun =
        admin.createTopics(
            specs.stream().map(spec -> spec.toNewTopic(TopicSettings.BROKER_DEFAULT)).toList(),
            new CreateTopicsOptions().validateOnly(true));
    for (TopicSpec spec : specs) {
      try {
        replicas.put(
            spec.name(), KafkaFailures.await(dryRun.replicationFactor(spec.name()), timeoutMillis));
      } catch (ExecutionException e) {
        Throwable cause = KafkaFailures.unwrap(e);
        if (!(cause instanceof TopicExistsException || cause instanceof AuthorizationException)) {
          throw e;
        }
      }
    }
    return replicas;
  }

  private void settle(List<String> topics) throws ExecutionException {
    for (int attempt = 1; ; attempt++) {
      try {
        Map<TopicPartition, OffsetSpec> ends = new HashMap<>();
        for (TopicDescription topic : describe(topics).values()) {
          topic
              .partitions()
              .forEach(
                  p ->
                      ends.put(
                          new TopicPartition(topic.name(), p.partition()), OffsetSpec.latest()));
        }
        KafkaFailures.await(admin.listOffsets(ends).all(), timeoutMillis);
        return;
      } catch (ExecutionException e) {
        boolean again =
            KafkaFailures.unwrap(e) instanceof RetriableException
                && !(KafkaFailures.unwrap(e)
                    instanceof org.apache.kafka.common.errors.TimeoutException);
        if (!again || attempt == SETTLE_ATTEMPTS) {
          throw e;
        }
        pause();
      }
    }
  }

  private List<TopicReport> report(List<TopicSpec> specs, Set<String> created)
      throws ExecutionException {
    Map<String, TopicDescription> descriptions = describe(names(specs));
    List<ConfigResource> resources = specs.stream().map(spec -> resource(spec.name())).toList();
    Map<ConfigResource, Config> configs =
        KafkaFailures.await(admin.describeConfigs(resources).all(), timeoutMillis);
    List<TopicReport> reports = new ArrayList<>();
    for (TopicSpec spec : specs) {
      reports.add(
          created.contains(spec.name())
              ? new TopicReport(spec.name(), true, List.of(), List.of())
              : report(
                  spec,
                  Objects.requireNonNull(descriptions.get(spec.name()), spec.name()),
                  Objects.requireNonNull(configs.get(resource(spec.name())), spec.name())));
    }
    return reports;
  }

  private static TopicReport report(TopicSpec spec, TopicDescription description, Config config) {
    Map<String, String> found = TopicLosses.byName(config);
    TopicComparison comparison = new TopicComparison(spec, found);
    int replicas = description.partitions().get(0).replicas().size();
    return new TopicReport(
        spec.name(),
        false,
        comparison.differences(description.partitions().size(), replicas),
        TopicLosses.of(spec.name(), found));
  }

  private Map<String, TopicDescription> describe(List<String> topics) throws ExecutionException {
    return KafkaFailures.await(admin.describeTopics(topics).allTopicNames(), timeoutMillis);
  }

  private static List<String> names(List<TopicSpec> specs) {
    return specs.stream().map(TopicSpec::name).toList();
  }

  private static ConfigResource resource(String topic) {
    return new ConfigResource(ConfigResource.Type.TOPIC, topic);
  }

  private static void pause() {
    try {
      Thread.sleep(SETTLE_PAUSE_MILLIS);
    } catch (InterruptedException e) {
      throw new InterruptException(e); // sets the interrupt flag again
    }
  }
}
