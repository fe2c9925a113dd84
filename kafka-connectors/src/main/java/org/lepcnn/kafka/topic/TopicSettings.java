/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.topic;

import java.util.OptionalInt;
import org.lepcnn.core.error.BadInputException;

/**
 * Settings of topics to create.
 *
 * @param partitions partitions of each topic
 * @param replicationFactor copies of each partition; -1 leaves it to the broker
 * @param retentionMillis how long requests, results and rejections are kept
 * @param retentionBytes how many bytes of them are kept in each partition
 * @param minInsyncReplicas copies that a write needs; -1 asks for 2 where a topic has three copies
 *     or more, and leaves it to the broker elsewhere
 */
public record TopicSettings(
    int partitions,
    int replicationFactor,
    long retentionMillis,
    long retentionBytes,
    int minInsyncReplicas) {
  /** The broker decides. */
  public static final int BROKER_DEFAULT = -1;

  /** 4 partitions, the broker's replication factor, one hour, 1 GiB a partition. */
  public static final TopicSettings DEFAULT =
      new TopicSettings(4, BROKER_DEFAULT, 3_600_000, 1L << 30, BROKER_DEFAULT);

  private static final int MANY_COPIES = 3;

  public TopicSettings {
    boolean replication =
        replicationFactor == BROKER_DEFAULT
            || (replicationFactor >= 1 && replicationFactor <= Short.MAX_VALUE);
    if (partitions < 1 || !replication || retentionMillis < 1 || retentionBytes < 1) {
      throw BadInputException.about("Topic settings")
          .expected(
              "at least 1 partition, a replication factor of at least 1 (or -1 for the broker's) and a positive retention")
          .found(
              "%s, %s, %s ms and %s bytes"
                  .formatted(partitions, replicationFactor, retentionMillis, retentionBytes));
    }
    int most = replicationFactor == BROKER_DEFAULT ? Short.MAX_VALUE : replicationFactor;
    if (minInsyncReplicas != BROKER_DEFAULT
        && (minInsyncReplicas < 1 || minInsyncReplicas > most)) {
      throw BadInputException.about("Topic settings")
          .expected("1 to " + most + " copies that a write needs, no more than there are")
          .found(minInsyncReplicas);
    }
  }

  /** Copies that a write to a topic of so many needs; empty leaves it to the broker. */
  OptionalInt minInsync(int replicas) {
    if (minInsyncReplicas != BROKER_DEFAULT) {
      return OptionalInt.of(minInsyncReplicas);
    }
    // One copy can be lost with its machine, and with it a revocation that was confirmed.
    return replicas >= MANY_COPIES ? OptionalInt.of(2) : OptionalInt.empty();
  }

  /** The same settings with another number of copies that a write needs. */
  public TopicSettings withMinInsyncReplicas(int copies) {
    return new TopicSettings(
        partitions, replicationFactor, retentionMillis, retentionBytes, copies);
  }

  /** The same settings with another replication factor. */
  public TopicSettings withReplicationFactor(int factor) {
    return new TopicSettings(
        partitions, factor, retentionMillis, retentionBytes, minInsyncReplicas);
  }

  /** The same settings with another number of partitions. */
  public TopicSettings withPartitions(int count) {
    return new TopicSettings(
        count, replicationFactor, retentionMillis, retentionBytes, minInsyncReplicas);
  }
}
