/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.consumer;

import java.nio.ByteBuffer;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.CompressionType;
import org.apache.kafka.common.record.MemoryRecords;
import org.apache.kafka.common.record.RecordBatch;
import org.apache.kafka.common.record.SimpleRecord;
import org.apache.kafka.common.record.TimestampType;

/**
 * A compressed batch that was stepped over unread. A consumer finds in its place, at its last
 * offset, one record without key and value, the marker.
 *
 * @param compression how it was compressed, Kafka's number
 * @param bytes its size on the wire
 * @param records how many records it says that it holds; -1 where its format does not say
 */
public record PackedBatch(int compression, int bytes, int records) {
  private static final String HEADER = "lepcnn.packed";
  private static final int HEADER_BYTES = 3 * Integer.BYTES;

  /**
   * Whether a record stands for a compressed batch. A sender can write a record that looks so; then
   * it gets the answer for compressed ones.
   *
   * @return the batch, or empty for any other record
   */
  public static Optional<PackedBatch> of(ConsumerRecord<?, ?> record) {
    if (record.key() != null || record.value() != null) {
      return Optional.empty();
    }
    Header header = record.headers().lastHeader(HEADER);
    if (header == null || header.value() == null || header.value().length != HEADER_BYTES) {
      return Optional.empty();
    }
    ByteBuffer value = ByteBuffer.wrap(header.value());
    return Optional.of(new PackedBatch(value.getInt(), value.getInt(), value.getInt()));
  }

  /** What was found, what was expected, and what to do: one sentence each, without an end mark. */
  public String describe() {
    return "expected plain records; found "
        + (records < 0 ? "records" : records + " record" + (records == 1 ? "" : "s"))
        + " compressed with "
        + name(compression)
        + " ("
        + bytes
        + " bytes on the wire), not unpacked; set compression.type to none in the producer and to"
        + " producer in the topic";
  }

  /** Whether a batch is compressed, or in a way that nobody knows; reads its header only. */
  static boolean isPacked(RecordBatch batch) {
    try {
      return batch.compressionType() != CompressionType.NONE;
    } catch (IllegalArgumentException e) {
      return true;
    }
  }

  /** The marker for a batch; reads the batch's header only. */
  static MemoryRecords marker(RecordBatch batch) {
    byte[] header =
        ByteBuffer.allocate(HEADER_BYTES)
            .putInt(number(batch))
            .putInt(batch.sizeInBytes())
            .putInt(batch.countOrNull() == null ? -1 : batch.countOrNull())
            .array();
    SimpleRecord marker =
        new SimpleRecord(
            Math.max(RecordBatch.NO_TIMESTAMP, batch.maxTimestamp()),
            (byte[]) null,
            (byte[]) null,
            new Header[] {new RecordHeader(HEADER, header)});
    return MemoryRecords.withRecords(
        RecordBatch.MAGIC_VALUE_V2,
        Math.max(0, batch.lastOffset()), // the first one of an old format would be unpacked
        Compression.NONE,
        TimestampType.CREATE_TIME,
        RecordBatch.NO_PRODUCER_ID,
        RecordBatch.NO_PRODUCER_EPOCH,
        RecordBatch.NO_SEQUENCE,
        batch.partitionLeaderEpoch(),
        false,
        marker);
  }

  private static int number(RecordBatch batch) {
    try {
      return batch.compressionType().id;
    } catch (IllegalArgumentException e) {
      return -1;
    }
  }

  private static String name(int compression) {
    for (CompressionType type : CompressionType.values()) {
      if (type.id == compression) {
        return type.name;
      }
    }
    return "an unknown method";
  }
}
