/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.record;

import org.lepcnn.core.api.PublicApi;

/**
 * A Kafka record for the sink.
 *
 * @param topic where it goes; checked against the topic view before it is emitted
 * @param key the device id; empty when it is not known
 * @param value the encoded record; not to be changed
 */
@PublicApi
public record OutgoingRecord(String topic, String key, byte[] value) {
  /**
   * More than a record batch of one record adds to key and value: 61 bytes of batch header and at
   * most 21 of record header.
   */
  private static final int BATCH_OVERHEAD_BYTES = 100;

  /** What the broker compares with a topic's {@code max.message.bytes}, rounded up. */
  public static int batchBytes(int keyBytes, int valueBytes) {
    return keyBytes + valueBytes + BATCH_OVERHEAD_BYTES;
  }

  /** The size of this record as the broker sees it, rounded up; ids are ASCII. */
  public int batchBytes() {
    return batchBytes(key.length(), value.length);
  }

  /** Names the record without its contents. */
  @Override
  public String toString() {
    return topic + "/" + key + " (" + value.length + " bytes)";
  }
}
