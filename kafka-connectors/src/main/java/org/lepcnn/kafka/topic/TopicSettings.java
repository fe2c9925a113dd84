/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.topic;

import org.lepcnn.core.error.BadInputException;

/**
 * Settings of topics to create.
 *
 * @param partitions partitions of each topic
 * @param replicationFactor copies of each partition; -1 leaves it to the broker
 * @param retentionMillis how long requests, results and rejections are kept
 * @param retentionBytes how many bytes of them are kept in each partition
 */
public record TopicSettings(
    int partitions, int replicationFactor, long retentionMillis, long retentionBytes) {
  /** The broker decides the replication factor. */
  public static final int BROKER_DEFAULT = -1;

  /** 4 partitions, the broker's replication factor, one hour, 1 GiB a partition. */
  public static final TopicSettings DEFAULT =
      new TopicSettings(4, BROKER_DEFAULT, 3_600_000, 1L << 30);

  public TopicSettings {
    boolean replication =
        replicationFactor == BROKER_DEFAULT
            || (replicationFactor >= 1 && replicationFactor <= Short.MAX_VALUE);
    if (partitions < 1 || !replication || retentionMillis < 1 || retentionBytes < 1) {
      throw new BadInputException(
          "Topic settings: expected at least 1 partition, a replication factor of at least 1 (or -1"
              + " for the broker's) and a positive retention; found "
              + partitions
              + ", "
              + replicationFactor
              + ", "
              + retentionMillis
              + " ms and "
              + retentionBytes
              + " bytes.");
    }
  }

  /** The same settings with another replication factor. */
  public TopicSettings withReplicationFactor(int factor) {
    return new TopicSettings(partitions, factor, retentionMillis, retentionBytes);
  }

  /** The same settings with another number of partitions. */
  public TopicSettings withPartitions(int count) {
    return new TopicSettings(count, replicationFactor, retentionMillis, retentionBytes);
  }
}
