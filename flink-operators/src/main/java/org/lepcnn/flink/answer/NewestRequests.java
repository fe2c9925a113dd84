/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.answer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.jspecify.annotations.Nullable;
import org.lepcnn.core.text.Printable;
import org.lepcnn.flink.clock.BrokerClock;
import org.lepcnn.kafka.topic.Topics;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells a {@link BrokerClock} of the newest request of every partition, so that a job that reads a
 * backlog knows how late it is. Topics whose times are not the broker's own are left out.
 */
final class NewestRequests {
  private static final Logger LOG = LoggerFactory.getLogger(NewestRequests.class);
  private static final long REQUEST_SECONDS = 10;
  private static final String BROKERS_TIME = "LogAppendTime";

  private final Admin admin;
  private final BrokerClock clock;
  private final LongSupplier localMillis;

  NewestRequests(Admin admin, BrokerClock clock, LongSupplier localMillis) {
    this.admin = admin;
    this.clock = clock;
    this.localMillis = localMillis;
  }

  /** Looks once; what cannot be seen is left out. */
  void look(Set<String> topics) throws InterruptedException {
    Set<String> requests = topics.stream().filter(Topics::isRequests).collect(Collectors.toSet());
    if (requests.isEmpty()) {
      return;
    }
    Map<TopicPartition, OffsetSpec> partitions = new HashMap<>();
    Set<String> dated = datedByTheBroker(requests);
    for (var entry : admin.describeTopics(dated).topicNameValues().entrySet()) {
      TopicDescription topic = valueOrNull(entry.getValue());
      if (topic != null) {
        topic
            .partitions()
            .forEach(
                each ->
                    partitions.put(
                        new TopicPartition(topic.name(), each.partition()),
                        OffsetSpec.maxTimestamp()));
      }
    }
    ListOffsetsResult newest = admin.listOffsets(partitions);
    for (TopicPartition partition : partitions.keySet()) {
      var found = valueOrNull(newest.partitionResult(partition));
      if (found != null && found.timestamp() >= 0) {
        clock.observeNewest(found.timestamp(), localMillis.getAsLong());
      }
    }
  }

  private Set<String> datedByTheBroker(Set<String> topics) throws InterruptedException {
    List<ConfigResource> resources = new ArrayList<>();
    topics.forEach(name -> resources.add(new ConfigResource(ConfigResource.Type.TOPIC, name)));
    Set<String> dated = new HashSet<>();
    for (var entry : admin.describeConfigs(resources).values().entrySet()) {
      Config config = valueOrNull(entry.getValue());
      if (config != null
          && BROKERS_TIME.equals(config.get(TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG).value())) {
        dated.add(entry.getKey().name());
      }
    }
    return dated;
  }

  private static <T> @Nullable T valueOrNull(KafkaFuture<T> future) throws InterruptedException {
    try {
      return future.get(REQUEST_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      LOG.debug("Looking for the newest requests: {}", Printable.line(e.toString()));
      return null;
    }
  }
}
