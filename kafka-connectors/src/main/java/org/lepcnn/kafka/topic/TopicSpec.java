/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.topic;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.TopicConfig;

/** One topic as it should be. */
record TopicSpec(String name, TopicSettings settings, Map<String, String> configs) {
  /**
   * Segments are small and short-lived, because retention removes whole segments only: with Kafka's
   * default of a week and 1 GiB a quiet topic would keep its records far beyond the hour.
   */
  private static final long SEGMENT_MILLIS = 600_000;

  private static final long SEGMENT_BYTES = 128L << 20;

  /**
   * Batches stay as they came. Any other setting has the broker unpack a client's records in its
   * own memory, and most of them then compress what lepcnn reads plain only.
   */
  static final String AS_IT_CAME = "producer";

  static List<TopicSpec> ofGateway(String gateway, TopicSettings settings) {
    return List.of(
        expiring(Topics.requests(gateway), settings), expiring(Topics.results(gateway), settings));
  }

  static List<TopicSpec> shared(TopicSettings settings) {
    return List.of(
        compacted(Topics.MODELS, settings),
        compacted(Topics.DEVICES, settings),
        expiring(Topics.REJECTED, settings));
  }

  /**
   * The settings of a topic of so many copies.
   *
   * @param replicas -1 when that is not known
   */
  Map<String, String> configs(int replicas) {
    Map<String, String> result = new HashMap<>(configs);
    settings
        .minInsync(replicas)
        .ifPresent(copies -> result.put(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG, "" + copies));
    return result;
  }

  /**
   * What to ask the broker for.
   *
   * @param replicas how many copies the broker will make; -1 when that is not known
   */
  NewTopic toNewTopic(int replicas) {
    Optional<Short> replication =
        settings.replicationFactor() == TopicSettings.BROKER_DEFAULT
            ? Optional.empty()
            : Optional.of((short) settings.replicationFactor());
    return new NewTopic(name, Optional.of(settings.partitions()), replication)
        .configs(configs(replicas));
  }

  private static TopicSpec expiring(String name, TopicSettings settings) {
    return new TopicSpec(
        name,
        settings,
        Map.of(
            TopicConfig.CLEANUP_POLICY_CONFIG,
            TopicConfig.CLEANUP_POLICY_DELETE,
            TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG,
            "LogAppendTime",
            TopicConfig.COMPRESSION_TYPE_CONFIG,
            AS_IT_CAME,
            TopicConfig.RETENTION_MS_CONFIG,
            Long.toString(settings.retentionMillis()),
            TopicConfig.RETENTION_BYTES_CONFIG,
            Long.toString(settings.retentionBytes()),
            TopicConfig.SEGMENT_MS_CONFIG,
            Long.toString(Math.min(SEGMENT_MILLIS, settings.retentionMillis())),
            TopicConfig.SEGMENT_BYTES_CONFIG,
            Long.toString(SEGMENT_BYTES)));
  }

  private static TopicSpec compacted(String name, TopicSettings settings) {
    return new TopicSpec(
        name,
        settings,
        Map.of(
            TopicConfig.CLEANUP_POLICY_CONFIG,
            TopicConfig.CLEANUP_POLICY_COMPACT,
            TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG,
            "LogAppendTime",
            TopicConfig.COMPRESSION_TYPE_CONFIG,
            AS_IT_CAME));
  }
}
