/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.record;

import org.lepcnn.core.api.PublicApi;

/**
 * A Kafka record as the source read it, undecoded: the source cannot fail on what a client sent.
 *
 * @param topic the topic; it decides where answers go
 * @param partition the partition
 * @param offset the offset
 * @param appendTimeMillis the broker's append time; {@link #UNDATED} in a topic whose times are its
 *     writers'
 * @param value the bytes; empty for a record without a value; not to be changed
 * @param compressed empty, or why there is no value: what stood here was compressed, and was not
 *     unpacked
 */
@PublicApi
public record InboundRecord(
    String topic,
    int partition,
    long offset,
    long appendTimeMillis,
    byte[] value,
    String compressed) {
  /** Stands for an append time that the broker did not give: the record never gets too old. */
  public static final long UNDATED = Long.MAX_VALUE;

  /** A record that was read. */
  public InboundRecord(
      String topic, int partition, long offset, long appendTimeMillis, byte[] value) {
    this(topic, partition, offset, appendTimeMillis, value, "");
  }

  /** Whether the append time is the broker's. */
  public boolean isDatedByTheBroker() {
    return appendTimeMillis != UNDATED;
  }

  /** Names the record without its contents. */
  @Override
  public String toString() {
    return topic + "-" + partition + "@" + offset + " (" + value.length + " bytes)";
  }
}
