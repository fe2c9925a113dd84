/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.topic;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.lepcnn.kafka.chunk.ChunkLayout;
import org.lepcnn.kafka.client.KafkaFailures;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the settings of existing topics lose: records that vanish before they are read, that the
 * broker does not take, or that nobody of lepcnn reads. Topics that {@link TopicAdmin#create} made
 * lose nothing.
 */
public final class TopicLosses {
  private static final Logger LOG = LoggerFactory.getLogger(TopicLosses.class);

  /**
   * What is younger must not go: requests live for a minute, and a job that comes back after a
   * failure reads again what it had read since its last checkpoint.
   */
  private static final long LEAST_RETENTION_MILLIS = 300_000;

  /** The largest request, of which a part must not go while the rest arrives. */
  private static final long LEAST_RETENTION_BYTES = 64L << 20;

  private static final String UNPACKED = "uncompressed";

  private final Map<String, String> found;
  private final List<String> losses = new ArrayList<>();

  private TopicLosses(Map<String, String> found) {
    this.found = found;
  }

  /**
   * Looks at topics. One that has its batches unpacked by the broker is warned of; one that may not
   * be looked at, too; one that is not there is passed over.
   *
   * @param timeoutMillis for each topic
   * @return one {@code topic: sentence} for each setting that loses records
   */
  public static List<String> of(Admin admin, Collection<String> topics, long timeoutMillis)
      throws ExecutionException {
    List<String> found = new ArrayList<>();
    List<String> closed = new ArrayList<>();
    for (String topic : new TreeSet<>(topics)) {
      try {
        Map<String, String> settings = settings(admin, topic, timeoutMillis);
        of(topic, settings).forEach(loss -> found.add(topic + ": " + loss));
        warnOfUnpacking(topic, settings);
      } catch (ExecutionException e) {
        Throwable cause = KafkaFailures.unwrap(e);
        if (cause instanceof AuthorizationException) {
          closed.add(topic);
        } else if (!(cause instanceof UnknownTopicOrPartitionException)) {
          throw e;
        }
      }
    }
    if (!closed.isEmpty()) {
      LOG.warn(
          "Cannot see whether the settings of these topics lose records: {}. 'lepcnn topics create"
              + " --acls' grants that right.",
          closed);
    }
    return found;
  }

  /**
   * The same for the settings of one topic, those of the broker included.
   *
   * @return one sentence each; none for a topic that keeps what it is given
   */
  static List<String> of(String topic, Map<String, String> settings) {
    TopicLosses losses = new TopicLosses(settings);
    losses.look(topic);
    return losses.losses;
  }

  private void look(String topic) {
    if (Topics.isCompacted(topic)) {
      require(
          TopicConfig.CLEANUP_POLICY_CONFIG,
          TopicConfig.CLEANUP_POLICY_COMPACT,
          "models, enrolments and revocations vanish in time");
    } else {
      require(
          TopicConfig.CLEANUP_POLICY_CONFIG,
          TopicConfig.CLEANUP_POLICY_DELETE,
          "compaction keeps one record of each device");
      require(
          TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG,
          "LogAppendTime",
          "requests are refused, or kept, by the clock of whoever writes them");
      requireLeast(TopicConfig.RETENTION_MS_CONFIG, LEAST_RETENTION_MILLIS);
      requireLeast(TopicConfig.RETENTION_BYTES_CONFIG, LEAST_RETENTION_BYTES);
    }
    requireLeast(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, ChunkLayout.MAX_RECORD_BYTES);
    if (!isUnpacked(found)) {
      require(
          TopicConfig.COMPRESSION_TYPE_CONFIG,
          TopicSpec.AS_IT_CAME,
          "nobody reads what the broker compresses");
    }
  }

  private static void warnOfUnpacking(String topic, Map<String, String> settings) {
    if (isUnpacked(settings)) {
      LOG.warn(
          "Topic {} has compression.type=uncompressed: the broker unpacks what clients send in its"
              + " own memory; set it to producer",
          topic);
    }
  }

  private static boolean isUnpacked(Map<String, String> settings) {
    return UNPACKED.equals(settings.get(TopicConfig.COMPRESSION_TYPE_CONFIG));
  }

  private void require(String key, String expected, String otherwise) {
    String value = found.get(key);
    if (value != null && !value.equals(expected)) {
      losses.add("%s: expected %s; found %s: %s.".formatted(key, expected, value, otherwise));
    }
  }

  /** Negative values are none. */
  private void requireLeast(String key, long least) {
    String value = found.get(key);
    long number = value == null ? -1 : Long.parseLong(value);
    if (number >= 0 && number < least) {
      losses.add("%s: expected at least %d; found %d.".formatted(key, least, number));
    }
  }

  private static Map<String, String> settings(Admin admin, String topic, long timeoutMillis)
      throws ExecutionException {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    Map<ConfigResource, Config> configs =
        KafkaFailures.await(admin.describeConfigs(List.of(resource)).all(), timeoutMillis);
    return byName(Objects.requireNonNull(configs.get(resource), topic));
  }

  /** The settings that have a value. */
  static Map<String, String> byName(Config config) {
    Map<String, String> settings = new HashMap<>();
    for (ConfigEntry entry : config.entries()) {
      if (entry.value() != null) {
        settings.put(entry.name(), entry.value());
      }
    }
    return settings;
  }
}
