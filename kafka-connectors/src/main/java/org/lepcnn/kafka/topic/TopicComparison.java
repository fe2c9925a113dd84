/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.topic;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.config.TopicConfig;
import org.lepcnn.kafka.codec.ChunkLayout;

/** Says how a topic that exists differs from what it should be, and what of that loses records. */
final class TopicComparison {
  /**
   * What is younger must not go: requests live for a minute, and a job that comes back after a
   * failure reads again what it had read since its last checkpoint.
   */
  static final long LEAST_RETENTION_MILLIS = 300_000;

  /** The largest request, of which a part must not go while the rest arrives. */
  static final long LEAST_RETENTION_BYTES = 64L << 20;

  private final TopicSpec spec;
  private final Map<String, String> found;

  /**
   * @param found the topic's settings, those of the broker included
   */
  TopicComparison(TopicSpec spec, Map<String, String> found) {
    this.spec = spec;
    this.found = found;
  }

  /** One sentence each. */
  List<String> differences(int partitions, int replicas) {
    List<String> differences = new ArrayList<>();
    compare("partitions", spec.settings().partitions(), partitions, differences);
    int wanted = spec.settings().replicationFactor();
    if (wanted != TopicSettings.BROKER_DEFAULT) {
      compare("replication factor", wanted, replicas, differences);
    }
    new TreeMap<>(spec.configs(replicas))
        .forEach((key, value) -> compare(key, value, found.get(key), differences));
    return differences;
  }

  /** One sentence each; empty for a topic that keeps what it is given. */
  List<String> losses() {
    List<String> losses = new ArrayList<>();
    String policy = spec.configs().get(TopicConfig.CLEANUP_POLICY_CONFIG);
    String compaction = "compaction keeps one record of each device";
    boolean expires = policy.equals(TopicConfig.CLEANUP_POLICY_DELETE);
    String otherPolicy = expires ? compaction : "models, enrolments and revocations vanish in time";
    require(TopicConfig.CLEANUP_POLICY_CONFIG, policy, otherPolicy, losses);
    if (expires) {
      require(
          TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG,
          "LogAppendTime",
          "requests are refused, or kept, by the clock of whoever writes them",
          losses);
      requireLeast(TopicConfig.RETENTION_MS_CONFIG, LEAST_RETENTION_MILLIS, losses);
      requireLeast(TopicConfig.RETENTION_BYTES_CONFIG, LEAST_RETENTION_BYTES, losses);
    }
    requireLeast(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, ChunkLayout.MAX_RECORD_BYTES, losses);
    String compression = found.get(TopicConfig.COMPRESSION_TYPE_CONFIG);
    if (!"uncompressed".equals(compression)) {
      String unread = "nobody reads what the broker compresses";
      require(TopicConfig.COMPRESSION_TYPE_CONFIG, "producer", unread, losses);
    }
    return losses;
  }

  private void require(String key, String expected, String otherwise, List<String> losses) {
    String value = found.get(key);
    if (value != null && !value.equals(expected)) {
      losses.add("%s: expected %s; found %s: %s.".formatted(key, expected, value, otherwise));
    }
  }

  /** Negative values are none. */
  private void requireLeast(String key, long least, List<String> losses) {
    String value = found.get(key);
    long number = value == null ? -1 : Long.parseLong(value);
    if (number >= 0 && number < least) {
      losses.add("%s: expected at least %d; found %d.".formatted(key, least, number));
    }
  }

  private static void compare(
      String what, Object expected, Object found, List<String> differences) {
    if (!expected.equals(found)) {
      differences.add(what + ": expected " + expected + "; found " + found + ".");
    }
  }
}
